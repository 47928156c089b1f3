"""What we keep of a Datadog notebook: what its cells know, and how Datadog showed them last.

Datadog keeps text. What a managed cell knows, and which texts are ours, is kept here, so that a text in Datadog that
is none of ours is known to be a person's.
"""

from __future__ import annotations

from typing import Any

import msgspec

from bot.notebook.notebook import Cell, Notebook, digest
from bot.providers.datadog.notebooks.markers import trace

HEADER = "header"
"""Our id of the cell at the top, which is in Datadog only."""


_REMEMBERED = 12


class PlacedCell(msgspec.Struct, frozen=True, omit_defaults=True):
    """A cell in Datadog: its JSON as it was read last, and which state of ours that is (empty: an outdated one).

    `older` are contents that we gave it before. A managed cell that is back at one was in somebody's older copy.
    """

    raw: str
    key: str
    shows: str = ""
    opaque: bool = False
    older: tuple[str, ...] = ()

    def now(self, raw: str, key: str, shows: str) -> PlacedCell:
        return PlacedCell(raw, key, shows, self.opaque, self.older)

    def told(self, raw: str, key: str, shows: str) -> PlacedCell:
        """The same cell with what we made of it."""
        older = tuple(each for each in (*self.older, self.key) if each not in (key, ""))[-_REMEMBERED:]
        return PlacedCell(raw, key, shows, self.opaque, older)


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """`number` is Datadog's id, 0 before the notebook was created there. `order` are our ids in Datadog's order."""

    notebook: Notebook
    number: int = 0
    name: str = ""
    order: tuple[str, ...] = ()
    placed: dict[str, PlacedCell] = {}
    graphs: dict[str, str] = {}
    """Which graph was made for which chart: by the chart's marker, our id of the graph's cell. Made once, not again."""

    @property
    def trace(self) -> str:
        return trace(self.notebook.id)

    @property
    def wanted(self) -> tuple[str, ...]:
        """Our ids of what Datadog shall show, in order."""
        shown = [cell.id for cell in self.notebook.shown]
        if not self.number:
            return (HEADER, *shown)
        if HEADER in self.order:  # where people left it
            above = [id for id in self.order[: self.order.index(HEADER)] if id in shown]
            shown.insert(shown.index(above[-1]) + 1 if above else 0, HEADER)
        return tuple(shown)

    def current(self, id: str) -> bool:
        """Whether Datadog shows this cell as it shall be."""
        placed, cell = self.placed.get(id), self.notebook.cell(id)
        if placed is None:
            return False
        return id == HEADER or (cell is not None and placed.shows == shows(cell, placed.opaque))

    @property
    def due(self) -> bool:
        """Whether Datadog has to be told something."""
        renamed = named(self.notebook.title) != self.name
        return renamed or self.wanted != self.order or not all(map(self.current, self.wanted))

    def forgotten(self) -> Kept:
        """For a notebook that is gone from Datadog: everything is to be made again, graphs from what we have."""
        graphs = {id: draft(it) for id, it in self.placed.items() if it.opaque}
        return msgspec.structs.replace(self, number=0, order=(), placed=graphs)


def draft(placed: PlacedCell) -> PlacedCell:
    """The same cell as a new one."""
    cell: Any = msgspec.json.decode(placed.raw)
    cell.pop("id", None)
    return PlacedCell(msgspec.json.encode(cell).decode(), placed.key, opaque=placed.opaque)


def shows(cell: Cell, opaque: bool) -> str:
    """Stands for the state of a cell that Datadog gets to see."""
    return "opaque" if opaque else digest(f"{cell.marker or ''}\n{cell.markdown}")


def named(title: str) -> str:
    """A title as Datadog takes it: on one line, at most 80 characters."""
    line = " ".join(title.split()) or "Post-mortem"
    return line if len(line) <= 80 else f"{line[:79].rstrip()}…"
