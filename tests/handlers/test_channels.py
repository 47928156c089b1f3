"""How clips are made in a channel: set by anyone there, told to all, kept to; and no clip where it can't be kept to."""

from __future__ import annotations

import re
from typing import Any

from bot.state import keys
from tests.handlers.house import INCIDENT, JISOO, MINA, House, has, until
from tests.handlers.test_clips import QUESTION, filmed, picture, pressed

Json = dict[str, Any]
TEAM = "T0NORDIC01"
DEFAULTS: Json = {
    "options": {"options": []},
    "selectors": {"selectors": ""},
    "width": {"width": "800"},
    "length": {"length": "15"},
    "loops": {"loops": "3"},
    "format": {"format": "gif"},
    "template": {"template": "-"},
}


def said(**changed: Any) -> Json:
    return {**DEFAULTS, **{name: {name: value} for name, value in changed.items()}}


async def opened(house: House, *, user: str = MINA.id) -> Json:
    await house.say("/replay settings", user=user)
    return await house.modal(user=user)


async def test_a_change_is_told_to_the_channel_in_one_line_and_once(house: House) -> None:
    view = await opened(house)
    assert await house.submit(view, said(options=["images"], selectors=".account-number")) == {"ok": True}
    told = await house.message(lambda it: "changed the settings" in it["text"])
    assert "pictures hidden" in told["text"]
    assert ".account-number" in str(told["blocks"])
    again = await opened(house, user=JISOO.id)
    assert ".account-number" in str(again["blocks"])
    await house.submit(again, said(options=["images"], selectors=".account-number"), user=JISOO.id)
    assert len([it for it in await house.messages() if "changed the settings" in it["text"]]) == 1


async def test_a_wrong_selector_stays_in_the_modal_with_the_reason(house: House) -> None:
    view = await opened(house)
    told = await house.submit(view, said(selectors=".ok\np:first-child"))
    assert "p:first-child" in told["errors"]["selectors"]
    assert (await house.services.clips.records.settings(TEAM, INCIDENT))[1] == 0


async def test_whoever_saves_second_is_told_and_overwrites_nothing(house: House) -> None:
    first, second = await opened(house), await opened(house, user=JISOO.id)
    assert await house.submit(first, said(width="640")) == {"ok": True}
    told = await house.submit(second, said(width="480"), user=JISOO.id)
    assert told["errors"]["options"]
    settings, _ = await house.services.clips.records.settings(TEAM, INCIDENT)
    assert settings.width == 640


async def test_a_clip_comes_with_every_answer_masked_and_sized_as_the_channel_wants(house: House) -> None:
    await house.submit(await opened(house), said(options=["at_once"], selectors="#buy, .buy, button", width="480"))
    await house.message(lambda it: "with every answer" in it["text"])
    async with house.rendering():
        answer = await house.ask(QUESTION)
        clip = await filmed(house, answer)
    shown = await house.services.clips.records.shown(TEAM, pressed(clip, "clip.later").target)
    assert shown is not None
    assert shown.clip.hidden["selector"] > 0
    assert shown.clip.width <= 480
    assert "configured element" in str(clip["blocks"])
    for text in (picture(clip)["alt_text"], clip["text"], *(line.text for line in shown.clip.transcript)):
        assert "Buy" not in text


async def test_an_mp4_comes_as_a_file_that_slack_plays_after_a_message_with_its_poster(house: House) -> None:
    await house.submit(await opened(house), said(format="mp4"))
    async with house.rendering():
        answer = await house.ask(QUESTION)
        await house.press(answer, "clip.make")
        clip = await filmed(house, answer)
        video = await house.reply(answer["ts"], lambda it: bool(it.get("files")))
        await house.press(answer, "clip.make")
    assert (await house.file_of(picture(clip)))[1:4] == b"PNG"
    assert "Buy" in picture(clip)["alt_text"]
    [file] = video["files"]
    assert (file["mimetype"], file["media_display_type"]) == ("video/mp4", "video")
    assert file["alt_txt"] == picture(clip)["alt_text"]
    assert clip["text"] in video["text"]
    assert not re.search(r":\w+:", video["text"] + str(clip["blocks"]))
    assert video["ts"] > clip["ts"]
    assert len([it for it in await house.replies(answer["ts"]) if not it.get("is_ephemeral")]) == 2
    shown = await house.services.clips.records.shown(TEAM, pressed(clip, "clip.later").target)
    assert shown is not None
    assert (shown.clip.file[-4:], shown.clip.poster[-4:]) == (".mp4", ".png")


async def test_sixty_seconds_can_be_chosen_and_are_told(house: House) -> None:
    view = await opened(house)
    assert [option["value"] for option in lengths(view)][-2:] == ["45", "60"]
    assert await house.submit(view, said(length="60")) == {"ok": True}
    told = await house.message(lambda it: "changed the settings" in it["text"])
    assert "at most 60 seconds" in told["text"]


def lengths(view: Json) -> list[Json]:
    options: list[Json] = next(it["element"]["options"] for it in view["blocks"] if it.get("block_id") == "length")
    return options


async def test_no_clip_is_made_while_the_settings_cannot_be_read(house: House) -> None:
    await house.redis.hset(keys.record(TEAM, "channel", INCIDENT), mapping={"version": 3, "data": b'{"selectors":5}'})
    async with house.rendering():
        answer = await house.ask(QUESTION)
        await house.press(answer, "clip.make")
        told = await house.reply(answer["ts"], lambda it: "/replay settings" in it["text"])
    assert has(told, "clip.make")
    assert not [it for it in await house.replies(answer["ts"]) if has(it, "clip.window")]
    assert await house.submit(await opened(house), said()) == {"ok": True}

    async def readable() -> bool:
        return (await house.services.clips.records.settings(TEAM, INCIDENT))[1] > 3

    assert await until(readable)
