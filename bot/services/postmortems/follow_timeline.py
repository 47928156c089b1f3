"""Brings what happened in the channel into its notebook: a pin adds an entry, edits and deletions follow it."""

from __future__ import annotations

import msgspec

from bot.notebook.notebook import Notebook
from bot.notebook.timeline import Entry, Timeline
from bot.services.postmortems import channel_notebook
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.jobs import TimelineJob


async def follow_timeline(context: PostmortemContext, job: TimelineJob) -> None:
    notebook = await context.notebooks.find(job.team, job.channel)
    if notebook is None:
        return  # nobody keeps a record of this channel yet
    before = _entry(notebook, job.ts)
    if before is None and job.kind != "pinned":
        return  # an edit of something that isn't in the timeline
    await channel_notebook.write(context, notebook, [await _after(context, job, before)])


def _entry(notebook: Notebook, ts: str) -> Entry | None:
    cell = notebook.managed(Timeline.marker)
    entries = cell.data.entries if cell and isinstance(cell.data, Timeline) else ()
    return next((entry for entry in entries if entry.key == ts), None)


async def _after(context: PostmortemContext, job: TimelineJob, before: Entry | None) -> Entry:
    revision = job.at.timestamp()
    if before is None:
        message = {"ts": job.ts, "user": job.by, "text": job.text}
        entry = await channel_notebook.entry_of(context, job.team, job.channel, message)
        return msgspec.structs.replace(entry, revision=revision)
    if job.kind in {"unpinned", "deleted"}:
        return msgspec.structs.replace(before, revision=revision, deleted=True)
    markdown = await channel_notebook.as_markdown(context, job.team, job.text)
    return msgspec.structs.replace(before, text=job.text, markdown=markdown, revision=revision, deleted=False)
