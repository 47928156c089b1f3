"""Brings what the bot knows into a notebook without touching what people wrote.

`merge` is pure and may be repeated: the same change twice changes nothing the second time, and of two versions of one
entry the newer holds whichever comes first. So a save that lost a race is done again on what the winner left.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeAlias, TypeVar

import msgspec

from bot.notebook.cell_data import (
    Acknowledged,
    Comment,
    Data,
    Discussion,
    FollowUp,
    FollowUps,
    Heading,
    Row,
    StoredClip,
)
from bot.notebook.key_times import KeyTimes
from bot.notebook.notebook import Cell, Notebook, digest
from bot.notebook.own_files import files_of, with_files_that_people_show
from bot.notebook.timeline import Entry, Timeline, entries_of, joined

NEARBY = {
    "summary": ("impact",),
    "impact": ("seen", "summary"),
    "seen": ("impact", "summary"),
    "timeline": ("summary", "impact"),
    "backlog": ("followups", "resolution"),
    "followups": ("backlog", "mitigations", "resolution"),
}
"""Where facts go whose section a template leaves out, the best first; else they end the notebook."""

Write: TypeAlias = Callable[[Data], str]
"""Writes the markdown of a managed cell."""

Kept = TypeVar("Kept", Comment, FollowUp)


class Put(msgspec.Struct, frozen=True):
    """A managed cell, made in `section` or brought up to date. `marker` is what it means, not where it came from.

    `instead` are markers of cells whose place it takes, as far as no person changed, removed or added them.
    """

    marker: str
    section: str
    data: Data
    instead: tuple[str, ...] = ()
    first: bool = False
    """Whether it opens its section when it is made, and doesn't end it."""


Change: TypeAlias = Put | Row


def merge(notebook: Notebook, changes: Iterable[Change], write: Write) -> Notebook:
    """The notebook with the changes in it; the same object when there is nothing to change."""
    cells = notebook.cells
    for change in changes:
        for each in _with_entries(cells, change):
            put = _put(cells, each)
            if _chosen(cells, put):
                continue
            parked = notebook.head.for_customers and _own_place(cells, put.section) is None
            cells = _with(_given_way(cells, put), put, write, parked=parked)
    if cells == notebook.cells:
        return notebook
    return msgspec.structs.replace(notebook, cells=with_files_that_people_show(notebook.cells, cells))


def withdrawn(notebook: Notebook, markers: Collection[str]) -> Notebook:
    """The notebook without these managed cells, because there is nothing to say in them any more.

    What a person rewrote, or took out of sight, stays as it is.
    """
    gone = {cell.id for cell in notebook.cells if cell.marker in markers and not (cell.edited or cell.removed)}
    kept = tuple(cell for cell in notebook.cells if cell.id not in gone)
    return msgspec.structs.replace(notebook, cells=kept) if gone else notebook


def _with_entries(cells: Sequence[Cell], change: Change) -> tuple[Change, ...]:
    """Returns the change and what the timeline says of it. A notebook without a timeline gets none for the bot's notes.

    What people pin or add gets one all the same.
    """
    timeline = next((cell.data for cell in cells if cell.marker == Timeline.marker), None)
    if isinstance(change, Entry):
        return () if change.what and timeline is None else (change,)
    if isinstance(change, Put) and isinstance(change.data, KeyTimes) and isinstance(timeline, Timeline):
        return change, *entries_of(change.data, timeline.entries)
    return (change,)


def _put(cells: Sequence[Cell], change: Change) -> Put:
    """Rows live in one cell a kind, so a row is a new state of that cell."""
    match change:
        case Put():
            return change
        case Entry():
            entries = joined(_data(cells, Timeline.marker, Timeline()).entries, change)
            return Put(Timeline.marker, "timeline", Timeline(entries))
        case Comment():
            comments = _upsert(_data(cells, Discussion.marker, Discussion()).comments, change)
            return Put(Discussion.marker, "discussion", Discussion(comments))
        case FollowUp():
            rows = _upsert(_data(cells, FollowUps.marker, FollowUps()).rows, change)
            return Put(FollowUps.marker, "followups", FollowUps(rows))


RowsOf = TypeVar("RowsOf", Timeline, Discussion, FollowUps)


def _data(cells: Sequence[Cell], marker: str, nothing: RowsOf) -> RowsOf:
    data = next((cell.data for cell in cells if cell.marker == marker), None)
    return data if isinstance(data, type(nothing)) else nothing


def _upsert(rows: tuple[Kept, ...], row: Kept) -> tuple[Kept, ...]:
    """Ordered by time, then key; a row that is no newer than the one with its key changes nothing."""
    known = next((other for other in rows if other.key == row.key), None)
    if known and known.revision >= row.revision:
        return rows
    merged = [other for other in rows if other.key != row.key]
    merged.append(row)
    return tuple(sorted(merged, key=lambda each: (each.at, each.key)))


