"""What is newer comes while what is older is still being told: the newer stands in the end, and no clock is lost."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from bot.backlog.request import Request, RequestState
from bot.kernel.errors import Unavailable
from bot.queue.job import CLIPS, JobFailure
from bot.services import home_tab
from bot.services.clips import render_clip
from bot.services.clips.clip_records import ClipRecords
from bot.services.clips.jobs import RenderClipJob
from bot.services.explain_failure import FailureContext, explain_failure
from bot.services.questions.jobs import AnswerJob
from bot.services.questions.question_records import QuestionRecords
from bot.services.requests import notify, post_digest
from bot.services.requests.jobs import DigestJob
from bot.services.requests.request_records import RequestRecords
from bot.services.watches import announce, keep_live
from bot.services.watches.set_watch import end_watch
from bot.signals.asked_question import AskedQuestion
from bot.slack.buttons import Pressed
from tests.handlers.house import INCIDENT, JISOO, House, at, has, until
from tests.handlers.meanwhile import BLOCKED_S, Call, with_meanwhile
from tests.handlers.test_backlog import asked, only_request
from tests.handlers.test_cancel import cancelled, on_its_way
from tests.handlers.test_clips import QUESTION
from tests.handlers.test_digest import due, is_list, listed, send
from tests.handlers.test_follow_ups import promised
from tests.handlers.test_live_answers import MINUTE, kept_live, message_of
from tests.handlers.test_watches import the_watch, visited, watching
from tests.handlers.walking import TEAM, quiet


async def moved(house: House, request: Request, state: RequestState) -> Request:
    return await house.services.requests.records.change(
        request, lambda it: msgspec.structs.replace(it, state=state, version=it.version + 1)
    )


async def test_a_request_that_is_asked_again_while_its_end_is_noted_keeps_its_clock(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked(house)
    await quiet(house.redis)
    requests = house.services.requests
    ended = await moved(house, await only_request(house), RequestState.NOT_DOING)

    async def ask_again() -> None:
        await notify.schedule(requests, await moved(house, ended, RequestState.ASKED))

    monkeypatch.setattr(notify, "step_of", with_meanwhile(notify.step_of, ask_again))
    await notify.schedule(requests, ended)
    assert await requests.records.due.open(TEAM) == [ended.id]


async def test_the_list_shows_what_was_done_while_it_was_brought_up_to_date(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await promised(house)
    await send(house, await due(house))
    assert has(await listed(house), "backlog.finish")
    request = await moved(house, await only_request(house), RequestState.IN_BACKLOG)

    async def finish() -> None:
        await post_digest.refresh(house.services.requests, await moved(house, request, RequestState.DONE))

    monkeypatch.setattr(post_digest, "_message", with_meanwhile(post_digest._message, finish))
    await post_digest.refresh(house.services.requests, request)
    await quiet(house.redis)
    assert not has(await listed(house), "backlog.finish")


async def test_the_list_shows_what_was_done_while_it_was_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await promised(house)
    monday, request = await due(house), await only_request(house)

    async def finish() -> None:
        await post_digest.refresh(house.services.requests, await moved(house, request, RequestState.DONE))

    monkeypatch.setattr(post_digest, "_message", with_meanwhile(post_digest._message, finish))
    await send(house, monday)
    await house.message(is_list)
    await quiet(house.redis)
    assert not has(await listed(house), "backlog.finish")


async def test_who_is_asked_while_a_list_without_rows_is_ended_is_listed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await promised(house)
    monday, known = await due(house), RequestRecords.open
    before: list[list[Request]] = [[]]

    async def read(self: RequestRecords, team: str) -> list[Request]:
        return before.pop() if before else await known(self, team)

    monkeypatch.setattr(RequestRecords, "open", read)
    later = at(house, lambda: monday).requests
    await post_digest.send_digest(later, DigestJob(team=TEAM, channel=INCIDENT))
    assert await later.records.digests.open(TEAM) == [INCIDENT]


async def test_an_answer_is_stopped_also_while_it_is_brought_up_to_date(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, job = await kept_live(house)
    soon = house.clock() + 20 * MINUTE
    await visited(house, soon, 20, 9)

    async def refresh() -> None:
        await keep_live.refresh_live(watching(house, soon), job)

    monkeypatch.setattr(keep_live, "_permit", with_meanwhile(keep_live._permit, refresh))
    await house.press(said, "live.stop", user=JISOO.id)
    stopped = await house.message(lambda it: it["ts"] == said["ts"] and has(it, "live.keep"))
    assert "Jisoo Han stopped the updates" in str(stopped["blocks"])
    await quiet(house.redis)
    assert not await house.services.watches.records.due.open(TEAM)
    assert "12 frustration signals" in str(await message_of(house, job))


async def test_an_answer_that_is_kept_live_again_while_its_end_is_noted_keeps_its_clock(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, job = await kept_live(house)
    watches, records = house.services.watches, house.services.questions.records

    async def keep_again() -> None:
        await keep_live.keep_live(watches, await records.get(TEAM, job.question), JISOO.id)

    change = type(records).change
    monkeypatch.setattr(type(records), "change", with_meanwhile(change, keep_again))
    person = await house.services.slack.people.get(TEAM, JISOO.id)
    await keep_live.stop_live(watches, await records.get(TEAM, job.question), person)
    assert await watches.records.due.open(TEAM) == [job.due_id]
    await quiet(house.redis)
    assert has(await house.message(lambda it: it["ts"] == said["ts"]), "live.stop")


async def test_progress_that_was_about_to_be_shown_takes_no_cancelled_clips_place(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a worker: the test is at the place of one."""
    answer = await house.ask(QUESTION)
    await house.press(answer, "clip.make")
    message = await on_its_way(house, answer)
    await until(lambda: house.services.clips.queue.waiting(CLIPS))
    buttons = [each for block in message["blocks"] for each in block.get("elements", ())]
    clip = Pressed.read(next(each["value"] for each in buttons if each.get("action_id") == "clip.cancel"))
    job = RenderClipJob(team=TEAM, question=clip.id, id=clip.target, session="", at=None, reason="")

    async def stop() -> None:
        await house.press(message, "clip.cancel", user=JISOO.id)
        await house.reply(answer["ts"], cancelled)

    monkeypatch.setattr(ClipRecords, "ended", with_meanwhile(ClipRecords.ended, stop))
    clips: Any = house.services.clips
    await render_clip.progress_of(clips, await house.services.questions.records.get(TEAM, clip.id), job)("capture", 0.5)
    outbox = house.services.slack.outbox
    await outbox.post("next", team=TEAM, channel=INCIDENT, message={"text": "next"})
    await outbox.ts("next", team=TEAM)
    [after] = [it for it in await house.replies(answer["ts"]) if it["ts"] == message["ts"]]
    assert cancelled(after)


