"""Owners: rules for RUM views, services, teams with their members and people on call, users."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from standins.datadog.denied import DatadogDenied
from standins.datadog.strict import json_response, parameters, world_of
from standins.datadog.world import World


@dataclass(slots=True)
class CatalogRule:
    view: str
    team: str
    prefix: bool = False


@dataclass(slots=True)
class CatalogTeam:
    """`members` are ids of users with their role; `on_call` ids of users, or None without a rota."""

    handle: str
    members: dict[str, str] = field(default_factory=dict)
    on_call: list[str] | None = None


@dataclass(slots=True)
class User:
    email: str
    disabled: bool = False


@dataclass(slots=True)
class Catalog:
    rules: list[CatalogRule] = field(default_factory=list)
    services: dict[str, str] = field(default_factory=dict)
    """By name, the handle of the team that owns it."""
    teams: dict[str, CatalogTeam] = field(default_factory=dict)
    """By id."""
    users: dict[str, User] = field(default_factory=dict)


def catalog(world: World) -> Catalog:
    stored: Catalog = world.things.setdefault("catalog", Catalog())
    return stored


def routes() -> list[web.RouteDef]:
    return [
        web.get("/api/v2/rum/config/teams-ownership/rules", _rules),
        web.get("/api/v2/catalog/entity", _entities),
        web.get("/api/v2/team", _teams),
        web.get("/api/v2/team/{team}/memberships", _members),
        web.get("/api/v2/on-call/teams/{team}/on-call", _on_call),
        web.get("/api/v2/users", _users),
        web.get("/api/v2/users/{user}", _user),
    ]


async def _rules(request: web.Request) -> web.Response:
    world = world_of(request, "rum_apps_read")
    parameters(request, "filter[view_name]", "filter[team_handle]", "filter[application_id]", "filter[service]")
    data = [
        {
            "id": f"rule-{number}",
            "type": "teams_ownership_grouped_mappings",
            "attributes": {
                "view_name": rule.view,
                "match_type": "prefix" if rule.prefix else "exact",
                "service": "",
                "application_id": "fdd7b1b2-0000-4000-8000-000000000001",
                "teams": [{"mapping_id": "m1", "team_handle": rule.team}],
            },
        }
        for number, rule in enumerate(catalog(world).rules)
    ]
    return json_response(200, {"data": data})


async def _entities(request: web.Request) -> web.Response:
    world = world_of(request, "apm_service_catalog_read")
    query = parameters(
        request, "filter[name]", "filter[kind]", "filter[owner]", "include", "page[limit]", "page[offset]"
    )
    data = [
        {"id": name, "type": "entity", "attributes": {"name": name, "kind": "service", "owner": owner}}
        for name, owner in catalog(world).services.items()
        if name == query.get("filter[name]")
    ]
    return json_response(200, {"data": data, "meta": {"count": len(data)}})


async def _teams(request: web.Request) -> web.Response:
    """The keyword is part of a handle or a name, so more than one team may fit."""
    world = world_of(request, "teams_read")
    word = parameters(request, "filter[keyword]", "page[size]", "page[number]").get("filter[keyword]", "")
    data = [
        {"id": id, "type": "team", "attributes": {"handle": team.handle, "name": team.handle.title()}}
        for id, team in catalog(world).teams.items()
        if word.casefold() in team.handle.casefold()
    ]
    return json_response(200, {"data": data})


async def _members(request: web.Request) -> web.Response:
    world, team = _team(request, "teams_read")
    parameters(request, "page[size]", "page[number]", "sort", "filter[keyword]")
    data = [
        {
            "id": f"TeamMembership-{id}",
            "type": "team_memberships",
            "attributes": {"role": "admin" if role == "admin" else None},
            "relationships": {"user": {"data": {"id": id, "type": "users"}}},
        }
        for id, role in team.members.items()
        if id in catalog(world).users
    ]
    return json_response(200, {"data": data, "meta": {"pagination": {"total": len(data)}}})


async def _on_call(request: web.Request) -> web.Response:
    world, team = _team(request, "on_call_read")
    included = parameters(request, "include").get("include", "").split(",")
    if team.on_call is None:
        raise DatadogDenied(404, "Team has no on-call")
    references = [{"id": id, "type": "users"} for id in team.on_call]
    users = [_row(id, catalog(world).users[id]) for id in team.on_call] if "responders" in included else []
    data = {
        "id": "now",
        "type": "team_oncall_responders",
        "relationships": {"escalations": {"data": []}, "responders": {"data": references}},
    }
    return json_response(200, {"data": data, "included": users})


async def _users(request: web.Request) -> web.Response:
    """Returns the users whose address contains the text."""
    world = world_of(request, "user_access_read")
    text = parameters(request, "filter", "page[size]", "page[number]", "sort").get("filter", "")
    data = [_row(id, user) for id, user in catalog(world).users.items() if text.casefold() in user.email.casefold()]
    return json_response(200, {"data": data, "meta": {"page": {"total_count": len(data)}}})


async def _user(request: web.Request) -> web.Response:
    world = world_of(request, "user_access_read")
    id = request.match_info["user"]
    if id not in catalog(world).users:
        raise DatadogDenied(404, "User not found")
    return json_response(200, {"data": _row(id, catalog(world).users[id])})


def _team(request: web.Request, permission: str) -> tuple[World, CatalogTeam]:
    world = world_of(request, permission)
    team = catalog(world).teams.get(request.match_info["team"])
    if team is None:
        raise DatadogDenied(404, "Team not found")
    return world, team


def _row(id: str, user: User) -> dict[str, Any]:
    attributes = {"email": user.email, "name": "", "disabled": user.disabled, "service_account": False}
    return {"id": id, "type": "users", "attributes": attributes}
