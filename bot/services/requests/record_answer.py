"""Records what a person answered to a request. State first: the ticket, then the record, then what others are told."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import msgspec

from bot.backlog.request import AgreedFields, FollowUpPlan, Request, RequestAction
from bot.backlog.ticket import Ticket
from bot.backlog.ticket_text import plain_text
from bot.backlog.tracker import Tracker
from bot.backlog.transitions import decide
from bot.kernel.errors import Conflict, Missing
from bot.services.access.access import Deed, Denied
from bot.services.postmortems import channel_notebook
from bot.services.requests import notify, post_digest
from bot.services.requests.acknowledge import transition_of
from bot.services.requests.context import RequestContext
from bot.services.requests.follow_ups import fields_of, joined
from bot.services.requests.jobs import AcknowledgeJob, EffectsJob
from bot.services.requests.new_ticket import new_ticket, parent_of
from bot.services.requests.show_on_ticket import show_on_ticket

RECENT = timedelta(hours=1)
"""What is older than this was told, or never will be."""


async def record_answer(context: RequestContext, job: AcknowledgeJob) -> None:
    by = await context.slack.people.get(job.team, job.by)
    request = await context.records.get(job.team, job.request)
    try:
        if job.on_behalf:
            await context.access.require(
                Deed.ANSWER_ON_BEHALF,
                team=request.team,
                channel=request.channel,
                user=job.by,
                target=request.id,
                once=job.job_id,
            )
        decide(request, transition_of(job, by, job.ticket or job.create), by.locale)
        ticket, plan = await _ticket(context, job, request)
        agreed = await _agreed(context, job, ticket, plan)
        planned = msgspec.structs.replace(job, plan=plan)
        await _note_ticket(context, job, request, ticket)
        press = msgspec.structs.replace(transition_of(planned, by, ticket.key, ticket.link), agreed=agreed)
        after = await context.records.change(request, lambda record: decide(record, press, by.locale))
        version = after.version
    except (Conflict, Denied) as refusal:
        done = _version_of(request, job)
        if done is None:
            address = notify.address_of(request, job.by)
            await context.slack.private.explain(address, refusal, key=job.job_id)
            return
        version = done
    else:
        if ticket.link:  # from now on somebody may change it
            await context.records.note_ticket(after, context.trackers.of(after.tracker, after.team).name)
    await context.queue.put(EffectsJob(team=job.team, request=job.request, version=version))


async def _note_ticket(context: RequestContext, job: AcknowledgeJob, request: Request, ticket: Ticket) -> None:
    """In the audit log: a ticket was named for the request, or made."""
    if ticket.key:
        await context.access.permit(
            Deed.LINK_TICKET,
            team=request.team,
            channel=request.channel,
            user=job.by,
            target=ticket.key,
            once=job.job_id,
        )


async def tell_effects(context: RequestContext, job: EffectsJob) -> None:
    """Tells thread, notebook and ticket what became of a request, and sets its clock. Repeatable throughout."""
    request = await _announced_in_thread(context, job)
    await channel_notebook.follow(context.postmortems, request)
    await notify.schedule(context, request)
    await post_digest.refresh(context, request)
    await context.records.announce(request, job.version)
    await show_on_ticket(context, request, job.version)


async def _announced_in_thread(context: RequestContext, job: EffectsJob) -> Request:
    """After what came before it, and as the request is by now: no message keeps what was overtaken while it was told.

    Returns the request as it was told.
    """
    request = await context.records.get(job.team, job.request)
    while True:
        for version in await _unannounced(context, request, job.version):
            await notify.notify(context, request, version)
        now = await context.records.get(job.team, job.request)
        if now.version == request.version:
            return request
        request = now


async def _unannounced(context: RequestContext, request: Request, version: int) -> list[int]:
    """This version, and those before it that nobody has told yet, oldest first."""
    earlier = [entry for entry in request.history if entry.version < version and entry.at > context.clock() - RECENT]
    untold = [version]
    for entry in reversed(earlier):
        if await context.records.announced(request, entry.version):
            break
        untold.insert(0, entry.version)
    return untold


def _version_of(request: Request, job: AcknowledgeJob) -> int | None:
    """Returns what this very press led to, when the job did it before and died: then only the telling is left."""
    press = (job.at, job.by, job.action)
    return next((entry.version for entry in request.history if (entry.at, entry.who.id, entry.action) == press), None)


async def _ticket(context: RequestContext, job: AcknowledgeJob, request: Request) -> tuple[Ticket, FollowUpPlan | None]:
    """Returns the ticket, one without a link where it is elsewhere, and the plan with what the ticket says.

    A ticket is created once each time that was asked, however often the job runs.
    """
    tracker = context.trackers.of(request.tracker, request.team)
    if job.action is RequestAction.FINISH:
        with suppress(Missing):  # a ticket elsewhere: only people can say
            await tracker.finish(request.ticket)
    if not (job.create or job.ticket):
        return NO_TICKET, job.plan
    plan = job.plan or FollowUpPlan()
    new = await new_ticket(context, request, plan, job.create or request.what, dict(job.custom), job.by)
    try:
        if job.create:
            ticket = await tracker.create(msgspec.structs.replace(new, parent=await parent_of(context, request)))
        else:
            ticket = await tracker.adopt(job.ticket, request.what, plain_text(new))
            plan, ticket = await _adopted(context, job, tracker, ticket)
    except Missing:
        return Ticket(job.ticket, ""), plan  # the key is what the owner says it is
    return ticket, plan


async def _adopted(
    context: RequestContext, job: AcknowledgeJob, tracker: Tracker, ticket: Ticket
) -> tuple[FollowUpPlan, Ticket]:
    """Ticket and plan tell each other what only one of them knows; what a person chose goes before both."""
    plan = await joined(context, job.team, job.plan or FollowUpPlan(), ticket.fields, job.chosen)
    fields = await fields_of(context, job.team, plan)
    if fields != ticket.fields:
        await tracker.set_fields(ticket.key, fields)
        ticket = await tracker.get(ticket.key)
    return plan, ticket


async def _agreed(
    context: RequestContext, job: AcknowledgeJob, ticket: Ticket, plan: FollowUpPlan | None
) -> AgreedFields | None:
    if not ticket.link or plan is None:
        return None
    return AgreedFields(await fields_of(context, job.team, plan), ticket.fields)


NO_TICKET = Ticket("", "")
