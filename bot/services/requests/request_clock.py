"""The clock, once a minute: reminds owners who haven't answered, and sees that tickets are done or open again."""

from __future__ import annotations

from bot.backlog.request import Party, Request, RequestAction, RequestState
from bot.backlog.schedule import Step
from bot.backlog.tracker import Status
from bot.backlog.transitions import Transition, decide
from bot.kernel.errors import Conflict, Missing
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.services.requests.jobs import EffectsJob, StepJob, VerifyJob

CLOCK = Party("clock", "Replaybook")


async def tick(context: RequestContext) -> None:
    """Queues a job for each request that is due."""
    for team, id in await context.records.due.due(context.clock()):
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
    action = await _due(context, request, step) if step else None
    if action is None:
        await notify.schedule(context, request)
    elif action is RequestAction.VERIFY:
        await context.queue.put(VerifyJob(team=request.team, request=request.id))
    else:
        await move(context, request, action)


async def move(context: RequestContext, request: Request, action: RequestAction, reason: str = "") -> None:
    """The clock's own press; somebody who was faster wins."""
    step = Transition(action=action, by=CLOCK, at=context.clock(), version=request.version, reason=reason)
    locale = await notify.locale_of(context, request, request.asks)
    try:
        after = await context.records.change(request, lambda record: decide(record, step, locale))
    except Conflict:
        return
    await _have_told(context, after)


async def _have_told(context: RequestContext, request: Request) -> None:
    await context.queue.put(EffectsJob(team=request.team, request=request.id, version=request.version))


async def _due(context: RequestContext, request: Request, step: Step) -> RequestAction | None:
    if step.reads_ticket and (action := await _ticket_moved(context, request)):
        return action
    return step.action if step.at <= context.clock() else None


async def _ticket_moved(context: RequestContext, request: Request) -> RequestAction | None:
    """Returns what the ticket's state means for the request; None where it means nothing new."""
    try:
        status = (await context.trackers.of(request.tracker).get(request.ticket)).status
    except Missing:
        return None  # a ticket that our tracker doesn't know: only people can say
    if request.state is RequestState.IN_BACKLOG:
        return RequestAction.DONE if status is Status.DONE else None
    return RequestAction.REOPEN if status is not Status.DONE else None
