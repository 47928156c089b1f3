"""Cells of a Datadog notebook: read just enough to recognise them; what isn't ours is passed on as it came."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.kernel.locale import Locale
from bot.notebook.notebook_text import escaped
from bot.providers.datadog.notebooks.markers import unmarked


class _Definition(msgspec.Struct):
    type: str = ""
    text: str | None = None
    title: str | None = None


class _Attributes(msgspec.Struct):
    definition: _Definition = msgspec.field(default_factory=_Definition)


class _Cell(msgspec.Struct):
    id: str | int = ""
    attributes: _Attributes = msgspec.field(default_factory=_Attributes)


@dataclass(frozen=True, slots=True)
class ReadCell:
    """One cell as it was read. `raw` is its JSON byte for byte; `key` tells its content, whatever its id.

    `text` is a markdown cell's text with everything in it, `unmarked` the same without our mark.
    """

    raw: str
    key: str
    id: str
    kind: str
    text: str
    unmarked: str
    title: str
    marker: str | None

    @property
    def opaque(self) -> bool:
        """Anything but markdown, such as a graph: it has no text that we could show or change."""
        return self.kind != "markdown"


def read_cell(raw: bytes | str) -> ReadCell:
    """A cell of any kind. One that looks like nothing we know is opaque."""
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    try:
        cell = msgspec.json.decode(text, type=_Cell)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ReadCell(text, content(text), "", "unknown", "", "", "", None)
    it = cell.attributes.definition
    if it.type != "markdown" or it.text is None:
        return ReadCell(text, content(text), str(cell.id), it.type or "unknown", "", "", it.title or "", None)
    marker, rest = unmarked(it.text)
    return ReadCell(text, content(text), str(cell.id), "markdown", it.text, rest, "", marker)


def content(raw: str) -> str:
    """A fingerprint of everything in a cell but its id; of all of it where it can't be read."""
    try:
        cell = msgspec.json.decode(raw)
        if isinstance(cell, dict):
            cell.pop("id", None)
        whole = msgspec.json.encode(cell, order="sorted")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        whole = raw.encode()
    return hashlib.sha256(whole).hexdigest()[:16]


def markdown_cell(text: str, over: str | None = None) -> str:
    """The JSON of a markdown cell; with `over`, that cell with another text and all else as it is."""
    cell: Any = msgspec.json.decode(over) if over else {"type": "notebook_cells", "attributes": {"definition": {}}}
    cell["attributes"]["definition"] |= {"type": "markdown", "text": text}
    return encoded(cell)


def encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()


def placeholder(cell: ReadCell, locale: Locale) -> str:
    """What stands for an opaque cell where notebooks are only text."""
    if cell.title:
        return (
            f"_{locale.text('In Datadog: %(title)s (%(kind)s)', title=escaped(cell.title), kind=escaped(cell.kind))}_"
        )
    return f"_{locale.text('In Datadog: a part of the kind %(kind)s', kind=escaped(cell.kind))}_"
