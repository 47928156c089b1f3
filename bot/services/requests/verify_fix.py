"""After the fix: asks the same question again and posts before and after in the same thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.backlog.request import Request, RequestAction, RequestState
from bot.backlog.sentences import already
from bot.kernel.errors import Missing
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.services.requests.jobs import VerifyJob
from bot.services.requests.request_clock import move
from bot.signals.answer import Answer
from bot.signals.question import Period, Question
from bot.slack.private_replies import ReplyAddress


async def press_compare(context: RequestContext, address: ReplyAddress, id: str) -> None:
    """*Compare now*: the check after the fix, without waiting for its day. Raises Missing."""
    request = await context.records.get(address.team, id)
    if request.state is RequestState.DONE:
        await context.queue.put(VerifyJob(team=address.team, request=request.id))
        return
    person = await context.slack.people.get(address.team, address.user)
    await context.slack.private.say(address, already(request, context.clock(), person.locale))


async def verify_fix(context: RequestContext, job: VerifyJob) -> None:
    """Raises Missing without an answer to compare with, and what the source raises."""
    request = await context.records.get(job.team, job.request)
    if request.state is not RequestState.DONE:
        return  # compared already, by somebody's press or before this worker's predecessor died
    asked = await context.questions.get(job.team, request.question)
    if asked.answer is None:
        raise Missing("The question has no answer to compare with.")
    before = asked.answer
    after = await context.source.answer(since(asked.question, done_at(request), context.clock()), before.targets)
    slack, locale = context.slack, await notify.locale_of(context, request, request.asker)
    message = slack.messages.message(
        "backlog/verified",
        locale,
        request=request,
        before=before,
        after=after,
        change=change(before, after),
        notebook_url=await notify.notebook_url(context, request),
    )
    key = f"verified:{request.id}:{request.version}"
    reply_to = request.thread or None
    await slack.outbox.post(key, team=request.team, channel=request.channel, message=message, reply_to=reply_to)
    result = slack.messages.text("backlog/found", locale, before=rate(before), after=rate(after))
    await move(context, request, RequestAction.VERIFY, result)


def since(question: Question, done: datetime, now: datetime) -> Question:
    """Returns the same question for the time since the fix, at most as long as the first one was."""
    start = max(done, now - question.period.span)
    return replace(question, period=Period(start, now), compare=None)


def done_at(request: Request) -> datetime:
    return next(entry.at for entry in reversed(request.history) if entry.action is RequestAction.DONE)


def rate(answer: Answer) -> float:
    """Returns signals a day: two spans of different length can't be compared by their counts."""
    return answer.counts.signals / (answer.question.period.span.total_seconds() / 86_400)


def change(before: Answer, after: Answer) -> float | None:
    """Returns the growth of the rate as a ratio; None when there was nothing before."""
    return rate(after) / rate(before) - 1 if before.counts.signals else None
