"""Several sessions in one clip: three of an answer, and one from before a fix beside one from after it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec

from bot.kernel.errors import Missing
from bot.notebook.cell_data import StoredClip
from bot.providers.local import recording_pieces
from bot.providers.local.batch import Surroundings
from bot.providers.local.local_source import LocalSource
from bot.queue.job import JobFailure
from bot.replay.script.variety import varied
from bot.services.clips.choose_clip import CANDIDATES
from bot.services.clips.choose_side_by_side import choose_three
from bot.services.clips.jobs import ChooseClipJob
from bot.services.clips.side_by_side_jobs import ChooseSideBySideJob
from bot.services.explain_failure import FailureContext, explain_failure
from bot.signals.answer import TargetMatch
from bot.signals.question import Question
from bot.signals.source import FirstOf, Moment, Source
from bot.slack.private_replies import ReplyAddress
from tests.handlers.house import INCIDENT, JISOO, MINA, House, has, until
from tests.handlers.test_clips import QUESTION, filmed, picture, pressed
from tests.handlers.test_fix_check import checked, fixed, request_of, visited, with_text
from tests.handlers.walking import quiet
from tests.replay.sessions import START, Session, element, text

Json = dict[str, Any]
TEAM = "T0NORDIC01"
MINA_THERE = ReplyAddress(team=TEAM, channel=INCIDENT, user=MINA.id)
MINUTE = timedelta(minutes=1)


def is_strip(message: Json) -> bool:
    return any(block.get("block_id") == "panel-1" for block in message.get("blocks", ()))


def panels(message: Json) -> list[Json]:
    return [block for block in message["blocks"] if str(block.get("block_id", "")).startswith("panel-")]


def panel_alone(strip: Json, number: int) -> Json:
    """The message as if the button of that panel were its only one."""
    block = panels(strip)[number]
    return {**strip, "blocks": [{"block_id": block["block_id"], "elements": [block["accessory"]]}]}


async def strips(house: House, answer: Json) -> list[Json]:
    return [it for it in await house.replies(answer["ts"]) if is_strip(it)]


async def strip_of(house: House, answer: Json) -> Json:
    return await house.reply(answer["ts"], is_strip)


async def test_three_sessions_come_as_one_gif_and_each_leads_to_its_own_clip(house: House) -> None:
    async with house.rendering():
        answer = await house.ask(QUESTION)
        await house.press(answer, "clip.three")
        strip = await strip_of(house, answer)
        assert (await house.file_of(picture(strip)))[:6] == b"GIF89a"
        assert [panel["text"]["text"][:2] for panel in panels(strip)] == ["*1", "*2", "*3"]
        headings = [panel["text"]["text"].partition("\n")[0].strip("*") for panel in panels(strip)]
        assert len(set(headings)) == 3
        assert all(heading in picture(strip)["alt_text"] for heading in headings)
        wanted = [msgspec.json.decode(panel["accessory"]["value"])["session"] for panel in panels(strip)]
        assert len(set(wanted)) == 3
        await house.press(panel_alone(strip, 1), "clip.make")
        own = await filmed(house, answer, beside=frozenset({strip["ts"]}))
        assert pressed(own, "clip.later").session == wanted[1]
    assert len(await strips(house, answer)) == 1


async def test_it_is_made_once_however_often_it_is_asked_for(house: House) -> None:
    async with house.rendering():
        answer = await house.ask(QUESTION)
        await asyncio.gather(*(house.press(answer, "clip.three") for _ in range(3)))
        await strip_of(house, answer)
        assert "asked for already" in await house.whispered()
        await quiet(house.redis)
        await house.press(answer, "clip.three", user=JISOO.id)
        assert "이미 요청되었습니다" in await house.whispered(user=JISOO.id)
        await quiet(house.redis)
    told = [it for it in await house.replies(answer["ts"]) if not it.get("is_ephemeral")]
    assert len(told) == 1


async def test_it_is_cancelled_like_a_clip_and_made_on_trying_again(house: House) -> None:
    answer = await house.ask(QUESTION)
    await house.press(answer, "clip.three")
    await house.press(await house.reply(answer["ts"], lambda it: has(it, "clip.cancel")), "clip.cancel", user=JISOO.id)
    stopped = await house.reply(answer["ts"], lambda it: "cancelled the clip" in it["text"])
    async with house.rendering():
        await house.press(stopped, "clip.make")
        assert len(panels(await strip_of(house, answer))) == 3
    assert len(await strips(house, answer)) == 1


async def test_the_post_mortem_takes_it(house: House) -> None:
    async with house.rendering():
        answer = await house.ask(QUESTION)
        await house.press(answer, "clip.three")
        await house.press(await strip_of(house, answer), "notebook.clip")
        await house.reply(answer["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))
    [notebook] = await house.services.postmortems.notebooks.list(TEAM)
    [clip] = [cell.data for cell in notebook.cells if cell.marker.startswith("clip/")]
    assert clip.session.count(", ") == clip.recording.count(", ") == 2
    assert {line.text[:3] for line in clip.transcript} == {"1 ·", "2 ·", "3 ·"}


@dataclass
class Fewer:
    """A source that knows the replays of so many sessions."""

    source: Source
    number: int

    async def moments(self, question: Question, targets: Sequence[TargetMatch], limit: int = 50) -> Sequence[Moment]:
        return (await self.source.moments(question, targets, limit))[: self.number]


async def chosen(house: House, answer: Json, number: int) -> None:
    """As if there were replays of so many sessions."""
    clips = house.services.clips
    fewer: Any = Fewer(clips.source, number)
    job = ChooseSideBySideJob(team=TEAM, question=pressed(answer, "clip.three").id, address=MINA_THERE, press="p")
    await choose_three(replace(clips, source=fewer), job)


async def test_with_two_or_one_it_says_so_and_shows_what_there_is(house: House) -> None:
    async with house.rendering():
        first = await house.ask(QUESTION)
        await chosen(house, first, 2)
        two = await strip_of(house, first)
        assert len(panels(two)) == 2
        assert "No third session has a replay" in str(two["blocks"])
        second = await house.ask("frustration signals on buy button in the last 24 hours")
        await chosen(house, second, 1)
        one = await strip_of(house, second)
        assert len(panels(one)) == 1
        assert "No other session has a replay" in str(one["blocks"])


async def test_without_a_replay_it_is_one_plain_sentence(house: House) -> None:
    answer = await house.ask(QUESTION)
    await chosen(house, answer, 0)
    told = await house.whispered()
    assert told == "None of these sessions has a replay."
    assert [it for it in await house.replies(answer["ts"]) if not it.get("is_ephemeral")] == []


async def test_so_it_is_for_a_single_clip(house: House) -> None:
    answer, services = await house.ask(QUESTION), house.services
    job = ChooseClipJob(team=TEAM, question=pressed(answer, "clip.make").id, by=MINA.id)
    error = Missing("None of these sessions has a replay.")
    records = services.questions.records, services.clips.records, services.requests.records
    failure = JobFailure(job.job_name, job.job_id, job, error, error.sentence, "ref-1")
    await explain_failure(FailureContext(services.slack, *records), failure)
    told = await house.reply(answer["ts"], lambda it: it["text"] == error.sentence)
    assert "ref-1" not in str(told["blocks"])
    assert ":warning:" not in str(told["blocks"])


async def test_recordings_that_are_gone_make_room_for_others_and_at_last_for_a_sentence(
    house: House, monkeypatch: Any
) -> None:
    recorded, gone = FirstOf.recording, set[str]()

    async def some(places: FirstOf, session: str) -> Sequence[bytes]:
        if session in gone or "all" in gone:
            raise Missing("There is no recording of that session.")
        return await recorded(places, session)

    monkeypatch.setattr(FirstOf, "recording", some)
    answer = await house.ask(QUESTION)
    asked = await house.services.questions.records.get(TEAM, pressed(answer, "clip.three").id)
    assert asked.answer
    moments = await house.services.clips.source.moments(asked.question, asked.answer.targets, limit=CANDIDATES)
    gone |= {moment.session_id for moment in varied(moments, asked.answer, most=2)}
    assert len(gone) == 2
    async with house.rendering():
        await house.press(answer, "clip.three")
        strip = await strip_of(house, answer)
        shown = {msgspec.json.decode(panel["accessory"]["value"])["session"] for panel in panels(strip)}
        assert len(shown) == 3
        assert not shown & gone
        gone.add("all")
        other = await house.ask("frustration signals on buy button in the last 24 hours")
        await house.press(other, "clip.three")
        told = await house.reply(other["ts"], lambda it: "has a replay any more" in it["text"])
        assert "Reference" not in str(told)


async def came_after_the_fix(house: House) -> str:
    """Somebody uses the shop without trouble after the fix, and is recorded. Returns the session."""
    source, fixed_at = house.services.requests.source, (await request_of(house)).fixed_at
    assert isinstance(source, LocalSource)
    assert fixed_at
    page = Session(element(4, "button", text(5, "Buy")), element(6, "p", text(7, "0 in the cart")))
    page.click(3_000, 4).add(3_100, 3, element(8, "p", text(9, "Thank you"))).mutation(5_500)
    begin = round(fixed_at.timestamp() * 1000) + 60_000
    events = [{**event, "timestamp": begin + event["timestamp"] - START} for event in page.events]
    sent = msgspec.json.encode({"session": "calm", "view": "v", "person": "calm", "seq": 0, "events": events})
    piece, batch = recording_pieces.rrweb(sent, sent, Surroundings(), source._store.rows)
    await source._store.keep([piece], batch)
    return "calm"


async def test_before_and_after_a_fix_stand_side_by_side(house: House) -> None:
    answer, _ = await fixed(house)
    await visited(house, 60, 0)
    calm = await came_after_the_fix(house)
    await checked(house, 61 * MINUTE)
    [improved] = await with_text(house, answer, "Improved")
    async with house.rendering():
        await house.press(improved, "clip.before_after")
        strip = await strip_of(house, answer)
        assert "Before and after the fix" in str(strip["blocks"])
        before, after = panels(strip)
        for panel, mark in ((before, "Before"), (after, "After")):
            heading = panel["text"]["text"].partition("\n")[0]
            assert re.fullmatch(rf"\*{mark} · \w+, \w+ \d+ \d\d:\d\d \S+\*", heading), heading  # with its zone
        assert msgspec.json.decode(after["accessory"]["value"])["session"] == calm
        await house.press(improved, "clip.before_after")
        assert "asked for already" in await house.whispered()
        await house.press(panel_alone(strip, 1), "clip.make")
        own = await filmed(house, answer, beside=frozenset({strip["ts"]}))
        assert pressed(own, "clip.later").session == calm
        assert "Why this session: from after the fix; picked by" in str(own["blocks"])
        await house.press(panel_alone(strip, 0), "clip.make")
        other = await filmed(house, answer, beside=frozenset({strip["ts"], own["ts"]}))
        assert "from after the fix" not in str(other["blocks"])
    assert len(await strips(house, answer)) == 1
    await house.press(answer, "notebook.add")
    await house.reply(answer["ts"], lambda it: "3 clips came along" in str(it.get("blocks")))
    [notebook] = await house.services.postmortems.notebooks.list(TEAM)
    kept = [cell.data for cell in notebook.shown if isinstance(cell.data, StoredClip)]
    assert [it.session for it in kept if it.caption.startswith("After the fix: ")] == [calm]


async def test_without_a_session_from_after_the_fix_it_says_so(house: House) -> None:
    answer, _ = await fixed(house)
    await visited(house, 60, 0)
    await checked(house, 61 * MINUTE)
    [improved] = await with_text(house, answer, "Improved")
    await house.press(improved, "clip.before_after")

    async def is_explained() -> bool:
        return "since the fix has a replay" in await house.whispered()

    assert await until(is_explained)
    assert await strips(house, answer) == []
