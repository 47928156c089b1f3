"""The bot's record of a Datadog notebook: what its cells know, and how Datadog showed them last.

Datadog keeps text alone. This record keeps what a managed cell knows and which texts are the bot's, so that any other
text in Datadog is known to be a person's.
"""

from __future__ import annotations

from typing import Any

import msgspec

from bot.notebook.notebook import Cell, Notebook, digest
from bot.providers.datadog.notebooks.markers import trace

HEADER = "header"
"""The bot's id of the cell at the top, which is in Datadog only: the head of the document, and whose it is."""
EDITED = "edited"
"""Stands for the state of a header that a person has changed: it stays as it is."""
_OLDER_KEPT = 12


class PlacedCell(msgspec.Struct, frozen=True, omit_defaults=True):
    """A cell in Datadog: its JSON as it was read last, and which state of the bot's cell that is (empty: an older one).

    `older` are contents that the bot gave it before. A managed cell that is back at one was in somebody's older copy.
    """

    raw: str
    key: str
    shows: str = ""
    opaque: bool = False
    older: tuple[str, ...] = ()

    def as_read(self, raw: str, key: str, shows: str) -> PlacedCell:
        """The same cell as a reading shows it."""
        return PlacedCell(raw, key, shows, self.opaque, self.older)

    def as_sent(self, raw: str, key: str, shows: str) -> PlacedCell:
        """The same cell as the bot has changed it."""
        older = tuple(former for former in (*self.older, self.key) if former not in (key, ""))[-_OLDER_KEPT:]
        return PlacedCell(raw, key, shows, self.opaque, older)


class NotebookState(msgspec.Struct, frozen=True, omit_defaults=True):
    """`number` is Datadog's id, 0 before the notebook was created there. `order` has our ids in Datadog's order."""

    notebook: Notebook
    number: int = 0
    name: str = ""
    order: tuple[str, ...] = ()
    placed: dict[str, PlacedCell] = {}
    head: str = ""
    """The head of the document as the header shall show it, in Markdown."""
    graphs: dict[str, str] = {}
    """By a chart's marker, the bot's id of the cell of its graph. A graph is made once and not again."""

    @property
    def trace(self) -> str:
        return trace(self.notebook.id)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The bot's ids of what Datadog shall show, in order."""
        shown = [cell.id for cell in self.notebook.shown]
        if not self.number:
            return (HEADER, *shown)
        if HEADER in self.order:  # where people left it
            above = [id for id in self.order[: self.order.index(HEADER)] if id in shown]
            shown.insert(shown.index(above[-1]) + 1 if above else 0, HEADER)
        return tuple(shown)

    def current(self, id: str) -> bool:
        """Whether Datadog shows this cell as it shall be."""
        placed = self.placed.get(id)
        return placed is not None and placed.shows in (EDITED, self.wanted_state(id))

    def wanted_state(self, id: str) -> str:
        """Returns what stands for the state that a cell shall be shown in; nothing for one that is gone."""
        if id == HEADER:
            return digest(self.head) if self.head else ""
        cell, placed = self.notebook.cell(id), self.placed.get(id)
        return shown_state(cell, placed.opaque if placed else False) if cell else "gone"

    @property
    def due(self) -> bool:
        """Whether something has to be changed in Datadog."""
        renamed = datadog_name(self.notebook.title) != self.name
        return renamed or self.wanted != self.order or not all(map(self.current, self.wanted))

    def deleted_there(self) -> NotebookState:
        """The state of a notebook that is gone from Datadog: everything is to be made again, graphs from their JSON."""
        graphs = {id: draft(placed) for id, placed in self.placed.items() if placed.opaque}
        return msgspec.structs.replace(self, number=0, order=(), placed=graphs)


def draft(placed: PlacedCell) -> PlacedCell:
    """Returns the cell as a new one, without Datadog's id."""
    cell: Any = msgspec.json.decode(placed.raw)
    cell.pop("id", None)
    return PlacedCell(msgspec.json.encode(cell).decode(), placed.key, opaque=placed.opaque)


def shown_state(cell: Cell, opaque: bool) -> str:
    """Returns what stands for the state of a cell as Datadog shows it."""
    return "opaque" if opaque else digest(f"{cell.marker or ''}\n{cell.markdown}")


def datadog_name(title: str) -> str:
    """Returns a title as Datadog takes it: on one line, at most 80 characters."""
    line = " ".join(title.split()) or "Post-mortem"
    return line if len(line) <= 80 else f"{line[:79].rstrip()}…"
