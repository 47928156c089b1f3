"""Lays a notebook out as Datadog's cells. Whatever is shown as it shall be goes back byte for byte."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.kernel.locale import Locale
from bot.notebook.notebook import Cell
from bot.providers.datadog.notebooks.datadog_cells import content, markdown_cell
from bot.providers.datadog.notebooks.markers import marked
from bot.providers.datadog.notebooks.notebook_state import Kept, PlacedCell, shows


def laid(kept: Kept, address: str) -> list[tuple[str, str]]:
    """(our id, JSON) of every cell that Datadog shall show. `address` is where the bot's own pages are, for links."""
    return [(id, _json(kept, id, address)) for id in kept.wanted]


def pending(kept: Kept, address: str) -> dict[str, str]:
    """By our id, the content that a cell will have once Datadog was told."""
    return {id: content(_json(kept, id, address)) for id in kept.wanted if not kept.current(id)}


def told(kept: Kept, sent: Sequence[str], raws: Sequence[str], name: str) -> Kept:
    """What is kept once Datadog answered with `raws` for the cells `sent`, which come in the same order."""
    placed = dict(kept.placed)
    for id, raw in zip(sent, raws, strict=True):
        cell, was = kept.notebook.cell(id), placed.get(id) or PlacedCell("", "")
        placed[id] = was.told(raw, content(raw), shows(cell, was.opaque) if cell else "")
    return msgspec.structs.replace(kept, placed=placed, order=tuple(sent), name=name)


def _json(kept: Kept, id: str, address: str) -> str:
    placed, cell = kept.placed.get(id), kept.notebook.cell(id)
    if placed and (placed.opaque or kept.current(id)):
        return placed.raw
    text = _outward(cell, address) if cell else _header(kept)
    return markdown_cell(text, over=placed.raw if placed else None)


def _outward(cell: Cell, address: str) -> str:
    """Links and pictures of the bot's own pages need their whole address there; people's text stays as it is."""
    if cell.marker is None:
        return cell.markdown
    text = cell.markdown if cell.edited else cell.markdown.replace("](/", f"]({address}/")
    return marked(cell.marker, text)


def _header(kept: Kept) -> str:
    it = kept.notebook
    locale = Locale.of(it.language, it.zone)
    says = locale.text("Replaybook keeps this post-mortem up to date. What people write or change here stays as it is.")
    return marked(kept.trace, f"_{says}_")
