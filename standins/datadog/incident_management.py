"""Incidents with their Slack channels, attachments and tasks."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from aiohttp import web

from standins.datadog.denied import DatadogDenied
from standins.datadog.strict import body_of, count, json_response, parameters, world_of
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


class PostmortemCellDefinition(msgspec.Struct, forbid_unknown_fields=True):
    content: str


class PostmortemCellAttributes(msgspec.Struct, forbid_unknown_fields=True):
    definition: PostmortemCellDefinition


class PostmortemCell(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    type: Literal["markdown"]
    attributes: PostmortemCellAttributes


class PostmortemAttributes(msgspec.Struct, forbid_unknown_fields=True):
    """All of it is optional in Datadog's description; without text there would be nothing to show."""

    title: str
    content: str
    cells: list[PostmortemCell] = []
    postmortem_template_id: str = ""


class PostmortemData(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["incident_attachments"]
    attributes: PostmortemAttributes


class NewPostmortem(msgspec.Struct, forbid_unknown_fields=True):
    data: PostmortemData


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
    severity: str = "SEV-2"
    services: list[str] = field(default_factory=list)
    commander: tuple[str, str, str] | None = None
    """(id, name, address) of a user."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attachments: list[StoredAttachmentAttributes] = field(default_factory=list)
    documents: list[PostmortemAttributes] = field(default_factory=list)
    """What Datadog made documents of."""
    todos: dict[str, StoredTodoAttributes] = field(default_factory=dict)


def incidents(world: World) -> list[StoredIncident]:
    stored: list[StoredIncident] = world.things.setdefault("incidents", [])
    return stored


def routes() -> list[web.RouteDef]:
    one = "/api/v2/incidents/{id}"
    return [
        web.get("/api/v2/incidents/search", _search, name=GROUP),
        web.get(one, _get),
        web.get(f"{one}/relationships/integrations", _integrations),
        web.get(f"{one}/attachments", _attachments),
        web.post(f"{one}/attachments", _attach),
        web.post(f"{one}/attachments/postmortems", _make_postmortem),
        web.get(f"{one}/relationships/todos", _todos),
        web.post(f"{one}/relationships/todos", _todo),
        web.patch(f"{one}/relationships/todos/{{todo}}", _change_todo),
    ]


async def _search(request: web.Request) -> web.Response:
    world = world_of(request, "incident_read")
    headers = count(world, GROUP)
    sent = parameters(request, "query", "sort", "page[size]", "page[offset]", "include")
    if "query" not in sent or sent.get("sort", "created") not in ("created", "-created"):
        raise DatadogDenied(400, "Invalid query or sort")
    fitting = [incident for incident in reversed(incidents(world)) if _fits(incident, sent["query"])]
    page = [{"data": _resource(incident)} for incident in fitting[: int(sent.get("page[size]", "10"))]]
    data = {"type": "incidents_search_results", "attributes": {"total": len(fitting), "facets": {}, "incidents": page}}
    return json_response(200, {"data": data}, headers)


def _fits(incident: StoredIncident, query: str) -> bool:
    if number := re.fullmatch(r"public_id:(\d+)", query):
        return incident.number == int(number[1])
    if states := re.fullmatch(r"state:\(([\w ]+)\)", query):
        return incident.state in states[1].split(" OR ")
    raise DatadogDenied(400, "Invalid query")


async def _get(request: web.Request) -> web.Response:
    incident = _one(request, "incident_read")
    sent = parameters(request, "include")
    body: dict[str, Any] = {"data": _resource(incident)}
    if sent.get("include") == "users" and incident.commander:
        id, name, email = incident.commander
        body["included"] = [_row("users", {"name": name, "email": email, "handle": email}, id)]
    elif sent.get("include", "users") != "users":
        raise DatadogDenied(400, "Invalid include")
    return json_response(200, body)


async def _integrations(request: web.Request) -> web.Response:
    incident = _one(request, "incident_read")
    channels = [{"channel_id": channel, "channel_name": "#a", "team_id": team} for team, channel in incident.channels]
    jira = {"integration_type": 8, "status": 2, "metadata": {"issues": [{"issue_key": "SHOP-1"}]}}
    slack = {"integration_type": 1, "status": 3, "metadata": {"channels": channels}}
    data = [_row("incident_integrations", jira), _row("incident_integrations", slack)] if channels else []
    return json_response(200, {"data": data})


async def _attachments(request: web.Request) -> web.Response:
    incident = _one(request, "incident_read")
    rows = [_row("incident_attachments", each, _attachment_id(at)) for at, each in enumerate(incident.attachments)]
    return json_response(200, {"data": rows})


async def _attach(request: web.Request) -> web.Response:
    incident = _one(request, "incident_write")
    incident.attachments.append((await body_of(request, StoredAttachment)).data.attributes)
    return json_response(201, {"data": _row("incident_attachments", incident.attachments[-1])})


async def _make_postmortem(request: web.Request) -> web.Response:
    incident = _one(request, "incident_write")
    sent = (await body_of(request, NewPostmortem)).data.attributes
    if not sent.content.strip() or any(cell.attributes.definition.content != sent.content for cell in sent.cells):
        raise DatadogDenied(400, "Invalid content")
    incident.documents.append(sent)
    url = f"{request.url.origin()}/incidents/{incident.number}/postmortems/{len(incident.documents)}"
    incident.attachments.append(StoredAttachmentAttributes("postmortem", Linked(url, sent.title)))
    row = _row("incident_attachments", incident.attachments[-1], _attachment_id(len(incident.attachments) - 1))
    return json_response(201, {"data": row})


def _attachment_id(number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"attachment/{number}"))


async def _todos(request: web.Request) -> web.Response:
    incident = _one(request, "incident_read")
    return json_response(200, {"data": [_row("incident_todos", todo, id) for id, todo in incident.todos.items()]})


async def _todo(request: web.Request) -> web.Response:
    incident = _one(request, "incident_write")
    id = str(uuid.uuid4())
    incident.todos[id] = (await body_of(request, StoredTodo)).data.attributes
    return json_response(201, {"data": _row("incident_todos", incident.todos[id], id)})


async def _change_todo(request: web.Request) -> web.Response:
    incident, id = _one(request, "incident_write"), request.match_info["todo"]
    if id not in incident.todos:
        raise DatadogDenied(404, "Todo not found")
    incident.todos[id] = (await body_of(request, StoredTodo)).data.attributes
    return json_response(200, {"data": _row("incident_todos", incident.todos[id], id)})


def _one(request: web.Request, permission: str) -> StoredIncident:
    world = world_of(request, permission)
    wanted = request.match_info["id"]
    incident = next((incident for incident in incidents(world) if incident.id == wanted), None)
    if incident is None:
        raise DatadogDenied(404, "Incident not found")
    return incident


def _resource(incident: StoredIncident) -> dict[str, Any]:
    attributes = {
        "public_id": incident.number,
        "title": incident.title,
        "state": incident.state,
        "severity": incident.severity,
        "fields": {
            "severity": {"type": "dropdown", "value": incident.severity},
            "services": {"type": "autocomplete", "value": incident.services or None},
        },
    }
    user = {"id": incident.commander[0], "type": "users"} if incident.commander else None
    return _row("incidents", attributes, incident.id) | {"relationships": {"commander_user": {"data": user}}}


def _row(kind: str, attributes: object, id: str = "") -> dict[str, Any]:
    return {
        "id": id or str(uuid.uuid4()),
        "type": kind,
        "attributes": attributes,
    }
