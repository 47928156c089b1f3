"""An answer that is kept live: it changes when its numbers do, gives way to *Refine*, and says how it ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from bot.services.clips.clip_settings import ClipSettings
from bot.services.questions.submit import Refining, re_ask
from bot.services.watches.jobs import LiveAnswerJob
from bot.services.watches.keep_live import refresh_live
from bot.signals.asked_question import AskedQuestion
from bot.signals.source import Source
from tests.handlers.house import INCIDENT, JISOO, House, has, until
from tests.handlers.test_fix_check import Interrupted
from tests.handlers.test_watches import Away, visited, watching
from tests.handlers.walking import quiet

Json = dict[str, Any]
TEAM = "T0NORDIC01"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def kept_live(house: House) -> tuple[Json, LiveAnswerJob]:
    await visited(house, house.clock(), 30, 3)
    said = await house.ask("frustration signals on gift card in the last 7 days")
    assert has(said, "live.keep")
    await house.press(said, "live.keep")
    said = await house.message(lambda it: it["ts"] == said["ts"] and has(it, "live.stop"))
    [(_, id)] = await house.services.watches.records.due.due(house.clock() + HOUR)
    job = LiveAnswerJob.of(TEAM, id)
    assert job
    return said, job


async def refreshed(house: House, job: LiveAnswerJob, now: datetime, source: Source | None = None) -> str:
    """The whole message after the clock came by, then."""
    await refresh_live(watching(house, now, source), job)
    await quiet(house.redis)
    return str((await message_of(house, job))["blocks"])


async def message_of(house: House, job: LiveAnswerJob) -> Json:
    asked = await record(house, job)
    ts = await house.services.slack.outbox.ts(asked.message_key, team=TEAM)
    return next(it for it in await house.messages() if it["ts"] == ts)


async def record(house: House, job: LiveAnswerJob) -> AskedQuestion:
    return await house.services.questions.records.get(TEAM, job.question)


async def updates(house: House) -> int:
    return len(await house.journal(way="api", name="chat.update"))


async def test_the_message_changes_when_its_numbers_do_and_says_when_it_is_quiet(house: House) -> None:
    said, job = await kept_live(house)
    assert "3 frustration signals" in said["text"]
    before, now = await updates(house), house.clock() + 10 * MINUTE
    await refreshed(house, job, now)
    await refreshed(house, job, now + 5 * MINUTE)
    assert await updates(house) == before, "nothing changed"
    await visited(house, now + 40 * MINUTE, 20, 9)
    assert "12 frustration signals" in await refreshed(house, job, now + 40 * MINUTE)
    assert await updates(house) == before + 1
    await visited(house, now + 100 * MINUTE, 5)
    assert "Live until" in await refreshed(house, job, now + 70 * MINUTE)
    ended = await refreshed(house, job, now + 105 * MINUTE)
    assert "Quiet for an hour" in ended
    assert "live.keep" in ended
    await visited(house, now + 130 * MINUTE, 5, 5)
    assert await refreshed(house, job, now + 130 * MINUTE) == ended, "it is over"
    assert not await house.services.watches.records.due.due(now + 10 * HOUR)


async def test_refine_wins_over_an_update_that_was_under_way(house: House) -> None:
    _, job = await kept_live(house)
    await visited(house, house.clock() + 20 * MINUTE, 20, 9)
    asked = await record(house, job)

    async def refine() -> None:
        question = replace(asked.question, signals=asked.question.signals[:1])
        by = await house.services.slack.people.get(asked.team, asked.user)
        refining = Refining(by=by, words="rage clicks on buy button this week", delivery="refined")
        await re_ask(house.services.questions, asked, question, refining)
        await quiet(house.redis)

    source = cast(Any, Interrupted(house.services.watches.source, [refine]))
    shown = await refreshed(house, job, house.clock() + 20 * MINUTE, source)
    assert "rage click" in shown
    assert "frustration signals on" not in (await message_of(house, job))["text"]
    assert "live.stop" in shown, "the refined answer goes on"
    assert "12 rage clicks" in await refreshed(house, job, house.clock() + 25 * MINUTE)


async def test_a_source_that_is_away_is_said_once_and_the_time_ends_all_the_same(house: House) -> None:
    _, job = await kept_live(house)
    before, now = await updates(house), house.clock() + 10 * MINUTE
    away = cast(Any, Away(house.services.watches.source))
    for n in range(3):
        assert "answered since" in await refreshed(house, job, now + n * 5 * MINUTE, away)
    assert await updates(house) == before + 1
    assert "numbers changed last" in await refreshed(house, job, now + 20 * MINUTE)
    await refreshed(house, job, now + 25 * MINUTE, away)
    assert "It was live until" in await refreshed(house, job, now + 5 * HOUR, away)


async def test_anyone_stops_it_and_a_channel_can_have_every_answer_live(house: House) -> None:
    said, _ = await kept_live(house)
    await house.press(said, "live.stop", user=JISOO.id)
    stopped = await house.message(lambda it: it["ts"] == said["ts"] and has(it, "live.keep"))
    assert "Jisoo Han stopped the updates" in str(stopped["blocks"])
    await house.services.clips.records.save_settings(TEAM, INCIDENT, ClipSettings(live=True), 0)
    other = await house.ask("dead clicks on gift card in the last 24 hours")
    await house.message(lambda it: it["ts"] == other["ts"] and has(it, "live.stop"))
    past = await house.ask("dead clicks on gift card yesterday")
    await until(lambda: still(house))
    assert not any(has(it, "live.stop") for it in await house.messages() if it["ts"] == past["ts"])


async def still(house: House) -> bool:
    await quiet(house.redis)
    return True
