"""Cells of a Datadog notebook: read just enough to be recognised; those of people are passed on as they came."""

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
    """One cell as it was read. `raw` is its JSON byte for byte, `key` a fingerprint of its content without its id.

    `text` is the complete text of a markdown cell, `unmarked` the same without the bot's mark.
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
        """Whether it is anything but markdown, such as a graph: then it has no text to show or change."""
        return self.kind != "markdown"


def read_cell(raw: bytes | str) -> ReadCell:
    """Reads a cell of any kind. One of an unknown shape is opaque."""
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    try:
        cell = msgspec.json.decode(text, type=_Cell)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ReadCell(text, content_key(text), "", "unknown", "", "", "", None)
    shape = cell.attributes.definition
    if shape.type != "markdown" or shape.text is None:
        return ReadCell(text, content_key(text), str(cell.id), shape.type or "unknown", "", "", shape.title or "", None)
    marker, rest = unmarked(shape.text)
    return ReadCell(text, content_key(text), str(cell.id), "markdown", shape.text, rest, "", marker)


def content_key(raw: str) -> str:
    """Returns a fingerprint of everything in a cell but its id, or of all of it where it can't be read."""
    try:
        cell = msgspec.json.decode(raw)
        if isinstance(cell, dict):
            cell.pop("id", None)
        data = msgspec.json.encode(cell, order="sorted")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        data = raw.encode()
    return hashlib.sha256(data).hexdigest()[:16]


def markdown_cell(text: str, over: str | None = None) -> str:
    """Returns the JSON of a markdown cell, or with `over` that cell with another text and everything else as it is."""
    cell: Any = msgspec.json.decode(over) if over else {"type": "notebook_cells", "attributes": {"definition": {}}}
    cell["attributes"]["definition"] |= {"type": "markdown", "text": text}
    return encoded(cell)


def encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()


def placeholder(cell: ReadCell, locale: Locale) -> str:
    """Returns the text that stands for an opaque cell on the bot's own pages."""
    if cell.title:
        return (
            f"_{locale.text('In Datadog: %(title)s (%(kind)s)', title=escaped(cell.title), kind=escaped(cell.kind))}_"
        )
    return f"_{locale.text('In Datadog: a part of the kind %(kind)s', kind=escaped(cell.kind))}_"
