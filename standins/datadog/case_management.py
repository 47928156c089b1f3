"""Case Management: projects, cases and their comments."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec
from aiohttp import web

from standins.datadog.denied import DatadogDenied, not_found
from standins.datadog.strict import body_of, count, json_response, parameters, world_of
from standins.datadog.world import World

NAMES = {"OPEN": "Open", "IN_PROGRESS": "In progress", "CLOSED": "Closed"}


class CaseBody(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    type_id: Literal["00000000-0000-0000-0000-000000000001"]
    description: str = ""
    priority: Literal["NOT_DEFINED", "P1", "P2", "P3", "P4", "P5"] = "NOT_DEFINED"


class CaseReference(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    type: Literal["project"]


class ToProject(msgspec.Struct, forbid_unknown_fields=True):
    data: CaseReference


class Relationships(msgspec.Struct, forbid_unknown_fields=True):
    project: ToProject


class CaseData(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["case"]
    attributes: CaseBody
    relationships: Relationships


class SentCase(msgspec.Struct, forbid_unknown_fields=True):
    data: CaseData


class CommentText(msgspec.Struct, forbid_unknown_fields=True):
    comment: str


class CommentData(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["case"]
    attributes: CommentText


class StoredCaseComment(msgspec.Struct, forbid_unknown_fields=True):
    data: CommentData


class SetAttributes(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One of these, by the last part of the path."""

    priority: Literal["NOT_DEFINED", "P1", "P2", "P3", "P4", "P5"] | None = None
    due_date: str | None = None
    status: Literal["OPEN", "IN_PROGRESS", "CLOSED"] | None = None


class SetData(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["case"]
    attributes: SetAttributes


class SentChange(msgspec.Struct, forbid_unknown_fields=True):
    data: SetData


@dataclass(slots=True)
class StoredCase:
    key: str
    title: str
    description: str
    project: str
    created: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "OPEN"
    priority: str = "NOT_DEFINED"
    due: str = ""
    closed: datetime | None = None
    comments: list[str] = field(default_factory=list)
    with_group: bool = True
    """Answers don't always name the group of the status."""


@dataclass(slots=True)
class Cases:
    projects: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {"d4bbe1af-f36e-42f1-87c1-493ca35c320e": ("SHOP", "The shop")}
    )
    """By id, key and name."""
    cases: list[StoredCase] = field(default_factory=list)


def cases(world: World) -> Cases:
    stored: Cases = world.things.setdefault("cases", Cases())
    return stored


def routes() -> list[web.RouteDef]:
    one = "/api/v2/cases/{key}"
    return [
        web.post("/api/v2/cases", _create, name="cases_write"),
        web.get("/api/v2/cases", _search, name="cases_read"),
        web.get("/api/v2/cases/projects", _projects),
        web.get(one, _get),
        web.post(f"{one}/comment", _comment),
        web.post(f"{one}/{{what:priority|due_date|status}}", _set),
        web.get(f"{one}/timelines", _timeline),
    ]


async def _create(request: web.Request) -> web.Response:
    world = world_of(request, "cases_write")
    headers = count(world, "cases_write")
    sent = (await body_of(request, SentCase)).data
    stored, project, attributes = cases(world), sent.relationships.project.data.id, sent.attributes
    if not attributes.title:
        raise DatadogDenied(400, "Invalid title")
    if project not in stored.projects:
        raise not_found("project")
    key = f"{stored.projects[project][0]}-{len(stored.cases) + 1}"
    case = StoredCase(key, attributes.title, attributes.description, project, world.clock(), with_group=False)
    case.priority = attributes.priority
    stored.cases.append(case)
    return json_response(201, {"data": _resource(case)}, headers)


