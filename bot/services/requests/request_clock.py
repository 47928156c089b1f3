"""The clock, once a minute: reminds owners who haven't answered, and sees that tickets are done or open again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.backlog.request import Party, Request, RequestAction
from bot.backlog.schedule import Step
from bot.backlog.transitions import Transition, decide, follow_ticket
from bot.kernel.errors import Conflict, Missing
from bot.services.requests import digest, notify
from bot.services.requests.context import RequestContext
from bot.services.requests.jobs import EffectsJob, StepJob, VerifyJob

CLOCK = Party("clock", "Replaybook")


async def tick(context: RequestContext, ahead: timedelta = timedelta()) -> None:
    """Queues a job for each request that is due, or will be within `ahead`: a job does nothing before its time."""
    for team, id in await context.records.due.due(context.clock() + ahead):
        await context.queue.put(StepJob(team=team, request=id))


async def look_at(context: RequestContext, job: StepJob) -> None:
    """Does what is due, if anything is, and sets the clock anew. Raises Upstream when the tracker is away."""
    request = await context.records.find(job.team, job.request)
    if request is None:
        await context.records.due.close(job.team, job.request)
        return
    if request.last and not await context.records.announced(request, request.last.version):
        await _have_told(context, request)  # somebody died between writing it down and having it told
        return
    step = await notify.step_of(context, request)
    if step is None or not (
        (step.reads_ticket and await _ticket_moved(context, request)) or await _acted(context, request, step)
    ):
        await notify.schedule(context, request)
    await digest.expect(context, request)


async def move(context: RequestContext, request: Request, action: RequestAction, **more: Any) -> Request | None:
    """The clock's own press, with what the action needs. Somebody who was faster wins: then None."""
    step = Transition(action=action, by=CLOCK, at=context.clock(), version=request.version, **more)
    locale = await notify.locale_of(context, request, request.asks)
    try:
        after = await context.records.change(request, lambda record: decide(record, step, locale))
    except Conflict:
        return None
    await _have_told(context, after)
    return after


async def _have_told(context: RequestContext, request: Request) -> None:
    await context.queue.put(EffectsJob(team=request.team, request=request.id, version=request.version))


async def _acted(context: RequestContext, request: Request, step: Step) -> bool:
    """Does what is due, and returns whether that sets the clock anew."""
    if step.action is None or step.at > context.clock():
        return False
    if step.action is RequestAction.VERIFY:
        if not await context.records.may_check(request):
            return False
        await context.queue.put(VerifyJob(team=request.team, request=request.id))
    else:
        await move(context, request, step.action)
    return True


async def _ticket_moved(context: RequestContext, request: Request) -> bool:
    """Has the request follow its ticket, and returns whether there was anything to follow."""
    try:
        ticket = await context.trackers.of(request.tracker, request.team).get(request.ticket)
    except Missing:
        return False  # a ticket that our tracker doesn't know: only people can say
    action = follow_ticket(request.state, ticket.status)
    if action is None:
        return False
    await move(context, request, action, fixed_at=ticket.done_at if action is RequestAction.DONE else None)
    return True
