"""Records what a person said to a request. State first: the ticket, then the record, then what others are told."""

from __future__ import annotations

from bot.backlog.decide import decide
from bot.backlog.request import Request
from bot.desk import looking, telling, work
from bot.desk.acknowledging import press_of
from bot.desk.desk import Desk
from bot.desk.office import Office
from bot.runtime import keys
from bot.runtime.errors import Conflict, Missing


async def acknowledge(office: Office, job: work.Acknowledge) -> None:
    desk = office.desk
    by = await desk.people.get(job.team, job.by)
    request = await looking.request(desk, job.team, job.request)
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
            await telling.whisper(desk, request, job.by, told.sentence)
            return
        version = done
    await desk.queue.put("effects", work.Effects(job.team, job.request, version), id=f"effects:{job.request}:{version}")


def _version_of(request: Request, job: work.Acknowledge) -> int | None:
    """What this very press led to, when the job did it before and died: then only the telling is left."""
    press = (job.at, job.by, job.action)
    return next((it.version for it in request.history if (it.at, it.who.id, it.action) == press), None)


async def _ticket(desk: Desk, job: work.Acknowledge, request: Request) -> tuple[str, str]:
    """Key and link of the ticket. Created once for the request, however often the job runs."""
    if not (job.create or job.ticket):
        return "", ""
    description = await telling.ticket_text(desk, request)
    try:
        if job.create:
            made = await desk.tracker.create(request.project, job.create, description, meaning=request.id)
        else:
            made = await desk.tracker.adopt(job.ticket, request.what, description)
    except Missing:
        return job.ticket, ""  # a ticket elsewhere: the key is what the owner says it is
    return made.key, made.link
