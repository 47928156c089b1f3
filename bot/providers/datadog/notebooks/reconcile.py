"""Reconciles what Datadog shows with the bot's record. Pure; what a person wrote there always survives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from bot.notebook.merge import new_id
from bot.notebook.notebook import Cell
from bot.providers.datadog.notebooks.cell_matching import match_cells
from bot.providers.datadog.notebooks.datadog_cells import ReadCell, placeholder
from bot.providers.datadog.notebooks.notebook_state import (
    EDITED,
    HEADER,
    NotebookState,
    PlacedCell,
    datadog_name,
    draft,
    shown_state,
)
from bot.providers.datadog.notebooks.render_cells import notice, pending_contents


@dataclass(frozen=True, slots=True)
class NotebookContents:
    """The name and the cells of a notebook as Datadog shows them."""

    name: str
    cells: Sequence[ReadCell]


def reconcile(
    state: NotebookState, reading: NotebookContents, address: str, before: Mapping[str, str] | None = None
) -> NotebookState:
    """Returns the state after a reading.

    `before` is given for the reading that confirms a change: by the bot's id, the content of each cell before that
    change. A cell that is back at an older content of the bot's, or a new one that isn't there, was lost to an older
    copy that somebody saved, and is still to be written; so are the cells that such a copy hasn't. Any other cell that
    is gone was removed by a person.
    """
    return _Reconciliation(state, reading, before, pending_contents(state, address)).result()


def contents(state: NotebookState) -> dict[str, str]:
    """Returns, by the bot's id, the content of each cell that Datadog shows."""
    return {id: state.placed[id].key for id in state.order}


def differs(one: NotebookState, other: NotebookState) -> bool:
    """Whether there is anything to write down. Datadog's changing ids alone are nothing."""

    def facts(state: NotebookState) -> tuple[object, ...]:
        placed = {id: (cell.key, cell.shows, cell.opaque) for id, cell in state.placed.items()}
        return state.notebook, state.number, state.name, state.order, placed, state.graphs

    return facts(one) != facts(other)


