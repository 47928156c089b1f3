"""Jobs of the record."""

from __future__ import annotations

from bot.services.postmortems.add_to_notebook import add_to_notebook
from bot.services.postmortems.follow_timeline import follow_timeline
from bot.services.postmortems.jobs import AddToNotebookJob, TimelineJob
from bot.services.services import Services


async def add(services: Services, job: AddToNotebookJob) -> None:
    await add_to_notebook(services.postmortems, job)


async def timeline(services: Services, job: TimelineJob) -> None:
    await follow_timeline(services.postmortems, job)