async def test_a_clip_that_is_cancelled_while_it_is_handed_over_is_not_rendered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await house.ask(QUESTION)

    async def stop() -> None:
        await house.press(await on_its_way(house, answer), "clip.cancel", user=JISOO.id)
        await house.reply(answer["ts"], cancelled)

    monkeypatch.setattr(ClipRecords, "ended", with_meanwhile(ClipRecords.ended, stop))
    await house.press(answer, "clip.make")
    await until(lambda: house.services.clips.queue.waiting(CLIPS))
    rendered: list[Any] = []
    monkeypatch.setattr(render_clip, "_recorded", lambda *job: rendered.append(job))
    async with house.rendering():
        await quiet(house.redis)
    assert not rendered


async def test_a_watch_that_is_ended_while_it_is_told_that_it_was_set_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visited(house, house.clock(), 30)

    async def end() -> None:
        await end_watch(house.services.watches, TEAM, (await the_watch(house)).id, JISOO.id)

    monkeypatch.setattr(announce, "set_message", with_meanwhile(announce.set_message, end))
    await house.say("/replay watch frustration signals on gift card")
    told = await house.message(lambda it: "ended this watch" in it["text"])
    await quiet(house.redis)
    [after] = [it for it in await house.messages() if it["ts"] == told["ts"]]
    assert not has(after, "watches.end")


async def test_a_tab_that_is_opened_while_the_clock_shows_it_shows_what_is_new(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home_tab.opened_home(house.services, TEAM, JISOO.id)
    opening: list[asyncio.Task[None]] = []

    async def open_with_more() -> None:
        await house.say("/replay watch rage clicks on buy button")
        await quiet(house.redis)
        opening.append(asyncio.create_task(home_tab.opened_home(house.services, TEAM, JISOO.id)))
        await asyncio.wait(opening, timeout=BLOCKED_S)

    await house.say("/replay watch dead clicks on buy button")  # so that the clock has something new to show
    await quiet(house.redis)
    monkeypatch.setattr(home_tab, "_view", with_meanwhile(home_tab._view, open_with_more))

    async def refreshed() -> bool:
        """The bot's own clock may come by before, and then there is nothing to do here until the next time."""
        await house.services.homes.due.look_at(TEAM, JISOO.id, house.clock())
        await home_tab.refresh_homes(house.services)
        return bool(opening)

    assert await until(refreshed)
    await opening[0]
    view = (await house.look("state", user=JISOO.id))["home"]
    assert str(view["blocks"]).count(f"<#{INCIDENT}>") == 2, "two watches"


async def test_a_ticket_shows_the_newest_numbers_whoever_began_first(house: House) -> None:
    await asked(house)
    records, request = house.services.requests.records, await only_request(house)
    numbers, shown, others = [1], [], []

    async def prepared() -> tuple[str, Call]:
        number = numbers[-1]

        async def show() -> None:
            if number == 1:
                numbers.append(2)
                others.append(asyncio.create_task(records.show_once(request, prepared)))
                await asyncio.wait(others, timeout=BLOCKED_S)
            shown.append(number)

        return str(number), show

    await records.show_once(request, prepared)
    await others[0]
    assert shown == [1, 2]


@pytest.mark.parametrize("overtaken", [False, True])
async def test_no_failure_takes_the_place_of_an_answer(
    house: House, monkeypatch: pytest.MonkeyPatch, overtaken: bool
) -> None:
    """Overtaken: the answer came while the failure of what was asked before was told."""
    said = await house.ask(QUESTION)
    services = house.services
    asked_for = await services.questions.records.asked_in_thread(TEAM, INCIDENT, said["ts"])
    assert asked_for
    records = (services.questions.records, services.clips.records, services.requests.records)
    job, away = AnswerJob(team=TEAM, question=asked_for.id), Unavailable("The source is away.")
    if overtaken:
        known, before = QuestionRecords.get, [msgspec.structs.replace(asked_for, answer=None)]

        async def read(self: QuestionRecords, team: str, id: str) -> AskedQuestion:
            return before.pop() if before else await known(self, team, id)

        monkeypatch.setattr(QuestionRecords, "get", read)
    failure = JobFailure("answer", "answer:1", job, away, str(away), "REF1")
    await explain_failure(FailureContext(services.slack, *records), failure)
    await quiet(house.redis)
    [after] = [it for it in await house.messages() if it["ts"] == said["ts"]]
    assert after["text"] == said["text"]
    told = [it["text"] for it in await house.replies(said["ts"]) if "The source is away." in it["text"]]
    assert len(told) == (0 if overtaken else 1)