@dataclass(slots=True)
class _Reconciliation:
    state: NotebookState
    reading: NotebookContents
    before: Mapping[str, str] | None
    pending: Mapping[str, str]
    conflicting: set[str] = field(default_factory=set)
    """Cells that a person changed while the bot did: theirs becomes a new cell, the bot's is put beside it."""
    outdated: bool = False
    """Whether somebody saved an older copy over the bot's text."""

    def result(self) -> NotebookState:
        state, keys = self.state, {id: self._keys(id) for id in (*self.state.placed, *self.pending)}
        matches = match_cells(state, self.reading.cells, keys)
        placed: dict[str, PlacedCell] = {}
        cells: list[Cell] = []
        order: list[str] = []
        for known, read in zip(matches, self.reading.cells, strict=True):
            id, cell, place = self._take(known, read)
            order.append(id)
            placed[id] = place
            if cell:
                cells.append(cell)
        cells, drafts = self._with_absent(cells, set(order))
        notebook = msgspec.structs.replace(state.notebook, cells=tuple(cells), title=self._title())
        return msgspec.structs.replace(
            state, notebook=notebook, name=self.reading.name, order=tuple(order), placed=drafts | placed
        )

    def _keys(self, id: str) -> set[str]:
        """Returns the contents by which a cell is known to be as the bot or a reading left it."""
        known = {self.pending.get(id), self.before.get(id) if self.before else None}
        if placed := self.state.placed.get(id):
            cell = self.state.notebook.cell(id)
            known |= {placed.key, *(placed.older if cell and cell.managed else ())}
        return {key for key in known if key}

    def _take(self, id: str | None, read: ReadCell) -> tuple[str, Cell | None, PlacedCell]:
        """Returns (the bot's id, the bot's cell, how it is placed) for one cell that Datadog shows."""
        cell = self.state.notebook.cell(id) if id else None
        if id == HEADER:
            place = self.state.placed.get(HEADER) or PlacedCell("", "")
            return id, None, place.as_read(read.raw, read.key, self._header_on_page(place, read))
        if id is None or cell is None:
            return self._new_cell(read)
        if read.key not in self._keys(id) and self._bot_changed(id):
            self.conflicting.add(id)
            return self._new_cell(read, was_managed=cell.managed)
        cell = msgspec.structs.replace(cell, removed=cell.removed and id in self.state.order)
        if read.key not in self._keys(id):
            cell = msgspec.structs.replace(cell, markdown=self._text(read, managed=cell.managed), author="")
        place = self.state.placed.get(id) or PlacedCell("", "", opaque=read.opaque)
        return id, cell, place.as_read(read.raw, read.key, self._state_on_page(id, cell, read))

    def _state_on_page(self, id: str, cell: Cell, read: ReadCell) -> str:
        """Returns which state of the bot's cell is shown. Back at an older one, the change was lost and is pending."""
        place = self.state.placed.get(id)
        if place and read.key == place.key:
            return place.shows
        if read.key in self._keys(id) and read.key != self.pending.get(id):
            self.outdated = True
            return ""
        return shown_state(cell, read.opaque)

    def _header_on_page(self, place: PlacedCell, read: ReadCell) -> str:
        """Returns which state of the header is shown. What a person made of it stays."""
        if place.shows == EDITED or notice(self.state) not in read.text:
            return EDITED
        if read.key == place.key:
            return place.shows
        if read.key == self.pending.get(HEADER):
            return self.state.wanted_state(HEADER)
        if read.key in {*place.older, self.before.get(HEADER) if self.before else ""}:
            self.outdated = True
            return ""
        return EDITED

    def _bot_changed(self, id: str) -> bool:
        """Whether a person's change meets one of the bot's: then both stay, theirs as a cell of its own."""
        before = self.before.get(id) if self.before else None
        return id in self.pending or (before is not None and before != self.state.placed[id].key)

    def _new_cell(self, read: ReadCell, *, was_managed: bool = False) -> tuple[str, Cell, PlacedCell]:
        cell = Cell(new_id(), self._text(read, managed=was_managed))
        shown = "" if was_managed else shown_state(cell, read.opaque)  # the bot's mark is still to be taken off
        return cell.id, cell, PlacedCell(read.raw, read.key, shown, read.opaque)

    def _text(self, read: ReadCell, *, managed: bool) -> str:
        if read.opaque:
            notebook = self.state.notebook
            return placeholder(read, notebook.locale)
        return read.unmarked if managed else read.text

    def _with_absent(self, cells: list[Cell], present: set[str]) -> tuple[list[Cell], dict[str, PlacedCell]]:
        """Returns the cells with those that Datadog doesn't show, each behind the one it was behind."""
        placed: dict[str, PlacedCell] = {}
        behind: str | None = None
        for cell in self.state.notebook.cells:
            if cell.id not in present:
                if not (absent := self._absent(cell)):
                    continue
                at = next((at + 1 for at, each in enumerate(cells) if each.id == behind), 0)
                cells.insert(at, absent)
                if (place := self.state.placed.get(cell.id)) and place.opaque:
                    placed[cell.id] = draft(place)
            behind = cell.id
        return cells, placed

    def _absent(self, cell: Cell) -> Cell | None:
        """Returns None for a cell that a person removed in Datadog."""
        shown = cell.id in self.state.order
        lost = self.outdated or (self.before is not None and cell.id not in self.before)
        if cell.removed or not shown or lost or cell.id in self.conflicting:
            return cell
        return msgspec.structs.replace(cell, removed=True) if cell.managed else None

    def _title(self) -> str:
        title = self.state.notebook.title
        renamed = self.reading.name != self.state.name and datadog_name(title) == self.state.name
        return self.reading.name if renamed else title
