"""Recognises the cells of a reading: by content, by the ids of graphs, by mark, and last by their neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from bot.providers.datadog.notebooks.datadog_cells import ReadCell, read_cell
from bot.providers.datadog.notebooks.notebook_state import HEADER, Kept


def matched(kept: Kept, cells: Sequence[ReadCell], keys: Mapping[str, set[str]]) -> list[str | None]:
    """Our id of each cell, None for one that we never saw. `keys`: by our id, the contents that it is known by.

    Content comes first: of a cell and a changed copy of it, the one with a text of ours is ours.
    """
    ours: list[str | None] = [None] * len(cells)
    _by_content(cells, keys, ours)
    _by_number(kept, cells, ours)
    _by_mark(kept, cells, ours)
    _by_neighbour(kept, cells, ours)
    return ours


def _by_mark(kept: Kept, cells: Sequence[ReadCell], ours: list[str | None]) -> None:
    """Of several with one mark (somebody copied a cell) the first."""
    known = {cell.marker: cell.id for cell in kept.notebook.cells if cell.marker} | {kept.trace: HEADER}
    for at, cell in enumerate(cells):
        id = known.get(cell.marker) if cell.marker and ours[at] is None else None
        if id and id not in ours:
            ours[at] = id


def _by_number(kept: Kept, cells: Sequence[ReadCell], ours: list[str | None]) -> None:
    """Datadog's ids of graphs stay; those of markdown don't."""
    known = {read_cell(placed.raw).id: id for id, placed in kept.placed.items() if placed.opaque}
    known.pop("", None)
    for at, cell in enumerate(cells):
        if cell.opaque and ours[at] is None and known.get(cell.id) not in (None, *ours):
            ours[at] = known[cell.id]


def _by_content(cells: Sequence[ReadCell], keys: Mapping[str, set[str]], ours: list[str | None]) -> None:
    left = {id: known for id, known in keys.items() if id not in ours}
    for at, cell in enumerate(cells):
        if ours[at] is None and (id := next((id for id, known in left.items() if cell.key in known), None)):
            ours[at] = id
            del left[id]


def _by_neighbour(kept: Kept, cells: Sequence[ReadCell], ours: list[str | None]) -> None:
    """A text that stands where another stood is that one, edited; one of ours only if it is still like it.

    That is how an edit is recognised that lost our mark.
    """
    after = dict(zip((None, *kept.order), kept.order, strict=False))
    for at, cell in enumerate(cells):
        if ours[at] is not None or (at and ours[at - 1] is None):
            continue
        stood = after.get(ours[at - 1] if at else None)
        known = kept.notebook.cell(stood) if stood else None
        if known is None or known.id in ours or kept.placed[known.id].opaque != cell.opaque:
            continue
        if not known.managed or _alike(known.markdown, cell.text):
            ours[at] = known.id


def _alike(one: str, other: str) -> bool:
    """The same first line (people write below headings), or more than half of their letters."""
    first = one.strip().partition("\n")[0]
    return first == other.strip().partition("\n")[0] or SequenceMatcher(None, one, other).quick_ratio() > 0.5
