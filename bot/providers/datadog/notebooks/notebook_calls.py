"""Requests for notebooks, and the parts of their answers that are read. Cells are kept as the bytes they came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from bot.providers.datadog.http.api_call import Call, CallKind
from bot.providers.datadog.notebooks.datadog_cells import read_cell
from bot.providers.datadog.notebooks.reconcile import NotebookContents

PATH = "/api/v1/notebooks"
READS, LISTS, WRITES, CREATES = "notebooks_get", "notebooks_list", "notebooks_put", "notebooks_post"
"""The groups of rate limits: each kind of request has one of its own (recorded: 30 a minute)."""
WHAT = "the Datadog notebook"
_WRITE = "notebooks_write notebooks_read"
_METADATA = {"type": "postmortem", "is_template": False, "take_snapshots": False}
_MOST_FOUND = 50
_ABSENT = msgspec.Raw(b"null")  # Raw and None make no union


class NotebookAttributes(msgspec.Struct):
    """`metadata`, `time` and the rest are sent back as they came, because an update loses what it leaves out."""

    name: str
    cells: list[msgspec.Raw] = []
    time: msgspec.Raw = msgspec.Raw(b'{"live_span":"1w"}')
    status: str = "published"
    metadata: msgspec.Raw = _ABSENT
    template_variables: msgspec.Raw = _ABSENT


class NotebookReading(msgspec.Struct):
    id: int
    attributes: NotebookAttributes

    @property
    def contents(self) -> NotebookContents:
        return NotebookContents(self.attributes.name, [read_cell(bytes(cell)) for cell in self.attributes.cells])


class OneNotebook(msgspec.Struct):
    data: NotebookReading


class ManyNotebooks(msgspec.Struct):
    data: list[NotebookReading] = []


def get(number: int) -> Call:
    return Call("GET", f"{PATH}/{number}", "notebooks_read", READS, WHAT)


def create(name: str, cells: Sequence[str]) -> Call:
    attributes = {
        "name": name,
        "cells": [msgspec.Raw(cell.encode()) for cell in cells],
        "time": {"live_span": "1w"},
        "status": "published",
        "metadata": _METADATA,
    }
    return Call("POST", PATH, _WRITE, CREATES, WHAT, CallKind.CREATE, body=_body(attributes))


def put(shown: NotebookReading, name: str, cells: Sequence[str]) -> Call:
    """`shown` is the notebook as it was read: everything but its name and cells stays."""
    old = shown.attributes
    attributes: dict[str, Any] = {
        "name": name,
        "cells": [msgspec.Raw(cell.encode()) for cell in cells],
        "time": old.time,
        "status": old.status,
        "metadata": old.metadata if _present(old.metadata) else _METADATA,
    }
    if _present(old.template_variables):
        attributes["template_variables"] = old.template_variables
    return Call("PUT", f"{PATH}/{shown.id}", _WRITE, WRITES, WHAT, CallKind.REPLACE, body=_body(attributes))


def delete(number: int) -> Call:
    return Call("DELETE", f"{PATH}/{number}", _WRITE, "notebooks_delete", WHAT, CallKind.REPLACE)


def newest(name: str) -> Call:
    """The newest notebooks of this name, with their cells."""
    query = (
        ("start", "0"),
        ("count", str(_MOST_FOUND)),
        ("sort_field", "created"),
        ("sort_dir", "desc"),
        ("query", name),
        ("include_cells", "true"),
    )
    return Call("GET", PATH, "notebooks_read", LISTS, WHAT, query=query)


def _present(part: msgspec.Raw) -> bool:
    return bytes(part) != b"null"


def _body(attributes: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"type": "notebooks", "attributes": attributes}}
