"""Brings what happened in the channel into its notebook: a pin adds an entry, edits and deletions follow it."""

from __future__ import annotations

import msgspec

from bot.desk import recording, work
from bot.desk.desk import Desk
from bot.desk.office import Office
from bot.notebook.data import Entry, Timeline
from bot.notebook.model import Notebook


async def timeline(office: Office, job: work.Happened) -> None:
    desk = office.desk
    notebook = await desk.notebooks.find(job.team, job.channel)
    if notebook is None:
        return  # nobody keeps a record of this channel yet
    before = _entry(notebook, job.ts)
    if before is None and job.kind != "pinned":
        return  # an edit of something that isn't in the timeline
    await recording.write(desk, notebook, [await _after(desk, job, before)])


def _entry(notebook: Notebook, ts: str) -> Entry | None:
    cell = notebook.managed(Timeline.marker)
    entries = cell.data.entries if cell and isinstance(cell.data, Timeline) else ()
    return next((entry for entry in entries if entry.key == ts), None)


async def _after(desk: Desk, job: work.Happened, before: Entry | None) -> Entry:
    if before is None:
        message = {"ts": job.ts, "user": job.by, "text": job.text}
        fresh = await recording.entry_of(desk, job.team, job.channel, message)
        return msgspec.structs.replace(fresh, revision=job.at.timestamp())
    if job.kind in {"unpinned", "deleted"}:
        return msgspec.structs.replace(before, revision=job.at.timestamp(), deleted=True)
    markdown = await recording.as_markdown(desk, job.team, job.text)
    return msgspec.structs.replace(before, text=job.text, markdown=markdown, revision=job.at.timestamp(), deleted=False)
