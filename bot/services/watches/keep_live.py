"""Keeps an answer live: its one message is brought up to date for a while, and only when something changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import msgspec
import structlog

from bot.kernel.errors import Conflict, Missing, Upstream
from bot.services.access.access import Deed
from bot.services.questions.answer_question import post_newest
from bot.services.questions.with_context import answer_with_context
from bot.services.watches.context import WatchContext
from bot.services.watches.count_slice import TOO_LOW
from bot.services.watches.jobs import LiveAnswerJob
from bot.signals.answer import Answer
from bot.signals.asked_question import AskedQuestion, LiveAnswer
from bot.signals.hourly_history import slice_question
from bot.signals.live_answer import QUIET, goes_on, has_changed, later
from bot.signals.question import Question
from bot.slack.person import Person

PER_CHANNEL = 5

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


async def keep_live(context: WatchContext, asked: AskedQuestion, by: str) -> None:
    """Raises Conflict where its numbers won't change any more, and where enough answers of the channel are live.

    Raises Denied.
    """
    if asked.answer is None:
        raise Conflict("This question has no answer yet; please press again when it has.")
    if by:  # else the channel's settings want it of every answer
        await context.access.require(
            Deed.SET_WATCH, team=asked.team, channel=asked.channel, user=by, target=asked.id, once=f"live:{asked.id}"
        )
    if not goes_on(asked.answer):
        raise Conflict("That period is over, so its numbers won’t change any more.")
    if by:
        await _permit(context, Deed.SET_WATCH, asked, by)
    now = context.clock()
    if not is_live(asked):
        await _check_room(context, asked)
        limits = context.limits
        live = LiveAnswer(since=now, until=now + limits.live_for, minutes=limits.minutes, by=by, changed=now)
        asked = await context.questions.records.change(
            asked, lambda record: msgspec.structs.replace(record or asked, live=live)
        )
    await context.records.due.look_at(asked.team, _due_id(asked), now + context.limits.every)
    await post_newest(context.questions, asked)


async def _check_room(context: WatchContext, asked: AskedQuestion) -> None:
    jobs = [LiveAnswerJob.of(asked.team, id) for id in await context.records.due.open(asked.team)]
    if sum(1 for job in jobs if job and job.channel == asked.channel) >= PER_CHANNEL:
        raise Conflict("This channel keeps %(n)s answers live already; stop one of them first.", n=PER_CHANNEL)


async def keep_live_with_answer(context: WatchContext, asked: AskedQuestion) -> None:
    """Where the channel wants that of every answer; past the limit an answer stays as it is."""
    settings = await context.settings(asked.team, asked.channel)
    if settings is None or not settings.live or asked.answer is None or not goes_on(asked.answer) or asked.live:
        return
    try:
        await keep_live(context, asked, "")
    except Conflict as full:
        log.info("an answer isn't kept live", why=full.sentence)


async def stop_live(context: WatchContext, asked: AskedQuestion, by: Person) -> bool:
    """Returns False where it wasn't live any more. Raises Denied."""
    if not is_live(asked):
        return False
    await _permit(context, Deed.END_WATCH, asked, by.id)
    return await _stopped(context, asked, by.name)


async def _stopped(context: WatchContext, asked: AskedQuestion, by: str) -> bool:
    """As it is by now: the clock may have brought it up to date while somebody pressed. False where it had ended."""
    now = context.clock()
    first = False

    def stopped(record: AskedQuestion | None) -> AskedQuestion:
        nonlocal first
        first = record is not None and is_live(record)
        if record is None or record.live is None or not first:
            return record or asked
        return msgspec.structs.replace(
            record, live=msgspec.structs.replace(record.live, ending="stopped", ended=now, ended_by=by)
        )

    after = await context.questions.records.change(asked, stopped)
    if first:
        await _close(context, asked)
        await post_newest(context.questions, after)
    return first


async def _close(context: WatchContext, asked: AskedQuestion) -> None:
    """The clock comes by no longer, unless somebody has just had the answer kept live again."""
    await context.records.due.close(asked.team, _due_id(asked))
    if is_live(await context.questions.records.get(asked.team, asked.id)):
        await context.records.due.look_at(asked.team, _due_id(asked), context.clock() + context.limits.every)


