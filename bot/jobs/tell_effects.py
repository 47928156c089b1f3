"""Tells thread, notebook and ticket what became of a request, and sets its clock. Repeatable from top to bottom."""

from __future__ import annotations

from bot.services import queued_jobs
from bot.services.office import Office
from bot.services.postmortems import channel_notebook
from bot.services.questions import lookup
from bot.services.requests import notify


async def effects(office: Office, job: queued_jobs.TellEffectsJob) -> None:
    desk = office.desk
    request = await lookup.request(desk, job.team, job.request)
    await notify.notify(desk, request, job.version)
    await channel_notebook.follow(desk, request)
    await notify.schedule(desk, request)
    await desk.once.first(lookup.told(request, job.version))
    await notify.on_ticket(desk, request, job.version)
