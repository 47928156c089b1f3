"""Folds what Datadog shows into what we keep. Pure; what a person wrote there always survives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from bot.kernel.locale import Locale
from bot.notebook.merge import new_id
from bot.notebook.notebook import Cell
from bot.providers.datadog.notebooks.cell_matching import matched
from bot.providers.datadog.notebooks.datadog_cells import ReadCell, placeholder
from bot.providers.datadog.notebooks.notebook_state import HEADER, Kept, PlacedCell, draft, named, shows
from bot.providers.datadog.notebooks.render_cells import pending


@dataclass(frozen=True, slots=True)
class Read:
    """A notebook as Datadog shows it."""

    name: str
    cells: Sequence[ReadCell]


def fold(kept: Kept, read: Read, address: str, before: Mapping[str, str] | None = None) -> Kept:
    """What is kept after a reading.

    `before` is given for the reading that confirms a change: by our id, the content of each cell before that change.
    A cell that is back at an older content of ours, or a new one that isn't there, was lost to an older copy that
    somebody saved, and stays due; so do the cells that such a copy hasn't. Any other cell that is gone was removed.
    """
    return _Folding(kept, read, before, pending(kept, address)).done()


def contents(kept: Kept) -> dict[str, str]:
    """By our id, the content of each cell that Datadog shows."""
    return {id: kept.placed[id].key for id in kept.order}


def differs(one: Kept, other: Kept) -> bool:
    """Whether there is anything to write down; Datadog's changing ids alone are nothing."""

    def facts(kept: Kept) -> tuple[object, ...]:
        placed = {id: (it.key, it.shows, it.opaque) for id, it in kept.placed.items()}
        return kept.notebook, kept.number, kept.name, kept.order, placed, kept.graphs

    return facts(one) != facts(other)


@dataclass(slots=True)
class _Folding:
    kept: Kept
    read: Read
    before: Mapping[str, str] | None
    pending: Mapping[str, str]
    beside: set[str] = field(default_factory=set)
    """Cells of ours that a person changed while we did: theirs is a new cell, ours is put beside it."""
    outdated: bool = False
    """Somebody saved an older copy over ours."""

    def done(self) -> Kept:
        kept, keys = self.kept, {id: self._keys(id) for id in (*self.kept.placed, *self.pending)}
        ours = matched(kept, self.read.cells, keys)
        placed: dict[str, PlacedCell] = {}
        cells: list[Cell] = []
        order: list[str] = []
        for known, cell in zip(ours, self.read.cells, strict=True):
            id, shown, now = self._taken(known, cell)
            order.append(id)
            placed[id] = now
            if shown:
                cells.append(shown)
        cells, kept_back = self._with_absent(cells, set(order))
        notebook = msgspec.structs.replace(kept.notebook, cells=tuple(cells), title=self._title())
        return msgspec.structs.replace(
            kept, notebook=notebook, name=self.read.name, order=tuple(order), placed=kept_back | placed
        )

    def _keys(self, id: str) -> set[str]:
        """The contents by which a cell is known to be as we or a reading left it."""
        known = {self.pending.get(id), self.before.get(id) if self.before else None}
        if placed := self.kept.placed.get(id):
            cell = self.kept.notebook.cell(id)
            known |= {placed.key, *(placed.older if cell and cell.managed else ())}
        return {key for key in known if key}

    def _taken(self, id: str | None, cell: ReadCell) -> tuple[str, Cell | None, PlacedCell]:
        """(our id, our cell, how it is placed) of one cell that Datadog shows."""
        ours = self.kept.notebook.cell(id) if id else None
        if id == HEADER:
            return id, None, PlacedCell(cell.raw, cell.key)
        if id is None or ours is None:
            return self._stranger(cell)
        if cell.key not in self._keys(id) and self._ours_changed(id):
            self.beside.add(id)
            return self._stranger(cell, was_managed=ours.managed)
        ours = msgspec.structs.replace(ours, removed=ours.removed and id in self.kept.order)
        if cell.key not in self._keys(id):
            ours = msgspec.structs.replace(ours, markdown=self._text(cell, managed=ours.managed), author="")
        was = self.kept.placed.get(id) or PlacedCell("", "", opaque=cell.opaque)
        return id, ours, was.now(cell.raw, cell.key, self._shown(id, ours, cell))

    def _shown(self, id: str, ours: Cell, cell: ReadCell) -> str:
        """Which state of ours the cell shows. Back at an older one, the change was lost and is still to be made."""
        was = self.kept.placed.get(id)
        if was and cell.key == was.key:
            return was.shows
        if cell.key in self._keys(id) and cell.key != self.pending.get(id):
            self.outdated = True
            return ""
        return shows(ours, cell.opaque)

    def _ours_changed(self, id: str) -> bool:
        """Whether a person's change meets one of ours: then both stay, theirs as a cell of its own."""
        was = self.before.get(id) if self.before else None
        return id in self.pending or (was is not None and was != self.kept.placed[id].key)

    def _stranger(self, cell: ReadCell, *, was_managed: bool = False) -> tuple[str, Cell, PlacedCell]:
        fresh = Cell(new_id(), self._text(cell, managed=was_managed))
        shown = "" if was_managed else shows(fresh, cell.opaque)  # our mark has still to go from it
        return fresh.id, fresh, PlacedCell(cell.raw, cell.key, shown, cell.opaque)

    def _text(self, cell: ReadCell, *, managed: bool) -> str:
        if cell.opaque:
            it = self.kept.notebook
            return placeholder(cell, Locale.of(it.language, it.zone))
        return cell.unmarked if managed else cell.text

    def _with_absent(self, cells: list[Cell], present: set[str]) -> tuple[list[Cell], dict[str, PlacedCell]]:
        """The cells with those that Datadog doesn't show, each behind the one it stood behind."""
        placed: dict[str, PlacedCell] = {}
        behind: str | None = None
        for cell in self.kept.notebook.cells:
            if cell.id not in present:
                if not (absent := self._absent(cell)):
                    continue
                at = next((at + 1 for at, each in enumerate(cells) if each.id == behind), 0)
                cells.insert(at, absent)
                if (was := self.kept.placed.get(cell.id)) and was.opaque:
                    placed[cell.id] = draft(was)
            behind = cell.id
        return cells, placed

    def _absent(self, cell: Cell) -> Cell | None:
        """None for a cell that a person took away there."""
        shown = cell.id in self.kept.order
        lost = self.outdated or (self.before is not None and cell.id not in self.before)
        if cell.removed or not shown or lost or cell.id in self.beside:
            return cell
        return msgspec.structs.replace(cell, removed=True) if cell.managed else None

    def _title(self) -> str:
        title = self.kept.notebook.title
        renamed = self.read.name != self.kept.name and named(title) == self.kept.name
        return self.read.name if renamed else title
