"""Records what a person answered to a request. State first: the ticket, then the record, then what others are told."""

from __future__ import annotations

from contextlib import suppress

from bot.backlog.request import Request, RequestAction
from bot.backlog.transitions import decide
from bot.kernel.errors import Conflict, Missing
from bot.services.postmortems import channel_notebook
from bot.services.requests import notify
from bot.services.requests.acknowledge import transition_of
from bot.services.requests.context import RequestContext
from bot.services.requests.jobs import AcknowledgeJob, EffectsJob


async def record_answer(context: RequestContext, job: AcknowledgeJob) -> None:
    by = await context.slack.people.get(job.team, job.by)
    request = await context.records.get(job.team, job.request)
    try:
        decide(request, transition_of(job, by, job.ticket or job.create), by.locale)
        key, link = await _ticket(context, job, request)
        after = await context.records.change(
            request, lambda record: decide(record, transition_of(job, by, key, link), by.locale)
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
    await context.records.announce(request, job.version)
    await _on_ticket(context, request, job.version)


def _version_of(request: Request, job: AcknowledgeJob) -> int | None:
    """Returns what this very press led to, when the job did it before and died: then only the telling is left."""
    press = (job.at, job.by, job.action)
    return next((entry.version for entry in request.history if (entry.at, entry.who.id, entry.action) == press), None)


async def _ticket(context: RequestContext, job: AcknowledgeJob, request: Request) -> tuple[str, str]:
    """Returns key and link of the ticket. Created once each time that was asked, however often the job runs."""
    if not (job.create or job.ticket):
        return "", ""
    tracker = context.trackers.of(request.tracker)
    description = await _ticket_text(context, request)
    try:
        if job.create:
            meaning = f"{request.id}:{request.rounds}" if request.rounds else request.id
            ticket = await tracker.create(request.project, job.create, description, meaning=meaning)
        else:
            ticket = await tracker.adopt(job.ticket, request.what, description)
    except Missing:
        return job.ticket, ""  # a ticket elsewhere: the key is what the owner says it is
    return ticket.key, ticket.link


async def _ticket_text(context: RequestContext, request: Request) -> str:
    """What a ticket made from the thread says: the problem with its numbers, and where to read on."""
    locale = await notify.locale_of(context, request, request.asker)
    asked = await context.questions.get(request.team, request.question)
    return context.slack.messages.text(
        "backlog/ticket",
        locale,
        request=request,
        answer=asked.answer,
        notebook_url=await notify.notebook_url(context, request),
        thread_url=await notify.thread_url(context, request),
    )


async def _on_ticket(context: RequestContext, request: Request, version: int) -> None:
    """Whoever works on the ticket finds the thread. Nothing is said on tickets that the tracker doesn't have."""
    entry = notify.entry_of(request, version)
    if entry is None or entry.action is not RequestAction.IN_BACKLOG or not request.ticket_link:
        return
    locale = await notify.locale_of(context, request, request.asker)
    text = locale.text(
        "%(who)s confirmed in Slack that this is the fix for “%(what)s”: %(url)s",
        who=entry.who.name,
        what=request.what,
        url=await notify.thread_url(context, request),
    )
    with suppress(Missing):
        await context.trackers.of(request.tracker).comment(request.ticket, text, meaning=f"{request.id}:{version}")
