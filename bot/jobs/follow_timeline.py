"""Brings what happened in the channel into its notebook: a pin adds an entry, edits and deletions follow it."""

from __future__ import annotations

import msgspec

from bot.notebook.cell_data import Entry, Timeline
from bot.notebook.notebook import Notebook
from bot.services import queued_jobs
from bot.services.desk import Desk
from bot.services.office import Office
from bot.services.postmortems import channel_notebook


async def timeline(office: Office, job: queued_jobs.TimelineJob) -> None:
    desk = office.desk
    notebook = await desk.notebooks.find(job.team, job.channel)
    if notebook is None:
        return  # nobody keeps a record of this channel yet
    before = _entry(notebook, job.ts)
    if before is None and job.kind != "pinned":
        return  # an edit of something that isn't in the timeline
    await channel_notebook.write(desk, notebook, [await _after(desk, job, before)])


def _entry(notebook: Notebook, ts: str) -> Entry | None:
    cell = notebook.managed(Timeline.marker)
    entries = cell.data.entries if cell and isinstance(cell.data, Timeline) else ()
    return next((entry for entry in entries if entry.key == ts), None)


async def _after(desk: Desk, job: queued_jobs.TimelineJob, before: Entry | None) -> Entry:
    if before is None:
        message = {"ts": job.ts, "user": job.by, "text": job.text}
        fresh = await channel_notebook.entry_of(desk, job.team, job.channel, message)
        return msgspec.structs.replace(fresh, revision=job.at.timestamp())
    if job.kind in {"unpinned", "deleted"}:
        return msgspec.structs.replace(before, revision=job.at.timestamp(), deleted=True)
    markdown = await channel_notebook.as_markdown(desk, job.team, job.text)
    return msgspec.structs.replace(before, text=job.text, markdown=markdown, revision=job.at.timestamp(), deleted=False)
