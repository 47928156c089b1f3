"""After the fix: asks the same question again and posts before and after in the same thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.backlog.request import Request, RequestAction, RequestState
from bot.jobs.tick import move
from bot.kernel.errors import Missing
from bot.services import queued_jobs
from bot.services.office import Office
from bot.services.questions import lookup
from bot.services.requests import notify
from bot.signals.answer import Answer
from bot.signals.question import Period, Question


async def verification(office: Office, job: queued_jobs.VerifyJob) -> None:
    desk = office.desk
    request = await lookup.request(desk, job.team, job.request)
    if request.state is not RequestState.DONE:
        return  # compared already, by somebody's press or before this worker's predecessor died
    asked = await lookup.asked(desk, job.team, request.question)
    if asked.answer is None:
        raise Missing("The question has no answer to compare with.")
    before = asked.answer
    after = await office.source.answer(since(asked.question, done_at(request), desk.clock()), before.targets)
    locale = await notify.locale_of(desk, request, request.asker)
    message = desk.messages.message(
        "backlog/verified",
        locale,
        request=request,
        before=before,
        after=after,
        change=change(before, after),
        notebook_url=await notify.notebook_url(desk, request),
    )
    key = f"verified:{request.id}:{request.version}"
    await desk.outbox.post(
        key, team=request.team, channel=request.channel, message=message, reply_to=request.thread or None
    )
    found = desk.messages.text("backlog/found", locale, before=rate(before), after=rate(after))
    await move(desk, request, RequestAction.VERIFY, found)


def since(question: Question, done: datetime, now: datetime) -> Question:
    """The same question for the time since the fix, at most as long as the first one was."""
    start = max(done, now - question.period.span)
    return replace(question, period=Period(start, now), compare=None)


def done_at(request: Request) -> datetime:
    return next(it.at for it in reversed(request.history) if it.action is RequestAction.DONE)


def rate(answer: Answer) -> float:
    """Signals a day: two spans of different length can't be compared by their counts."""
    return answer.counts.signals / (answer.question.period.span.total_seconds() / 86_400)


def change(before: Answer, after: Answer) -> float | None:
    """Growth of the rate as a ratio; None when there was nothing before."""
    return rate(after) / rate(before) - 1 if before.counts.signals else None