def _with(cells: tuple[Cell, ...], put: Put, write: Write, *, parked: bool = False) -> tuple[Cell, ...]:
    """`parked`: a new cell is kept out of sight, because it has no section in a document for people outside."""
    at = next((i for i, cell in enumerate(cells) if cell.marker == put.marker), None)
    if at is None:
        fresh = _fresh(put, write)
        if isinstance(put.data, Heading):
            return (*cells, fresh)
        place = _section_start if put.first else _section_end
        fresh = msgspec.structs.replace(fresh, removed=parked)
        return _inserted(cells, place(cells, put.section), fresh)
    cell = cells[at]
    if cell.data == put.data or _older(put.data, cell.data) or _kept(put.data, cell.data):
        return cells
    if not cell.edited:
        markdown = write(put.data)
        fresh = msgspec.structs.replace(cell, markdown=markdown, data=put.data, written=digest(markdown))
        return (*cells[:at], fresh, *cells[at + 1 :])
    # A person rewrote it: it is theirs from now on, and the bot's new text goes beside it.
    files = (*cell.files, *(name for name in files_of(cell.data) if name in cell.markdown))
    theirs = msgspec.structs.replace(cell, marker=None, data=None, written="", files=files)
    beside = msgspec.structs.replace(_fresh(put, write), removed=cell.removed)
    return (*cells[:at], theirs, beside, *cells[at + 1 :])


def _older(data: Data, than: Data | None) -> bool:
    return isinstance(data, Acknowledged) and isinstance(than, Acknowledged) and data.revision < than.revision


def _kept(data: Data, than: Data | None) -> bool:
    """Whether it is the clip that a person added: that it came with an answer, too, changes nothing."""
    return isinstance(data, StoredClip) and isinstance(than, StoredClip) and than.kept and not data.kept


def _chosen(cells: Sequence[Cell], put: Put) -> bool:
    """Whether a person added another cut of the session, and this one would come by itself: it isn't wanted, then."""
    if not isinstance(put.data, StoredClip) or put.data.kept:
        return False
    others = (cell for cell in cells if cell.marker in put.instead and not cell.removed)
    return any(isinstance(cell.data, StoredClip) and cell.data.kept for cell in others)


def _given_way(cells: tuple[Cell, ...], put: Put) -> tuple[Cell, ...]:
    """The first cell that gives way becomes the new one, so that links to it still lead there; others are removed."""
    ways = [cell for cell in cells if cell.marker in put.instead and _gives_way(cell)]
    if not ways:
        return cells
    after = {cell.id: msgspec.structs.replace(cell, removed=True) for cell in ways}
    if all(cell.marker != put.marker for cell in cells):
        after[ways[0].id] = msgspec.structs.replace(ways[0], marker=put.marker)
    return tuple(after.get(cell.id, cell) for cell in cells)


def _gives_way(cell: Cell) -> bool:
    by_hand = isinstance(cell.data, StoredClip) and cell.data.kept
    return not (cell.edited or cell.removed or by_hand)


def _fresh(put: Put, write: Write) -> Cell:
    markdown = write(put.data)
    return Cell(new_id(), markdown, put.marker, put.data, digest(markdown))


def new_id() -> str:
    """128 random bits: the address of a notebook is all one needs to read it.

    None begins like an option of a command line.
    """
    while (id := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return id


def _section_end(cells: Sequence[Cell], section: str) -> int:
    """The index after the last cell of the section; the end of the notebook when it has no place for it."""
    start = _place(cells, section)
    if start is None:
        return len(cells)
    return next((i for i in range(start + 1, len(cells)) if cells[i].section), len(cells))


def _section_start(cells: Sequence[Cell], section: str) -> int:
    """The index after the section's heading; the end of the notebook when it has no place for it."""
    start = _place(cells, section)
    return len(cells) if start is None else start + 1


def _place(cells: Sequence[Cell], section: str) -> int | None:
    """The index of the heading under which a section's facts stand; of one that was left out, the nearest there is."""
    wanted = (section, *NEARBY.get(section, ()))
    places = (_own_place(cells, each) for each in wanted)
    return next((at for at in places if at is not None), None)


def _own_place(cells: Sequence[Cell], section: str) -> int | None:
    """The index of the heading of the section, or else of the one that holds it."""
    opens = next((at for at, cell in enumerate(cells) if cell.section == section), None)
    if opens is not None:
        return opens
    headings = ((at, cell.data) for at, cell in enumerate(cells) if isinstance(cell.data, Heading))
    return next((at for at, heading in headings if section in heading.holds), None)


def _inserted(cells: tuple[Cell, ...], at: int, cell: Cell) -> tuple[Cell, ...]:
    return (*cells[:at], cell, *cells[at:])
