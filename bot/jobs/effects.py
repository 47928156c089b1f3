"""Tells thread, notebook and ticket what became of a request, and sets its clock. Repeatable from top to bottom."""

from __future__ import annotations

from bot.desk import looking, recording, telling, work
from bot.desk.office import Office


async def effects(office: Office, job: work.Effects) -> None:
    desk = office.desk
    request = await looking.request(desk, job.team, job.request)
    await telling.tell(desk, request, job.version)
    await recording.follow(desk, request)
    await telling.set_clock(desk, request)
    await desk.once.first(looking.told(request, job.version))
    await telling.on_ticket(desk, request, job.version)
