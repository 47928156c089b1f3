"""The clock, once a minute: reminds owners who haven't answered, and sees that tickets are done or open again."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress

from bot.backlog.request import WITH_TICKET, Party, Request, RequestAction, RequestState
from bot.backlog.schedule import Step
from bot.backlog.ticket import Absence, Ticket
from bot.kernel.errors import Missing, Upstream
from bot.services.requests import notify, post_digest
from bot.services.requests.context import RequestContext
from bot.services.requests.follow_ticket import follow
from bot.services.requests.jobs import ReadTicketsJob, StepJob, TicketsChangedJob, VerifyJob
from bot.services.requests.moves import move, queue_effects

MOST_TICKETS = 50
MOST_READINGS = 3
log = logging.getLogger(__name__)


def batched(requests: Sequence[tuple[str, str]], size: int) -> Iterator[tuple[tuple[str, str], ...]]:
    return (tuple(requests[start : start + size]) for start in range(0, len(requests), size))


async def tick(context: RequestContext) -> None:
    """Queues a job for each request that is due.

    Those that wait for their tickets share a job for each tracker and team, which reads many tickets in one request.
    """
    waiting: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for team, id in await context.records.due.due(context.clock()):
        request = await context.records.find(team, id)
        if request and request.state is RequestState.IN_BACKLOG and request.ticket:
            waiting.setdefault((request.tracker, team), []).append((team, id))
        else:
            await context.queue.put(StepJob(team=team, request=id))
    for (tracker, _), requests in waiting.items():
        for several in batched(requests, MOST_TICKETS):
            await context.queue.put(ReadTicketsJob(tracker=tracker, requests=several))


async def read_tickets(context: RequestContext, job: ReadTicketsJob) -> bool:
    """Has several requests follow their tickets, and returns whether one of them went on.

    Raises Upstream when the tracker is away: the clock comes by again.
    """
    ours = job.requests[0][0] if job.requests else ""
    known = [await context.records.find(team, id) for team, id in job.requests if team == ours]
    requests = [request for request in known if request and request.state in WITH_TICKET]
    for team, id in (names for names in job.requests if names[0] == ours):
        if not any((request.team, request.id) == (team, id) for request in requests):
            await look_at(context, StepJob(team=team, request=id))
    wanted = list(dict.fromkeys(request.ticket for request in requests))
    readings = await context.trackers.of(job.tracker, requests[0].team).read(wanted) if wanted else {}
    for request in requests:
        try:
            await _follow_or_act(context, request, readings[request.ticket])
        except (Upstream, Missing):
            log.warning("a request could not follow its ticket", exc_info=True)
    now = [await context.records.find(request.team, request.id) for request in requests]
    return any(after and after.version != before.version for before, after in zip(requests, now, strict=True))


async def hear_of_tickets(context: RequestContext, job: TicketsChangedJob) -> None:
    """Somebody changed these tickets, so they are read again. Raises Upstream, and is then tried again.

    Once more after a request went on: what was read may have been overtaken on the way, and whoever heard of the newer
    change may have found the older state.
    """
    names = [await context.records.of_tickets(job.tracker, key) for key in job.keys]
    requests = tuple(dict.fromkeys(name for several in names for name in several))
    if requests:
        known = [await context.records.find(team, id) for team, id in requests]
        for tracker, team in {(request.tracker, request.team) for request in known if request}:
            theirs = tuple((one.team, one.id) for one in known if one and (one.tracker, one.team) == (tracker, team))
            read = ReadTicketsJob(tracker=tracker, requests=theirs)
            for _ in range(MOST_READINGS):
                if not await read_tickets(context, read):
                    break


async def look_at(context: RequestContext, job: StepJob) -> None:
    """Does what is due, if anything is, and sets the clock anew. Raises Upstream when the tracker is away."""
    request = await context.records.find(job.team, job.request)
    if request is None:
        await context.records.due.close(job.team, job.request)
        return
    await _follow_or_act(context, request, None)


async def _follow_or_act(context: RequestContext, request: Request, reading: Ticket | Absence | None) -> None:
    if request.last and not await context.records.announced(request, request.last.version):
        await queue_effects(context, request)  # somebody died between writing it down and having it told
        if reading is None:
            return
    step = await notify.step_of(context, request)
    followed = False
    if step and step.reads_ticket:
        with suppress(Missing):  # its tracker is no longer set up
            followed = await follow(context, request, reading or await _read(context, request))
    if not followed and not (step and await _acted(context, request, step)):
        await notify.schedule(context, request)
    await post_digest.expect(context, request)


async def _acted(context: RequestContext, request: Request, step: Step) -> bool:
    """Does what is due, and returns whether that sets the clock anew."""
    if step.action is None or step.at > context.clock():
        return False
    if step.action is RequestAction.VERIFY:
        if not await context.records.may_check(request):
            return False
        await context.queue.put(VerifyJob(team=request.team, request=request.id))
    else:
        told = await _told_of_escalation(context, request) if step.action is RequestAction.ESCALATE else None
        await move(context, request, step.action, to=told)
    return True


async def _told_of_escalation(context: RequestContext, request: Request) -> Party | None:
    """For the history, which goes on saying it when owners.yaml names somebody else. Raises Upstream."""
    feature = await context.feature(request.team, request.feature)
    return await notify.person_of(context, request.team, feature.escalation) if feature and feature.escalation else None


async def _read(context: RequestContext, request: Request) -> Ticket | Absence:
    tracker = context.trackers.of(request.tracker, request.team)
    return (await tracker.read([request.ticket]))[request.ticket]
