"""Clips in the thread: of a typical session, of a picked one, of another window; once, and despite a killed worker."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from typing import Any

from bot.kernel.settings import variable
from bot.slack.buttons import Pressed
from tests.handlers.house import JISOO, House, has, until

Json = dict[str, Any]
QUESTION = "frustration signals on buy button this week"


async def filmed(house: House, said: Json, *, beside: frozenset[str] = frozenset()) -> Json:
    """The next finished clip in the thread."""
    return await house.reply(said["ts"], lambda it: has(it, "clip.window") and it["ts"] not in beside)


def picture(message: Json) -> Json:
    return next(block for block in message["blocks"] if block["type"] == "image")


async def test_the_progress_message_becomes_the_clip(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.press(said, "clip.make")
        clip = await filmed(house, said)
    assert "Buy" in picture(clip)["alt_text"]
    assert len([it for it in await house.replies(said["ts"]) if not it.get("is_ephemeral")]) == 1
    file = await house.file_of(picture(clip))
    assert file[:6] == b"GIF89a"
    assert len(file) > 10_000


async def test_pressing_clip_again_makes_no_second_one_and_says_so(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await asyncio.gather(*(house.press(said, "clip.make") for _ in range(3)))
        await filmed(house, said)
        assert await house.whispered()
    assert len([it for it in await house.replies(said["ts"]) if has(it, "clip.window")]) == 1


async def test_a_session_picked_by_hand_is_the_one_shown(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.press(said, "clip.pick")
        view = await house.modal()
        [choices] = [block["element"]["options"] for block in view["blocks"] if block["type"] == "input"]
        assert len(choices) >= 4
        chosen = choices[2]["value"]
        values = {"session": {"session": chosen}}
        assert await house.submit(view, values) == {"ok": True}
        clip = await filmed(house, said)
    assert pressed(clip, "clip.later").session == chosen
    assert "picked by Mina Park" in why(clip)


async def test_list_caption_transcript_and_reason_tell_one_story(house: House) -> None:
    """Of the session that is chosen, and of the one with most clicks."""
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.press(said, "clip.pick")
        view = await house.modal()
        [choices] = [block["element"]["options"] for block in view["blocks"] if block["type"] == "input"]
        listed = {it["value"]: (it["text"]["text"], it["description"]["text"]) for it in choices}
        await house.press(said, "clip.make")
        first = await filmed(house, said)
        shown = pressed(first, "clip.later").session
        one_story(first, *listed[shown])
        worst = max((it for it in listed if it != shown), key=lambda it: clicks_in(listed[it][0]))
        assert await house.submit(view, {"session": {"session": worst}}) == {"ok": True}
        second = await filmed(house, said, beside=frozenset({first["ts"]}))
        assert pressed(second, "clip.later").session == worst
        one_story(second, *listed[worst])
    assert clicks_in(listed[worst][0]) > 1


def one_story(clip: Json, label: str, description: str) -> None:
    """The clip of a session, against how *Pick a session* lists it."""
    caption = next(block["text"]["text"] for block in clip["blocks"] if block["type"] == "section").strip("*")
    context = next(it["elements"][0]["text"] for it in clip["blocks"] if it["type"] == "context")
    transcript, reason = context.partition("Why this session: ")[0], why(clip)
    name, times = re.match(r"(.+?) clicked(?: (\d+)×)?(?:,|$)", caption).groups()  # type: ignore[union-attr]
    number = int(times or 1)
    assert clicks_in(label) == clicks_in(reason) == number
    assert re.search(rf" clicks {re.escape(name)}{f' ×{number}' if number > 1 else ''}$", transcript, re.MULTILINE)
    error = description.rsplit(" · ", maxsplit=1)[-1].rstrip("…") if "Error" in description else ""
    assert ("Error" in caption) == bool(error)
    assert all(error in text for text in (caption, transcript, reason, picture(clip)["alt_text"]))


def clicks_in(text: str) -> int:
    counted = re.search(r"(\d+) clicks?", text)
    assert counted, text
    return int(counted[1])


async def test_five_seconds_more_make_a_longer_clip_of_the_same_session(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.press(said, "clip.make")
        first = await filmed(house, said)
        await house.press(first, "clip.earlier")
        second = await filmed(house, said, beside=frozenset({first["ts"]}))
    before, after = pressed(first, "clip.later"), pressed(second, "clip.later")
    assert after.session == before.session
    assert after.start_ms < before.start_ms or before.start_ms == 0
    assert after.end_ms == before.end_ms


async def test_a_moved_window_keeps_why_its_session_was_chosen_and_says_who_moved_it(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.press(said, "clip.make")
        first = await filmed(house, said)
        await house.press(first, "clip.later", user=JISOO.id)
        second = await filmed(house, said, beside=frozenset({first["ts"]}))
        await house.press(second, "clip.window")
        window = {"start": {"start": "0"}, "end": {"end": "8"}}
        assert await house.submit(await house.modal(), window) == {"ok": True}
        third = await filmed(house, said, beside=frozenset({first["ts"], second["ts"]}))
    assert re.search(r"1 of [\d,]+ affected sessions, \d replays compared; complete replay", why(first))
    assert why(second) == f"{why(first)}; window set by Jisoo Han"
    assert why(third) == f"{why(first)}; window set by Mina Park"


async def test_the_whole_page_is_shown_once_and_stays_when_the_window_moves(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.press(said, "clip.pick")
        view = await house.modal()
        [choices] = [block["element"]["options"] for block in view["blocks"] if block["type"] == "input"]
        large = next(it["value"] for it in choices if "desktop" in str(it["description"]).lower())
        assert await house.submit(view, {"session": {"session": large}}) == {"ok": True}
        close = await filmed(house, said)
        await asyncio.gather(*(house.press(close, "clip.whole_page") for _ in range(3)))
        whole = await filmed(house, said, beside=frozenset({close["ts"]}))
        await house.press(whole, "clip.later", user=JISOO.id)
        later = await filmed(house, said, beside=frozenset({close["ts"], whole["ts"]}))
    before, after = pressed(close, "clip.later"), pressed(whole, "clip.later")
    assert (after.session, after.start_ms, after.end_ms) == (before.session, before.start_ms, before.end_ms)
    assert [pressed(clip, "clip.later").whole_page for clip in (close, whole, later)] == [False, True, True]
    assert not has(whole, "clip.whole_page")
    assert not has(later, "clip.whole_page")
    assert why(whole) == f"{why(close)}; whole page, as Mina Park wanted"
    assert why(later) == f"{why(close)}; whole page; window set by Jisoo Han", "whoever moved it wanted no other view"
    assert picture(whole)["alt_text"] == picture(close)["alt_text"]
    assert await house.file_of(picture(whole)) != await house.file_of(picture(close))
    assert len([it for it in await house.replies(said["ts"]) if has(it, "clip.window")]) == 3


async def test_at_the_edges_of_the_recording_it_is_said_that_nothing_more_is_there(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.press(said, "clip.make")
        first = await filmed(house, said)
        await house.press(first, "clip.window")
        view = await house.modal()
        length = re.search(r"session lasts ([0-9.]+) s", str(view["blocks"]))
        assert length
        late = {"start": {"start": str(float(length[1]) + 1)}, "end": {"end": str(float(length[1]) + 2)}}
        assert "ends after" in str((await house.submit(view, late))["errors"])
        assert await house.submit(view, {"start": {"start": "0"}, "end": {"end": "29"}}) == {"ok": True}
        whole = await filmed(house, said, beside=frozenset({first["ts"]}))
        assert abs(pressed(whole, "clip.later").end_ms - float(length[1]) * 1000) <= 50
        assert f"ends after {float(length[1]):g} s" in await house.whispered()
        await house.press(whole, "clip.earlier")
        assert await house.whispered("nothing earlier")
        await house.press(whole, "clip.later")
        assert await house.whispered("nothing later")
    assert len([it for it in await house.replies(said["ts"]) if has(it, "clip.window")]) == 2


async def test_a_window_that_cannot_be_stays_in_the_modal(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.press(said, "clip.make")
        await house.press(await filmed(house, said), "clip.window")
        view = await house.modal()
        told = await house.submit(view, {"start": {"start": "9"}, "end": {"end": "4"}})
        assert told["errors"]
        told = await house.submit(view, {"start": {"start": "0"}, "end": {"end": "90"}})
        assert "60" in str(told["errors"])


async def test_a_clip_is_finished_by_another_worker_when_one_is_killed(house: House) -> None:
    first = await worker_process(house)
    said = await house.ask(QUESTION)
    await house.press(said, "clip.make")
    await house.reply(said["ts"], lambda it: "clip" in it["text"].lower())
    first.kill()
    await first.wait()
    async with house.rendering():
        assert await filmed(house, said)
    assert len([it for it in await house.replies(said["ts"]) if has(it, "clip.window")]) == 1


async def worker_process(house: House) -> asyncio.subprocess.Process:
    """`replaybook worker`, ready to work."""
    names = ("data", "redis_url", "port", "slack_api_url", "slack_bot_token", "slack_signing_secret", "clock_ahead_s")
    given = {variable(name): str(getattr(house.settings, name)) for name in names}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "worker", env={**os.environ, **given})

    async def working() -> bool:
        return bool([name async for name in house.redis.scan_iter("*clips*health*")])

    await until(working)
    return process


def why(message: Json) -> str:
    said = next(it["elements"][0]["text"] for it in message["blocks"] if it["type"] == "context")
    return said.partition("Why this session: ")[2].partition(" · ")[0]


def pressed(message: Json, action: str) -> Pressed:
    elements = (it for block in message["blocks"] for it in block.get("elements", ()))
    return Pressed.read(next(it["value"] for it in elements if it.get("action_id") == action))