async def _search(request: web.Request) -> web.Response:
    world = world_of(request, "cases_read")
    headers = count(world, "cases_read")
    query = parameters(request, "page[size]", "page[number]", "sort[field]", "sort[asc]", "filter")
    size, number = int(query.get("page[size]", "10")), int(query.get("page[number]", "1"))
    if not 1 <= size <= 100 or query.get("sort[field]", "created_at") not in ("created_at", "priority", "status"):
        raise DatadogDenied(400, "Invalid page size or sort field")
    words = query.get("filter", "").split()
    fitting = [case for case in cases(world).cases if all(word in _words(case) for word in words)]
    fitting.sort(key=lambda case: case.created, reverse=query.get("sort[asc]") != "true")
    page = fitting[(number - 1) * size : number * size]
    return json_response(200, {"data": list(map(_resource, page)), "meta": {"total_cases": len(fitting)}}, headers)


def _words(case: StoredCase) -> str:
    return f"{case.title} {case.description} {case.key}".casefold()


async def _projects(request: web.Request) -> web.Response:
    world = world_of(request, "cases_read")
    rows = cases(world).projects.items()
    data = [{"id": id, "type": "project", "attributes": {"key": key, "name": name}} for id, (key, name) in rows]
    return json_response(200, {"data": data})


async def _get(request: web.Request) -> web.Response:
    world = world_of(request, "cases_read")
    headers = count(world, "cases_read")
    return json_response(200, {"data": _resource(_one(world, request))}, headers)


async def _comment(request: web.Request) -> web.Response:
    world = world_of(request, "cases_write")
    case = _one(world, request)
    case.comments.append((await body_of(request, StoredCaseComment)).data.attributes.comment)
    return json_response(200, {"data": [_comment_cell(case.comments[-1])]})


async def _set(request: web.Request) -> web.Response:
    """A due date is a calendar date without a time."""
    world, what = world_of(request, "cases_write"), request.match_info["what"]
    headers = count(world, "cases_write")
    case = _one(world, request)
    sent = (await body_of(request, SentChange)).data.attributes
    if set(msgspec.to_builtins(sent)) != {what}:
        raise DatadogDenied(400, f"Invalid {what}")
    if sent.due_date and len(sent.due_date) != 10:
        raise DatadogDenied(400, "Invalid due date")
    case.priority, case.due = sent.priority or case.priority, sent.due_date or case.due
    if sent.status and sent.status != case.status:
        case.status, case.closed = sent.status, world.clock() if sent.status == "CLOSED" else None
    return json_response(200, {"data": _resource(case)}, headers)


async def _timeline(request: web.Request) -> web.Response:
    """Pages are counted from 0, as documented; a page after the last one is empty."""
    world = world_of(request, "cases_read")
    query = parameters(request, "page[size]", "page[number]", "sort[ascending]")
    size, number = int(query.get("page[size]", "10")), int(query.get("page[number]", "0"))
    if not 1 <= size <= 100 or number < 0:
        raise DatadogDenied(400, "Invalid page size or number")
    created: dict[str, Any] = {"id": "t0", "type": "timeline_cell", "attributes": {"type": "CASE_CREATED"}}
    oldest_first = [created, *map(_comment_cell, _one(world, request).comments)]
    ordered = oldest_first if query.get("sort[ascending]") == "true" else oldest_first[::-1]
    return json_response(200, {"data": ordered[number * size : (number + 1) * size]})


def _comment_cell(text: str) -> dict[str, Any]:
    attributes = {"type": "COMMENT", "cell_content": {"message": text}}
    return {"id": secrets.token_hex(8), "type": "timeline_cell", "attributes": attributes}


def _one(world: World, request: web.Request) -> StoredCase:
    wanted = request.match_info["key"]
    case = next((case for case in cases(world).cases if wanted in (case.key, case.id)), None)
    if case is None:
        raise not_found("case")
    return case


def _resource(case: StoredCase) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "key": case.key,
        "title": case.title,
        "description": case.description,
        "created_at": case.created.isoformat(),
        "status": case.status,
        "type": "STANDARD",
        "priority": case.priority,
    }
    if case.due:
        attributes["due_date"] = case.due
    if case.closed:
        attributes["closed_at"] = case.closed.isoformat()
    if case.with_group:
        attributes |= {"status_group": f"SG_{case.status}", "status_name": NAMES[case.status]}
    relationships = {"project": {"data": {"id": case.project, "type": "project"}}}
    return {"id": case.id, "type": "case", "attributes": attributes, "relationships": relationships}
