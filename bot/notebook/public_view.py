"""A post-mortem as people outside may read it: without names of people, sessions, queries and links inside."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain

import msgspec

from bot.notebook.cell_data import Acknowledged, Data, Discussion, FollowUps, Number, StoredClip
from bot.notebook.head import Head, Participant, StatusChange
from bot.notebook.impact import Impact
from bot.notebook.key_times import KeyTime, KeyTimes
from bot.notebook.notebook import Cell, Notebook
from bot.notebook.own_files import files_of
from bot.notebook.timeline import Entry, EntryKind, Timeline

NAMING = frozenset({EntryKind.QUESTION, EntryKind.CLIP, EntryKind.OWNER_ASKED, EntryKind.ANSWERED, EntryKind.DECLARED})
"""What the bot notes of people, of the channel and of single sessions."""
_INSIDE: dict[type, dict[str, object]] = {
    Number: {"question": "", "asked_by": "", "query": "", "link": "", "top_error": ""},
    Impact: {"query": "", "link": "", "errors": ()},
    StoredClip: {"session": "", "why": "", "recording": "", "link": ""},
    Acknowledged: {"who": "", "note": "", "ticket_link": ""},
}
"""Fields that stay inside, with what stands there instead."""
_ROW: dict[str, object] = {"owner": "", "note": "", "ticket_link": "", "owner_email": ""}
_NOBODY = Participant("")


def public_view(notebook: Notebook) -> Notebook:
    """The notebook as it is shown; the same object unless it is for people outside."""
    if not notebook.head.for_customers:
        return notebook
    cells = tuple(map(_cell, notebook.cells))
    return msgspec.structs.replace(notebook, cells=cells, head=_head(notebook.head), channel_name="")


def clip_files(notebook: Notebook) -> frozenset[str]:
    """Names of the files with the notebook's clips, those of removed cells and of rewritten ones too."""
    shown = (files_of(cell.data) for cell in notebook.cells if isinstance(cell.data, StoredClip))
    return frozenset(chain(*shown, *(cell.files for cell in notebook.cells)))


def without_clips(notebook: Notebook, instead: str) -> Notebook:
    """The notebook for people who don't see its clips: a sentence stands in place of each, and of links to them."""
    names = clip_files(notebook)
    if not names:
        return notebook
    # Neither part goes past what would begin the next link: the time grows with the length of the text.
    named = "|".join(map(re.escape, sorted(names)))
    linked = re.compile(rf"!?\[[^\[\]\n]*\]\((?=[^()\n]*\))[^()\n]*?(?:{named})[^()\n]*\)")

    def hidden(cell: Cell) -> Cell:
        if isinstance(cell.data, StoredClip):
            return msgspec.structs.replace(cell, data=None, markdown=instead, written="")
        text = linked.sub(lambda _: instead, cell.markdown)
        for name in names:
            text = text.replace(name, "…")
        return cell if text == cell.markdown else msgspec.structs.replace(cell, markdown=text, data=None)

    return msgspec.structs.replace(notebook, cells=tuple(map(hidden, notebook.cells)))


def public_writer(write: Callable[[Data], str]) -> Callable[[Data], str]:
    """Writes cells of what people outside may read."""
    return lambda data: write(public_data(data))


def public_data(data: Data) -> Data:
    """What a cell knows, without what stays inside."""
    if inside := _INSIDE.get(type(data)):
        return msgspec.structs.replace(data, **inside)
    match data:
        case Timeline():
            return Timeline(tuple(_entry(entry) for entry in data.entries if entry.what not in NAMING))
        case KeyTimes():
            return KeyTimes(tuple(map(_time, data.proposed)), tuple(map(_time, data.corrected)))
        case FollowUps():
            return FollowUps(tuple(msgspec.structs.replace(row, **_ROW) for row in data.rows))
    return Discussion() if isinstance(data, Discussion) else data


def _cell(cell: Cell) -> Cell:
    data = public_data(cell.data) if cell.data else None
    return msgspec.structs.replace(cell, data=data, author="")


def _entry(entry: Entry) -> Entry:
    corrected = msgspec.structs.replace(entry.corrected, by="") if entry.corrected else None
    return msgspec.structs.replace(entry, who="", link="", corrected=corrected)


def _time(time: KeyTime) -> KeyTime:
    return KeyTime(time.kind, time.at)


def _head(head: Head) -> Head:
    history = tuple(StatusChange(change.status, _NOBODY, change.at) for change in head.history)
    return Head(
        status=head.status,
        severity=head.severity,
        features=head.features,
        template=head.template,
        history=history,
        by_people=head.by_people,
        for_customers=True,
    )
