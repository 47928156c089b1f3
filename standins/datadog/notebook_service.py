"""Notebooks, with what makes Datadog's difficult.

An update replaces everything, nothing has a version, and the ids of markdown cells change with every reading (those of
graphs stay). Cells are kept in the bytes they came in.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from bot.kernel.clock import Clock
from standins.datadog.denied import DatadogDenied
from standins.datadog.strict import body_of, count, json_response, parameters, world_of
from standins.datadog.world import World

KINDS = {"postmortem", "runbook", "investigation", "documentation", "report", None}


class CellDefinition(msgspec.Struct):
    type: str
    text: str | None = None


class CellAttributes(msgspec.Struct):
    definition: CellDefinition


class SentCell(msgspec.Struct):
    type: str
    attributes: CellAttributes
    id: str = ""


class NotebookMetadata(msgspec.Struct, forbid_unknown_fields=True):
    type: str | None = None
    is_template: bool = False
    take_snapshots: bool = False


class NotebookBody(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    cells: list[msgspec.Raw]
    time: dict[str, Any]
    status: str = "published"
    metadata: NotebookMetadata | None = None
    template_variables: list[dict[str, Any]] | None = None


class NotebookData(msgspec.Struct, forbid_unknown_fields=True):
    type: str
    attributes: NotebookBody


class SentNotebook(msgspec.Struct, forbid_unknown_fields=True):
    data: NotebookData


@dataclass(slots=True)
class StoredCell:
    """`parts` are the members of the cell's JSON without its id, each in its own bytes."""

    parts: dict[str, msgspec.Raw]
    id: str
    markdown: bool
    named: bool = False
    """Whether the cell came with an id."""

    @property
    def text(self) -> str:
        return msgspec.json.decode(bytes(self.parts["attributes"]), type=CellAttributes).definition.text or ""


@dataclass(slots=True)
class StoredNotebook:
    attributes: NotebookBody
    cells: list[StoredCell]
    clock: Clock
    created: str
    modified: str

    def edit(self, change: Callable[[list[StoredCell]], None]) -> None:
        """A person edits the notebook on Datadog's own page."""
        change(self.cells)
        self.modified = _written(self.clock)


@dataclass(slots=True)
class Notebooks:
    by_number: dict[int, StoredNotebook] = field(default_factory=dict)
    tidy: Callable[[str], str] | None = None
    """Changes the text of markdown cells as the server does, if at all."""
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1000))


def notebooks(world: World) -> Notebooks:
    stored: Notebooks = world.things.setdefault("notebooks", Notebooks())
    return stored


def markdown(text: str) -> StoredCell:
    """Returns a cell as a person writes it."""
    attributes = msgspec.json.encode({"definition": {"type": "markdown", "text": text}})
    return StoredCell({"type": msgspec.Raw(b'"notebook_cells"'), "attributes": msgspec.Raw(attributes)}, _id(), True)


def routes() -> list[web.RouteDef]:
    one = r"/api/v1/notebooks/{number:\d+}"
    return [
        web.post("/api/v1/notebooks", _create, name="notebooks_post"),
        web.get("/api/v1/notebooks", _list, name="notebooks_list"),
        web.get(one, _get, name="notebooks_get"),
        web.put(one, _put, name="notebooks_put"),
        web.delete(one, _delete),
    ]


async def _create(request: web.Request) -> web.Response:
    world = world_of(request, "notebooks_write")
    headers = count(world, request.match_info.route.name or "")
    stored = _stored(world, await _sent(request), _written(world.clock))
    number = next(notebooks(world).numbers)
    notebooks(world).by_number[number] = stored
    return json_response(200, {"data": _resource(number, stored)}, headers)


async def _get(request: web.Request) -> web.Response:
    world = world_of(request, "notebooks_read")
    headers = count(world, request.match_info.route.name or "")
    number, stored = _one(world, request)
    return json_response(200, {"data": _resource(number, stored)}, headers)


async def _put(request: web.Request) -> web.Response:
    world = world_of(request, "notebooks_write")
    headers = count(world, request.match_info.route.name or "")
    number, old = _one(world, request)
    stored = _stored(world, await _sent(request), old.created)
    graphs = {cell.id for cell in old.cells if not cell.markdown}
    if any(cell.named and cell.id not in graphs for cell in stored.cells if not cell.markdown):
        raise DatadogDenied(400, "Invalid cell id")
    notebooks(world).by_number[number] = stored
    return json_response(200, {"data": _resource(number, stored)}, headers)


