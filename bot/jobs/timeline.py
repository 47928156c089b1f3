"""Brings what happened in the channel into its notebook: a pin adds an entry, edits and deletions follow it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.desk import recording, work
from bot.desk.desk import Desk
from bot.desk.office import Office
from bot.notebook.data import Entry
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
    cell = notebook.managed("timeline")
    entries = getattr(cell.data, "entries", ()) if cell else ()
    return next((entry for entry in entries if entry.key == ts), None)


async def _after(desk: Desk, job: work.Happened, before: Entry | None) -> Entry:
    gone = job.kind in {"unpinned", "deleted"}
    text = before.text if before and gone else job.text
    who = before.who if before else (await desk.people.get(job.team, job.by)).name if job.by else ""
    return Entry(
        key=job.ts,
        at=datetime.fromtimestamp(float(job.ts), UTC),
        text=text,
        who=who,
        link=before.link if before else await desk.people.permalink(job.team, job.channel, job.ts),
        revision=job.at.timestamp(),
        deleted=gone,
    )