async def _permit(context: WatchContext, deed: Deed, asked: AskedQuestion, user: str) -> None:
    """Raises Denied."""
    since = str(asked.live.since if asked.live else asked.answer and asked.answer.asked_at)
    await context.access.permit(
        deed, team=asked.team, channel=asked.channel, user=user, target=asked.id, once=f"live:{since}"
    )


def is_live(asked: AskedQuestion) -> bool:
    return asked.live is not None and not asked.live.ending


async def refresh_live(context: WatchContext, job: LiveAnswerJob) -> None:
    """Counts again, and updates the message where something changed. A question that is being refined is left alone."""
    try:
        asked = await context.questions.records.get(job.team, job.question)
    except Missing:
        await context.records.due.close(job.team, job.due_id)
        return
    if not is_live(asked):
        await _close(context, asked)
    elif asked.live and asked.answer:
        now = context.clock()
        question = later(asked.question, now, asked.locale.zone)
        if question is None or not goes_on(asked.answer):
            await _end(context, asked, "period")
            return
        try:
            await _refresh(context, asked, question, asked.live, asked.answer, now)
        except Upstream as error:
            log.warning("a live answer wasn't counted", question=asked.id, why=error.sentence)
            await _note_away(context, asked, asked.live, now)


async def _refresh(
    context: WatchContext, asked: AskedQuestion, question: Question, live: LiveAnswer, before: Answer, now: datetime
) -> None:
    source = (await context.questions.reader_of(asked.team, before.source)).source
    answer = await answer_with_context(source, question, before.targets)
    answer = replace(answer, link=answer.link or before.link, alternatives=before.alternatives)
    ending = await _ending(context, asked, live, now)
    if not ending and not live.away and not has_changed(before, answer):
        return
    changed = now if has_changed(before, answer) else live.changed
    state = msgspec.structs.replace(live, changed=changed, away=None, ending=ending, ended=now if ending else None)
    await _change(context, asked, state, answer)


async def _note_away(context: WatchContext, asked: AskedQuestion, live: LiveAnswer, now: datetime) -> None:
    if now >= live.until:
        await _end(context, asked, "over")
    elif not live.away:
        await _change(context, asked, msgspec.structs.replace(live, away=now))


async def _ending(context: WatchContext, asked: AskedQuestion, live: LiveAnswer, now: datetime) -> str:
    """Quiet is an hour of data without a signal; an hour without data says nothing."""
    if now - live.since >= QUIET:
        question = slice_question(asked.question, now, asked.locale.zone)
        source = (await context.questions.reader_of(asked.team, asked.answer.source if asked.answer else "")).source
        last_hour = await source.answer(question, asked.answer.targets if asked.answer else ())
        complete = not any(caveat.kind in TOO_LOW for caveat in last_hour.caveats)
        if complete and not last_hour.counts.actions and await source.seen(question.period):
            return "quiet"
    return "over" if now >= live.until else ""


async def _end(context: WatchContext, asked: AskedQuestion, ending: str) -> None:
    if asked.live:
        state = msgspec.structs.replace(asked.live, ending=ending, ended=context.clock())
        await _change(context, asked, state)


async def _change(context: WatchContext, asked: AskedQuestion, state: LiveAnswer, answer: Answer | None = None) -> None:
    """Writes it down and posts it, unless the question was refined or the live answer changed in the meantime."""

    def changed(record: AskedQuestion | None) -> AskedQuestion:
        if record is None or record.question != asked.question or record.live != asked.live or record.answer is None:
            return record or asked
        if answer is None:
            return msgspec.structs.replace(record, live=state)
        return msgspec.structs.replace(record, live=state, question=answer.question, answer=answer)

    after = await context.questions.records.change(asked, changed)
    if after.live != state:
        return
    if state.ending:
        await _close(context, asked)
    await post_newest(context.questions, after)


def _due_id(asked: AskedQuestion) -> str:
    return LiveAnswerJob(team=asked.team, channel=asked.channel, question=asked.id).due_id
