"""After the fix: looked at as often as it takes, said once, and followed wherever the ticket goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from bot.backlog.request import Request, RequestAction, RequestState
from bot.backlog.ticket import Status
from bot.kernel.errors import Unavailable
from bot.providers.local import sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.local_source import LocalSource
from bot.providers.local.local_tickets import LocalTracker
from bot.queue.job import JobFailure
from bot.services.explain_failure import FailureContext, explain_failure
from bot.services.requests.jobs import VerifyJob
from bot.services.requests.moves import move
from bot.services.requests.verify_fix import verify_fix
from bot.signals.answer import Answer
from bot.signals.source import Source
from standins.slack.seed import MINA
from tests.handlers.house import JISOO, House, at, has, tick, until
from tests.handlers.walking import follow_up_in, follow_up_row, quiet
from tests.providers.local.rumevents import action, lines

Json = dict[str, Any]
TEAM = "T0NORDIC01"
QUESTION = "frustration signals on buy button this week"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def request_of(house: House) -> Request:
    async def found() -> Request | None:
        requests = await house.services.requests.records.open(TEAM)
        assert len(requests) < 2, "one feature, one request"
        return requests[0] if requests else None

    return await until(found)


async def asked(house: House) -> tuple[Json, Json]:
    """The answer's message, and the request in its thread."""
    said = await house.ask(QUESTION)
    await house.press(said, "backlog.ask")
    return said, await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))


async def confirmed(house: House) -> Json:
    """The answer's message, once the fix is in the backlog as SHOP-1."""
    said, request = await asked(house)
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id)
    await house.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != request["ts"])
    return said


async def moved(house: House, said: Json, status: Status, mark: str, later: timedelta = timedelta()) -> Json:
    """What the thread is told when the ticket has moved and the clock comes by."""
    await quiet(house.redis)
    before = {it["ts"] for it in await house.replies(said["ts"])}
    tracker = house.services.requests.trackers.of()
    assert isinstance(tracker, LocalTracker)
    await tracker.move("SHOP-1", status)
    await tick(at(house, lambda: house.clock() + later))
    return await house.reply(said["ts"], lambda it: it["ts"] not in before and mark in str(it.get("blocks")))


async def fixed(house: House) -> tuple[Json, Json]:
    """The answer's message, and the one that says that the ticket is done."""
    said = await confirmed(house)
    return said, await moved(house, said, Status.DONE, ":checkered_flag:")


async def visited(house: House, sessions: int, affected: int, within: timedelta = HOUR, version: str = "1") -> None:
    """So many people press Buy soon after the fix, in this version, and some of them in vain."""
    source, start = house.services.requests.source, (await request_of(house)).fixed_at
    assert isinstance(source, LocalSource)
    assert start
    events = [
        action(
            start + within * ((n + 1) / (sessions + 1)),
            *(["rage_click"] if n < affected else []),
            session=f"after-{n}",
            user=f"visitor-{n}",
            version=version,
        )
        for n in range(sessions)
    ]
    store = source._store
    await store.write(store.rows.rum(sdk_events.decode(lines(*events))[0], Surroundings())[0])


async def checked(house: House, after: timedelta) -> Request:
    """The clock's look at this time after the fix."""
    request = await request_of(house)
    assert request.fixed_at
    now: datetime = request.fixed_at + after
    then = at(house, lambda: now)
    await verify_fix(then.requests, VerifyJob(team=TEAM, request=request.id))
    await quiet(house.redis)
    return await request_of(house)


async def with_text(house: House, said: Json, part: str) -> list[Json]:
    return [it for it in await house.replies(said["ts"]) if part in str(it.get("blocks")) + it["text"]]


async def test_a_press_right_after_done_is_too_early_and_takes_no_check_away(house: House) -> None:
    said, done = await fixed(house)
    await house.press(done, "backlog.compare")
    early = await house.reply(said["ts"], lambda it: "Too early" in it["text"])
    assert ":white_check_mark:" not in str(early["blocks"])
    assert "▼" not in str(early)
    assert has(early, "backlog.compare")
    assert (await follow_up_in(house, lambda it: it.state == "too_early")).note
    await house.press(early, "backlog.compare")
    assert "Too early" in await house.whispered(), "what was found a moment ago"
    await visited(house, 60, 0)
    assert (await checked(house, 61 * MINUTE)).state is RequestState.IMPROVED
    for message in (early, done):
        [now] = [it for it in await house.replies(said["ts"]) if it["ts"] == message["ts"]]
        assert not has(now, "backlog.compare"), "overtaken, so that a press would change nothing"
    [old] = [it for it in await house.replies(said["ts"]) if it["ts"] == early["ts"]]
    assert "Too early" in old["text"]
    assert "overtaken" in old["text"]


