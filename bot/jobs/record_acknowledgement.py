"""Records what a person said to a request. State first: the ticket, then the record, then what others are told."""

from __future__ import annotations

from bot.backlog.request import Request
from bot.backlog.transitions import decide
from bot.kernel.errors import Conflict, Missing
from bot.services import queued_jobs
from bot.services.desk import Desk
from bot.services.office import Office
from bot.services.questions import lookup
from bot.services.requests import notify
from bot.services.requests.acknowledge import press_of
from bot.state import keys


async def acknowledge(office: Office, job: queued_jobs.AcknowledgeJob) -> None:
    desk = office.desk
    by = await desk.people.get(job.team, job.by)
    request = await lookup.request(desk, job.team, job.request)
    try:
        decide(request, press_of(job, by, job.ticket or job.create), by.locale)
        key, link = await _ticket(desk, job, request)
        after = await desk.requests.change(
            keys.record(job.team, "request", job.request),
            lambda it: decide(it or request, press_of(job, by, key, link), by.locale),
        )
        version = after.version
    except Conflict as told:
        done = _version_of(request, job)
        if done is None:
            await notify.whisper(desk, request, job.by, told.sentence)
            return
        version = done
    await desk.queue.put(
        "effects", queued_jobs.TellEffectsJob(job.team, job.request, version), id=f"effects:{job.request}:{version}"
    )


def _version_of(request: Request, job: queued_jobs.AcknowledgeJob) -> int | None:
    """What this very press led to, when the job did it before and died: then only the telling is left."""
    press = (job.at, job.by, job.action)
    return next((it.version for it in request.history if (it.at, it.who.id, it.action) == press), None)


async def _ticket(desk: Desk, job: queued_jobs.AcknowledgeJob, request: Request) -> tuple[str, str]:
    """Key and link of the ticket. Created once for the request, however often the job runs."""
    if not (job.create or job.ticket):
        return "", ""
    tracker = desk.trackers.of(request.tracker)
    description = await notify.ticket_text(desk, request)
    try:
        if job.create:
            made = await tracker.create(request.project, job.create, description, meaning=request.id)
        else:
            made = await tracker.adopt(job.ticket, request.what, description)
    except Missing:
        return job.ticket, ""  # a ticket elsewhere: the key is what the owner says it is
    return made.key, made.link
