"""Renders a notebook as Datadog's cells. A cell that is shown as it shall be goes back byte for byte."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.notebook.notebook import Cell
from bot.providers.datadog.notebooks.datadog_cells import content_key, markdown_cell
from bot.providers.datadog.notebooks.markers import marked
from bot.providers.datadog.notebooks.notebook_state import EDITED, NotebookState, PlacedCell


def render_cells(state: NotebookState, address: str) -> list[tuple[str, str]]:
    """Returns (the bot's id, JSON) of every cell that Datadog shall show. `address` is that of the bot's own pages."""
    return [(id, _json(state, id, address)) for id in state.wanted]


def pending_contents(state: NotebookState, address: str) -> dict[str, str]:
    """Returns, by the bot's id, the content that a cell will have after the next update."""
    return {id: content_key(_json(state, id, address)) for id in state.wanted if not state.current(id)}


def confirm_sent(state: NotebookState, sent: Sequence[str], raws: Sequence[str], name: str) -> NotebookState:
    """Returns the state after Datadog answered with `raws` for the cells `sent`, which are in the same order."""
    placed = dict(state.placed)
    for id, raw in zip(sent, raws, strict=True):
        was = placed.get(id) or PlacedCell("", "")
        shows = EDITED if was.shows == EDITED else state.wanted_state(id)
        placed[id] = was.as_sent(raw, content_key(raw), shows)
    return msgspec.structs.replace(state, placed=placed, order=tuple(sent), name=name)


def _json(state: NotebookState, id: str, address: str) -> str:
    placed, cell = state.placed.get(id), state.notebook.cell(id)
    if placed and (placed.opaque or state.current(id)):
        return placed.raw
    text = _outward(cell, address) if cell else _header(state, address)
    return markdown_cell(text, over=placed.raw if placed else None)


def _outward(cell: Cell, address: str) -> str:
    """Links and pictures of the bot's own pages need their full address there. People's text stays as it is."""
    if cell.marker is None:
        return cell.markdown
    text = cell.markdown if cell.edited else cell.markdown.replace("](/", f"]({address}/")
    return marked(cell.marker, text)


def _header(state: NotebookState, address: str) -> str:
    head = state.head.replace("](/", f"]({address}/")
    return marked(state.trace, "\n\n".join(part for part in (head, f"_{notice(state)}_") if part))


def notice(state: NotebookState) -> str:
    """Returns the sentence that says whose document it is."""
    locale = state.notebook.locale
    return locale.text("Replaybook keeps this post-mortem up to date. What people write or change here stays as it is.")