async def test_an_early_finding_keeps_no_button_when_the_ticket_is_opened_again(house: House) -> None:
    said, done = await fixed(house)
    await house.press(done, "backlog.compare")
    early = await house.reply(said["ts"], lambda it: "Too early" in it["text"])
    await moved(house, said, Status.IN_PROGRESS, ":leftwards_arrow_with_hook:", 2 * HOUR)
    await quiet(house.redis)
    [old] = await with_text(house, said, "Too early")
    assert old["ts"] == early["ts"]
    assert "overtaken" in old["text"]
    assert not [it for it in await house.replies(said["ts"]) if has(it, "backlog.compare")]


async def test_a_fix_that_helped_is_called_improved_with_the_expectation_once(house: House) -> None:
    said, _ = await fixed(house)
    mentions = await with_text(house, said, "is a fix for")
    await visited(house, 60, 1, version="2.31.1")
    request = await checked(house, 61 * MINUTE)
    assert request.check
    assert request.check.version == "2.31.1"
    [message] = await with_text(house, said, "Improved")
    assert "affected sessions would be expected by now; 1 was seen" in str(message["blocks"])
    assert "1 of 60 sessions affected" in str(message["blocks"])
    assert not has(message, "backlog.compare")
    assert await with_text(house, said, "is a fix for") == mentions, "the mention says what was answered, no more"
    found = await follow_up_in(house, lambda it: it.state == "improved")
    assert "would be expected by now" in found.note
    assert await until(lambda: _no_check(house))


async def _no_check(house: House) -> bool:
    """The clock has nothing to check any more, however late it is."""
    request = await request_of(house)
    before = request.check
    await tick(at(house, lambda: house.clock() + timedelta(days=8)))
    await quiet(house.redis)
    return (await request_of(house)).check == before


async def test_a_fix_that_made_it_worse_is_not_improved_and_is_checked_again(house: House) -> None:
    said, _ = await fixed(house)
    await visited(house, 300, 299)
    assert (await checked(house, 61 * MINUTE)).state is RequestState.NOT_IMPROVED
    assert (await checked(house, timedelta(days=1))).state is RequestState.NOT_IMPROVED
    [message] = await with_text(house, said, "Not improved")
    assert ":white_check_mark:" not in str(message["blocks"])
    assert (await follow_up_in(house, lambda it: it.state == "not_improved")).note


async def test_a_ticket_opened_again_is_told_once_and_its_next_fix_is_checked_anew(house: House) -> None:
    said, _ = await fixed(house)
    await visited(house, 60, 0)
    await checked(house, 61 * MINUTE)
    await moved(house, said, Status.IN_PROGRESS, ":leftwards_arrow_with_hook:", 2 * HOUR)
    assert (await follow_up_in(house, lambda it: it.state == "in_backlog")).note == ""
    await tick(house.services)
    await quiet(house.redis)
    assert len(await with_text(house, said, "was opened again")) == 1
    again = await moved(house, said, Status.DONE, ":checkered_flag:")
    await house.press(again, "backlog.compare")
    await house.reply(said["ts"], lambda it: it["ts"] > again["ts"] and "Too early" in it["text"])


@dataclass
class Interrupted:
    """A source that takes its time: something happens before its first answer."""

    source: Source
    meanwhile: list[Callable[[], Awaitable[object]]]

    async def answer(self, *args: Any) -> Answer:
        while self.meanwhile:
            await self.meanwhile.pop()()
        return await self.source.answer(*args)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)


async def interrupted(house: House, meanwhile: Callable[[], Awaitable[object]], by: str = "") -> None:
    """A check of the fix, while which something else happens."""
    context, request = house.services.requests, await request_of(house)
    context = replace(context, source=cast(Any, Interrupted(context.source, [meanwhile])))
    await verify_fix(context, VerifyJob(team=TEAM, request=request.id, by=by))
    await quiet(house.redis)


