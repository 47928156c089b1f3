"""Recognises the cells of a reading: by content, by the ids of graphs, by mark, and last by their neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from bot.providers.datadog.notebooks.datadog_cells import ReadCell, read_cell
from bot.providers.datadog.notebooks.notebook_state import HEADER, NotebookState


def match_cells(state: NotebookState, cells: Sequence[ReadCell], keys: Mapping[str, set[str]]) -> list[str | None]:
    """Returns the bot's id of each cell, None for a new one. `keys` has, by id, the contents that a cell is known by.

    Content comes first: of a cell and a changed copy of it, the one with a text of the bot's is the bot's.
    """
    ours: list[str | None] = [None] * len(cells)
    _by_content(cells, keys, ours)
    _by_number(state, cells, ours)
    _by_mark(state, cells, ours)
    _by_neighbour(state, cells, ours)
    return ours


def _by_mark(state: NotebookState, cells: Sequence[ReadCell], ours: list[str | None]) -> None:
    """Of several cells with one mark (somebody copied a cell) the first is taken."""
    known = {cell.marker: cell.id for cell in state.notebook.cells if cell.marker} | {state.trace: HEADER}
    for at, cell in enumerate(cells):
        id = known.get(cell.marker) if cell.marker and ours[at] is None else None
        if id and id not in ours:
            ours[at] = id


def _by_number(state: NotebookState, cells: Sequence[ReadCell], ours: list[str | None]) -> None:
    """Datadog's ids of graphs stay the same, those of markdown cells don't."""
    known = {read_cell(placed.raw).id: id for id, placed in state.placed.items() if placed.opaque}
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


def _by_neighbour(state: NotebookState, cells: Sequence[ReadCell], ours: list[str | None]) -> None:
    """A text in the place of another is that one, edited. It is a managed cell only if it is still similar.

    That is how an edit is recognised that lost the mark.
    """
    after = dict(zip((None, *state.order), state.order, strict=False))
    for at, cell in enumerate(cells):
        if ours[at] is not None or (at and ours[at - 1] is None):
            continue
        former = after.get(ours[at - 1] if at else None)
        known = state.notebook.cell(former) if former else None
        if known is None or known.id in ours or state.placed[known.id].opaque != cell.opaque:
            continue
        if not known.managed or _similar(known.markdown, cell.text):
            ours[at] = known.id


def _similar(one: str, other: str) -> bool:
    """Whether the first line is the same (people write below headings), or more than half of the letters."""
    first = one.strip().partition("\n")[0]
    return first == other.strip().partition("\n")[0] or SequenceMatcher(None, one, other).quick_ratio() > 0.5
