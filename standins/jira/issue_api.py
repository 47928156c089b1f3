"""Issues: what can be made, making, reading, changing, moving along the workflow."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from standins.jira import jira_changes
from standins.jira.jira_fields import described, fields_of
from standins.jira.jira_objects import shown_issue, shown_status
from standins.jira.jira_requests import body_of, issue_of, json, parameters, world_of
from standins.jira.jira_world import RESOLUTIONS, STEPS, JiraError


class SentProperty(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    value: Any


class SentIssue(msgspec.Struct, forbid_unknown_fields=True):
    """IssueUpdateDetails, without `update`, `transition` and `historyMetadata`."""

    fields: dict[str, Any]
    properties: list[SentProperty] = []


class SentStep(msgspec.Struct, forbid_unknown_fields=True):
    id: str


class SentTransition(msgspec.Struct, forbid_unknown_fields=True):
    transition: SentStep
    fields: dict[str, Any] = {}


def issue_routes(base: str) -> list[web.RouteDef]:
    return [
        web.get(f"{base}/issue/createmeta/{{project}}/issuetypes", _types),
        web.get(f"{base}/issue/createmeta/{{project}}/issuetypes/{{type}}", _type),
        web.post(f"{base}/issue", _create),
        web.get(f"{base}/issue/{{key}}", _read),
        web.put(f"{base}/issue/{{key}}", _edit),
        web.get(f"{base}/issue/{{key}}/transitions", _steps),
        web.post(f"{base}/issue/{{key}}/transitions", _step),
        web.get(f"{base}/issue/{{key}}/properties/{{property}}", _property),
        web.put(f"{base}/issue/{{key}}/properties/{{property}}", _set_property),
    ]


async def _types(request: web.Request) -> web.Response:
    world, query = world_of(request), parameters(request, "startAt", "maxResults")
    project = world.project(request.match_info["project"])
    if "CREATE_ISSUES" not in project.permissions:
        return json(_page(world.cloud, "issueTypes", [], query))
    types = [{"id": kind.id, "name": kind.name, "subtask": kind.subtask} for kind in project.types]
    return json(_page(world.cloud, "issueTypes", types, query))


async def _type(request: web.Request) -> web.Response:
    world, query = world_of(request), parameters(request, "startAt", "maxResults")
    for kind in world.project(request.match_info["project"]).types:
        if kind.id == request.match_info["type"]:
            return json(_page(world.cloud, "fields", [described(world, field) for field in fields_of(kind)], query))
    raise JiraError(404, "Issue type not found")


def _page(cloud: bool, name: str, rows: list[Any], query: dict[str, str]) -> dict[str, Any]:
    """A page of the list. Cloud names it by what is in it, Data Center `values`. It is small, to be paged through."""
    start, size = int(query.get("startAt", "0")), min(int(query.get("maxResults", "50")), 5)
    return {
        name if cloud else "values": rows[start : start + size],
        "startAt": start,
        "maxResults": size,
        "total": len(rows),
    }


async def _create(request: web.Request) -> web.Response:
    world, sent = world_of(request), await body_of(request, SentIssue)
    parameters(request)
    issue = jira_changes.created(world, sent.fields, {one.key: one.value for one in sent.properties})
    return json({"id": issue.id, "key": issue.key, "self": f"{world.url}/rest/api/issue/{issue.id}"}, 201)


async def _read(request: web.Request) -> web.Response:
    issue, query = issue_of(request), parameters(request, "fields", "expand", "properties")
    wanted = set(query["fields"].split(",")) if "fields" in query else None
    changelog = "changelog" in query.get("expand", "").split(",")
    return json(shown_issue(world_of(request), issue, wanted, changelog=changelog))


async def _edit(request: web.Request) -> web.Response:
    issue, sent = issue_of(request, "EDIT_ISSUES"), await body_of(request, SentIssue)
    parameters(request, "notifyUsers")
    world = world_of(request)
    jira_changes.edited(world, issue, sent.fields, world.users[0])
    return web.Response(status=204)


async def _steps(request: web.Request) -> web.Response:
    issue, query = issue_of(request), parameters(request, "expand")
    world, rows = world_of(request), list[dict[str, Any]]()
    for step in STEPS:
        if step.to is issue.status and not step.resolution:
            continue
        row: dict[str, Any] = {"id": step.id, "name": step.name, "to": shown_status(world, step.to)}
        if query.get("expand") == "transitions.fields":
            allowed = [{"id": id, "name": name} for id, name in RESOLUTIONS.items()]
            resolution = {"required": True, "name": "Resolution", "allowedValues": allowed}
            row["fields"] = {"resolution": resolution} if step.asks else {}
        rows.append(row)
    return json({"transitions": rows})


async def _step(request: web.Request) -> web.Response:
    issue, sent = issue_of(request, "TRANSITION_ISSUES"), await body_of(request, SentTransition)
    step = next((step for step in STEPS if step.id == sent.transition.id), None)
    if step is None:
        raise JiraError(400, "It is not on the appropriate screen, or unknown.")
    resolution = (sent.fields.get("resolution") or {}).get("id", "")
    if set(sent.fields) - ({"resolution"} if step.asks else set()):
        raise JiraError(400, fields={"resolution": "Field 'resolution' cannot be set."})
    if step.asks and resolution not in RESOLUTIONS:
        raise JiraError(400, fields={"resolution": "Resolution is required."})
    world = world_of(request)
    jira_changes.moved_to(world, issue, step, world.users[0], resolution)
    return web.Response(status=204)


async def _property(request: web.Request) -> web.Response:
    key, issue = request.match_info["property"], issue_of(request)
    if key not in issue.properties:
        raise JiraError(404, "The property does not exist.")
    return json({"key": key, "value": issue.properties[key]})


async def _set_property(request: web.Request) -> web.Response:
    key, issue = request.match_info["property"], issue_of(request, "EDIT_ISSUES")
    known = key in issue.properties
    issue.properties[key] = await body_of(request, dict[str, Any])
    return web.Response(status=200 if known else 201)