async def test_a_ticket_that_was_opened_and_done_again_during_a_check_is_not_judged_by_it(house: House) -> None:
    said, _ = await fixed(house)
    await visited(house, 60, 0, timedelta(milliseconds=200))

    async def moves(*actions: RequestAction) -> None:
        for each in actions:
            await move(house.services.requests, await request_of(house), each)

    await interrupted(house, lambda: moves(RequestAction.REOPEN, RequestAction.DONE), by=MINA.id)
    request = await request_of(house)
    assert (request.state, request.check) == (RequestState.DONE, None)
    assert "The ticket was done" in await house.whispered()
    await interrupted(house, lambda: moves(RequestAction.REOPEN), by=MINA.id)
    assert await house.whispered("was opened again")
    for outcome in ("Improved", "Too early"):
        assert not await with_text(house, said, outcome)


async def test_a_press_beside_a_planned_check_is_told_once_and_the_later_numbers_hold(house: House) -> None:
    said, _ = await fixed(house)
    await visited(house, 60, 0)

    async def planned() -> None:
        assert (await checked(house, 61 * MINUTE)).state is RequestState.IMPROVED

    await interrupted(house, planned, by=MINA.id)
    assert [bool(it.get("is_ephemeral")) for it in await with_text(house, said, "Improved")].count(False) == 1
    assert "Improved" in await house.whispered()
    assert (await follow_up_row(house)).state == "improved"


async def test_a_ticket_closed_without_a_fix_is_told_once_and_not_checked(house: House) -> None:
    said = await confirmed(house)
    closed = await moved(house, said, Status.CLOSED, "without a fix")
    assert not has(closed, "backlog.compare")
    assert (await follow_up_in(house, lambda it: it.state == "closed")).ticket == "SHOP-1"
    await tick(at(house, lambda: house.clock() + timedelta(days=8)))
    await quiet(house.redis)
    assert len(await with_text(house, said, "without a fix")) == 1
    assert not await with_text(house, said, "Too early")


async def test_asking_about_a_feature_whose_fix_is_being_checked_refers_to_it(house: House) -> None:
    await fixed(house)
    other = await house.ask("dead clicks on buy button this week")
    await house.press(other, "backlog.ask")
    assert "The ticket was done" in await house.whispered()
    assert not await house.replies(other["ts"])
    await follow_up_row(house)


async def test_asking_again_after_the_story_ended_goes_on_with_it(house: House) -> None:
    said, done = await fixed(house)
    await visited(house, 60, 0, timedelta(milliseconds=200))
    await house.press(done, "backlog.compare")
    await house.reply(said["ts"], lambda it: "Improved" in it["text"])
    settled = await request_of(house)
    await house.press(said, "backlog.ask")
    assert "Improved" in await house.whispered(), "that question is older than the finding"
    other = await house.ask("dead clicks on buy button this week")
    await house.press(other, "backlog.ask")
    mention = await house.reply(other["ts"], lambda it: has(it, "backlog.in_backlog"))
    assert f"<@{JISOO.id}>, this is asked again" in mention["text"]
    again = await request_of(house)
    assert (again.id, again.thread, again.state) == (settled.id, other["ts"], RequestState.ASKED)
    assert (await follow_up_in(house, lambda it: it.state == "asked")).ticket == "", "the old ticket was for another"
    await house.press(mention, "backlog.in_backlog", user=JISOO.id)
    await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id)
    await house.reply(other["ts"], lambda it: "SHOP-2" in it["text"])
    assert (await follow_up_in(house, lambda it: it.state == "in_backlog")).ticket == "SHOP-2"


async def test_a_source_that_is_away_is_said_once_however_often_the_clock_tries(house: House) -> None:
    said, _ = await fixed(house)
    request = await request_of(house)
    base = house.services
    context = FailureContext(base.slack, base.questions.records, base.clips.records, base.requests.records)
    job = VerifyJob(team=TEAM, request=request.id)
    for n in range(3):
        error = Unavailable("Datadog is away.")
        await explain_failure(context, JobFailure("verify", job.job_id, job, error, error.sentence, f"ref-{n}"))
    await quiet(house.redis)
    assert len(await with_text(house, said, "Datadog is away.")) == 1
    assert (await request_of(house)).state is RequestState.DONE, "nothing was decided"
