"""Records what a person answered to a request. State first: the ticket, then the record, then what others are told."""

from __future__ import annotations

from contextlib import suppress

import msgspec

from bot.backlog.request import FollowUpPlan, Request, RequestAction
from bot.backlog.sentences import who
from bot.backlog.ticket import Ticket
from bot.backlog.ticket_text import plain_text
from bot.backlog.tracker import Tracker
from bot.backlog.transitions import decide
from bot.kernel.errors import Conflict, Missing
from bot.services.postmortems import channel_notebook
from bot.services.requests import digest, notify
from bot.services.requests.acknowledge import transition_of
from bot.services.requests.context import RequestContext
from bot.services.requests.follow_ups import fields_of, joined
from bot.services.requests.jobs import AcknowledgeJob, EffectsJob
from bot.services.requests.new_ticket import new_ticket


async def record_answer(context: RequestContext, job: AcknowledgeJob) -> None:
    by = await context.slack.people.get(job.team, job.by)
    request = await context.records.get(job.team, job.request)
    try:
        decide(request, transition_of(job, by, job.ticket or job.create), by.locale)
        key, link, plan = await _ticket(context, job, request)
        planned = msgspec.structs.replace(job, plan=plan)
        after = await context.records.change(
            request, lambda record: decide(record, transition_of(planned, by, key, link), by.locale)
        )
        version = after.version
    except Conflict as conflict:
        done = _version_of(request, job)
        if done is None:
            address = notify.address_of(request, job.by)
            await context.slack.private.explain(address, conflict, key=job.job_id)
            return
        version = done
    await context.queue.put(EffectsJob(team=job.team, request=job.request, version=version))


async def tell_effects(context: RequestContext, job: EffectsJob) -> None:
    """Tells thread, notebook and ticket what became of a request, and sets its clock. Repeatable throughout."""
    request = await context.records.get(job.team, job.request)
    await notify.notify(context, request, job.version)
    await channel_notebook.follow(context.postmortems, request)
    await notify.schedule(context, request)
    await digest.refresh(context, request)
    await context.records.announce(request, job.version)
    await _on_ticket(context, request, job.version)


def _version_of(request: Request, job: AcknowledgeJob) -> int | None:
    """Returns what this very press led to, when the job did it before and died: then only the telling is left."""
    press = (job.at, job.by, job.action)
    return next((entry.version for entry in request.history if (entry.at, entry.who.id, entry.action) == press), None)


async def _ticket(
    context: RequestContext, job: AcknowledgeJob, request: Request
) -> tuple[str, str, FollowUpPlan | None]:
    """Returns key and link of the ticket, and the plan with what the ticket says.

    A ticket is created once each time that was asked, however often the job runs.
    """
    tracker = context.trackers.of(request.tracker, request.team)
    if job.action is RequestAction.FINISH:
        with suppress(Missing):  # a ticket elsewhere: only people can say
            await tracker.finish(request.ticket)
    if not (job.create or job.ticket):
        return "", "", job.plan
    plan = job.plan or FollowUpPlan()
    new = await new_ticket(context, request, plan, job.create or request.what)
    try:
        if job.create:
            ticket = await tracker.create(new)
        else:
            ticket = await tracker.adopt(job.ticket, request.what, plain_text(new))
            plan = await _adopted(context, job, tracker, ticket)
    except Missing:
        return job.ticket, "", plan  # a ticket elsewhere: the key is what the owner says it is
    return ticket.key, ticket.link, plan


async def _adopted(context: RequestContext, job: AcknowledgeJob, tracker: Tracker, ticket: Ticket) -> FollowUpPlan:
    """Ticket and plan tell each other what only one of them knows; what a person chose goes before both."""
    plan = await joined(context, job.team, job.plan or FollowUpPlan(), ticket.fields, job.chosen)
    fields = await fields_of(context, job.team, plan)
    if fields != ticket.fields:
        await tracker.set_fields(ticket.key, fields)
    return plan


async def _on_ticket(context: RequestContext, request: Request, version: int) -> None:
    """Whoever works on the ticket finds the thread. Nothing is said on tickets that the tracker doesn't have."""
    entry = notify.entry_of(request, version)
    if entry is None or not request.ticket_link:
        return
    tracker = context.trackers.of(request.tracker, request.team)
    if entry.action is RequestAction.IN_BACKLOG and tracker.name == LOCAL:
        await context.records.note_ticket(request)
    with suppress(Missing):
        if entry.action is RequestAction.PLAN:
            await tracker.set_fields(request.ticket, await fields_of(context, request.team, request.plan))
        elif entry.action in _ON_TICKET:
            locale = await notify.locale_of(context, request, request.asker)
            text = locale.text(
                _ON_TICKET[entry.action],
                who=who(entry, locale),
                what=request.what,
                reason=request.reason,
                url=await notify.thread_url(context, request),
            )
            await tracker.comment(request.ticket, text, meaning=f"{request.id}:{version}")


LOCAL = "local"
"""The embedded tracker, whose tickets have pages of ours."""


def _(message: str) -> str:
    """Marks a text for the catalogs; it is translated when used."""
    return message


_ON_TICKET = {
    RequestAction.IN_BACKLOG: _("%(who)s confirmed in Slack that this is the fix for “%(what)s”: %(url)s"),
    RequestAction.NOT_DOING: _("%(who)s said in Slack that this won’t be done: %(reason)s (%(url)s)"),
}