async def _delete(request: web.Request) -> web.Response:
    world = world_of(request, "notebooks_write")
    number, _ = _one(world, request)
    del notebooks(world).by_number[number]
    return web.Response(status=204)


async def _list(request: web.Request) -> web.Response:
    world = world_of(request, "notebooks_read")
    headers = count(world, request.match_info.route.name or "")
    query = parameters(request, "start", "count", "sort_field", "sort_dir", "query", "include_cells", "type")
    if query.get("sort_field", "modified") not in ("modified", "name", "created"):
        raise DatadogDenied(400, "Invalid sort_field")
    fitting = [
        (number, stored)
        for number, stored in notebooks(world).by_number.items()
        if query.get("query", "").casefold() in stored.attributes.name.casefold()
    ]
    fitting.sort(key=lambda each: each[1].created, reverse=query.get("sort_dir") == "desc")
    start, most = int(query.get("start", "0")), int(query.get("count", "100"))
    shown = [_resource(number, stored) for number, stored in fitting[start : start + most]]
    if query.get("include_cells", "true") != "true":
        for each in shown:
            each["attributes"]["cells"] = []
    page = {"total_count": len(notebooks(world).by_number), "total_filtered_count": len(fitting)}
    return json_response(200, {"data": shown, "meta": {"page": page}}, headers)


async def _sent(request: web.Request) -> NotebookBody:
    data = (await body_of(request, SentNotebook)).data
    body = data.attributes
    if data.type != "notebooks" or body.status != "published":
        raise DatadogDenied(400, "Invalid type or status")
    if not 1 <= len(body.name) <= 80:
        raise DatadogDenied(400, "Notebook names take 1 to 80 characters")
    if not ("live_span" in body.time or {"start", "end"} <= set(body.time)):
        raise DatadogDenied(400, "Invalid time")
    if body.metadata and body.metadata.type not in KINDS:
        raise DatadogDenied(400, "Invalid metadata type")
    return body


def _stored(world: World, sent: NotebookBody, created: str) -> StoredNotebook:
    cells = [_cell(notebooks(world), raw) for raw in sent.cells]
    return StoredNotebook(sent, cells, world.clock, created, _written(world.clock))


def _cell(stored: Notebooks, raw: msgspec.Raw) -> StoredCell:
    try:
        sent = msgspec.json.decode(raw, type=SentCell)
    except msgspec.ValidationError as error:
        raise DatadogDenied(400, f"Invalid cell: {error}") from None
    if sent.type != "notebook_cells":
        raise DatadogDenied(400, 'Invalid type. Expected "notebook_cells".')
    parts = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    parts.pop("id", None)
    is_text = sent.attributes.definition.type == "markdown"
    if is_text and stored.tidy:
        attributes: Any = msgspec.json.decode(bytes(parts["attributes"]))
        attributes["definition"]["text"] = stored.tidy(attributes["definition"]["text"])
        parts["attributes"] = msgspec.Raw(msgspec.json.encode(attributes))
    return StoredCell(
        {name: msgspec.Raw(bytes(part)) for name, part in parts.items()}, sent.id or _id(), is_text, bool(sent.id)
    )


def _resource(number: int, stored: StoredNotebook) -> dict[str, Any]:
    body = stored.attributes
    for cell in stored.cells:
        cell.id = _id() if cell.markdown else cell.id
    attributes = {
        "name": body.name,
        "cells": [{**cell.parts, "id": cell.id} for cell in stored.cells],
        "time": body.time,
        "status": body.status,
        "metadata": body.metadata or NotebookMetadata(),
        "template_variables": body.template_variables or [],
        "created": stored.created,
        "modified": stored.modified,
        "author": {"handle": "replaybook@example.com", "name": None},
    }
    return {"type": "notebooks", "id": number, "attributes": attributes}


def _one(world: World, request: web.Request) -> tuple[int, StoredNotebook]:
    number = int(request.match_info["number"])
    if number not in notebooks(world).by_number:
        raise DatadogDenied(404, "Notebook not found")
    return number, notebooks(world).by_number[number]


def _id() -> str:
    return secrets.token_hex(4)


def _written(clock: Clock) -> str:
    return clock().isoformat()
