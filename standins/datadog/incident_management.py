"""Incidents with their Slack channels, attachments and tasks."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from aiohttp import web

from bot.kernel.clock import system_clock
from standins.datadog.denied import Denied
from standins.datadog.strict import answered, body_of, count, queried, world_of
from standins.datadog.world import World

GROUP = "incidents_read"


class Linked(msgspec.Struct, forbid_unknown_fields=True):
    document_url: str = msgspec.field(name="documentUrl")
    title: str


class StoredAttachmentAttributes(msgspec.Struct, forbid_unknown_fields=True):
    attachment_type: Literal["postmortem", "link"]
    attachment: Linked


class AttachmentData(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["incident_attachments"]
    attributes: StoredAttachmentAttributes


class StoredAttachment(msgspec.Struct, forbid_unknown_fields=True):
    data: AttachmentData


class StoredTodoAttributes(msgspec.Struct, forbid_unknown_fields=True):
    content: str
    assignees: list[str]
    completed: str | None = None
    due_date: str | None = None


class TodoData(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["incident_todos"]
    attributes: StoredTodoAttributes


class StoredTodo(msgspec.Struct, forbid_unknown_fields=True):
    data: TodoData


@dataclass(slots=True)
class StoredIncident:
    number: int
    title: str
    channels: list[tuple[str, str]] = field(default_factory=list)
    """(team, channel) in Slack."""
    state: str = "active"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attachments: list[StoredAttachmentAttributes] = field(default_factory=list)
    todos: dict[str, StoredTodoAttributes] = field(default_factory=dict)


def incidents(world: World) -> list[StoredIncident]:
    found: list[StoredIncident] = world.things.setdefault("incidents", [])
    return found


def routes() -> list[web.RouteDef]:
    one = "/api/v2/incidents/{id}"
    return [
        web.get("/api/v2/incidents/search", _search, name=GROUP),
        web.get(one, _get),
        web.get(f"{one}/relationships/integrations", _integrations),
        web.get(f"{one}/attachments", _attachments),
        web.post(f"{one}/attachments", _attach),
        web.get(f"{one}/relationships/todos", _todos),
        web.post(f"{one}/relationships/todos", _todo),
        web.patch(f"{one}/relationships/todos/{{todo}}", _change_todo),
    ]


async def _search(request: web.Request) -> web.Response:
    world = world_of(request, "incident_read")
    headers = count(world, GROUP)
    asked = queried(request, "query", "sort", "page[size]", "page[offset]", "include")
    if "query" not in asked or asked.get("sort", "created") not in ("created", "-created"):
        raise Denied(400, "Invalid query or sort")
    found = [it for it in reversed(incidents(world)) if _fits(it, asked["query"])]
    page = [{"data": _shown(it)} for it in found[: int(asked.get("page[size]", "10"))]]
    data = {"type": "incidents_search_results", "attributes": {"total": len(found), "facets": {}, "incidents": page}}
    return answered(200, {"data": data}, headers)


def _fits(it: StoredIncident, query: str) -> bool:
    if number := re.fullmatch(r"public_id:(\d+)", query):
        return it.number == int(number[1])
    if states := re.fullmatch(r"state:\(([\w ]+)\)", query):
        return it.state in states[1].split(" OR ")
    raise Denied(400, "Invalid query")


async def _get(request: web.Request) -> web.Response:
    return answered(200, {"data": _shown(_one(request, "incident_read"))})


async def _integrations(request: web.Request) -> web.Response:
    it = _one(request, "incident_read")
    channels = [{"channel_id": channel, "channel_name": "#a", "team_id": team} for team, channel in it.channels]
    jira = {"integration_type": 8, "status": 2, "metadata": {"issues": [{"issue_key": "SHOP-1"}]}}
    slack = {"integration_type": 1, "status": 3, "metadata": {"channels": channels}}
    data = [_row("incident_integrations", jira), _row("incident_integrations", slack)] if channels else []
    return answered(200, {"data": data})


async def _attachments(request: web.Request) -> web.Response:
    it = _one(request, "incident_read")
    return answered(200, {"data": [_row("incident_attachments", each) for each in it.attachments]})


async def _attach(request: web.Request) -> web.Response:
    it = _one(request, "incident_write")
    it.attachments.append((await body_of(request, StoredAttachment)).data.attributes)
    return answered(201, {"data": _row("incident_attachments", it.attachments[-1])})


async def _todos(request: web.Request) -> web.Response:
    it = _one(request, "incident_read")
    return answered(200, {"data": [_row("incident_todos", todo, id) for id, todo in it.todos.items()]})


async def _todo(request: web.Request) -> web.Response:
    it = _one(request, "incident_write")
    id = str(uuid.uuid4())
    it.todos[id] = (await body_of(request, StoredTodo)).data.attributes
    return answered(201, {"data": _row("incident_todos", it.todos[id], id)})


async def _change_todo(request: web.Request) -> web.Response:
    it, id = _one(request, "incident_write"), request.match_info["todo"]
    if id not in it.todos:
        raise Denied(404, "Todo not found")
    it.todos[id] = (await body_of(request, StoredTodo)).data.attributes
    return answered(200, {"data": _row("incident_todos", it.todos[id], id)})


def _one(request: web.Request, permission: str) -> StoredIncident:
    world = world_of(request, permission)
    wanted = request.match_info["id"]
    found = next((it for it in incidents(world) if it.id == wanted), None)
    if found is None:
        raise Denied(404, "Incident not found")
    return found


def _shown(it: StoredIncident) -> dict[str, Any]:
    return _row("incidents", {"public_id": it.number, "title": it.title, "state": it.state, "severity": "SEV-2"}, it.id)


def _row(kind: str, attributes: object, id: str = "") -> dict[str, Any]:
    return {
        "id": id or str(uuid.uuid4()),
        "type": kind,
        "attributes": attributes,
        "meta": {"at": system_clock().isoformat()},
    }
