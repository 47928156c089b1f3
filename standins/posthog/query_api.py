"""Queries in HogQL, and the project."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from aiohttp import web

from standins.posthog.events_engine import EngineFailed
from standins.posthog.hogql import printed
from standins.posthog.posthog_denied import PostHogDenied
from standins.posthog.posthog_world import PostHogWorld, allowed, only

GROUP = "query"
SWITCHES = (
    "session_recording_opt_in",
    "capture_dead_clicks",
    "autocapture_exceptions_opt_in",
)


class HogQLQuery(msgspec.Struct, forbid_unknown_fields=True):
    kind: Literal["HogQLQuery"]
    query: str
    values: dict[str, Any] = {}


class QueryBody(msgspec.Struct, forbid_unknown_fields=True):
    query: HogQLQuery
    refresh: Literal["blocking", "force_blocking"] = "blocking"
    client_query_id: str = ""
    name: str = ""


def routes() -> list[web.RouteDef]:
    return [
        web.post("/api/projects/{project}/query/", _query),
        web.get("/api/projects/{project}/", _project),
    ]


async def _query(request: web.Request) -> web.Response:
    world = allowed(request, "query:read", GROUP)
    only(request)
    try:
        asked = msgspec.json.decode(await request.read(), type=QueryBody)
    except msgspec.DecodeError as problem:
        raise PostHogDenied(400, str(problem)) from None
    return web.json_response(await _answered(world, asked.query))


async def _answered(world: PostHogWorld, asked: HogQLQuery) -> dict[str, Any]:
    statement = printed(asked.query, asked.values, world.clock())
    try:
        found = await world.engine.rows(statement.sql)
    except EngineFailed as problem:
        raise PostHogDenied(400, str(problem)[:500], "CHQueryErrorUnknown") from None
    return {
        "results": found.rows[: statement.limit],
        "columns": found.columns,
        "types": [list(pair) for pair in zip(found.columns, found.types, strict=True)],
        "hogql": asked.query,
        "hasMore": len(found.rows) > statement.limit,
        "limit": statement.limit,
        "offset": 0,
        "is_cached": False,
        "timings": [],
        "error": None,
        "query_status": None,
    }


async def _project(request: web.Request) -> web.Response:
    world = allowed(request, "project:read", "project")
    only(request)
    switches = {name: world.switches.get(name, True) for name in SWITCHES}
    return web.json_response({"id": world.project, "name": world.name, "timezone": "UTC", **switches})
