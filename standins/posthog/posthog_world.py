"""The state of the stand-in, its record of requests, and its checks of keys, scopes, projects and limits."""

from __future__ import annotations

import hmac
import math
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.kernel.clock import Clock
from standins.http_faults import HttpFault, HttpFaults
from standins.posthog.events_engine import EventsEngine
from standins.posthog.posthog_denied import PostHogDenied
from standins.posthog.snapshot_blobs import StoredRecording

SCOPES = frozenset({"query:read", "session_recording:read", "project:read"})


@dataclass(frozen=True, slots=True)
class PostHogRequest:
    """A request as it came."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any
    status: int


@dataclass(slots=True)
class PostHogRate:
    """`limit` requests in `period_s`; `left` of them until `until` (monotonic seconds)."""

    limit: int
    period_s: float
    left: int = 0
    until: float = 0.0


@dataclass(slots=True)
class PostHogWorld:
    """Everything behind the endpoints: one project."""

    clock: Clock
    engine: EventsEngine
    key: str = "phx_standin"
    project: int = 1
    name: str = "Shop"
    scopes: frozenset[str] = SCOPES
    switches: dict[str, bool] = field(default_factory=dict)
    """Settings of the project that are otherwise on: see `query_api`."""
    recordings: dict[str, StoredRecording] = field(default_factory=dict)
    """By session."""
    most_blobs: int = 20
    """Blobs that a personal key may ask for at once."""
    rates: dict[str, PostHogRate] = field(default_factory=dict)
    """Limits by the name that the endpoint gives its group; no limit where none is set."""
    faults: HttpFaults[HttpFault] = field(default_factory=HttpFaults)
    requests: list[PostHogRequest] = field(default_factory=list)


WORLD: web.AppKey[PostHogWorld] = web.AppKey("posthog_world", PostHogWorld)


def allowed(request: web.Request, scope: str, group: str) -> PostHogWorld:
    """Returns the world if the key is right and has the scope, and the project is its own. Raises PostHogDenied."""
    world = request.app[WORLD]
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if not key:
        raise PostHogDenied(401, "Authentication credentials were not provided.", "not_authenticated")
    if scheme != "Bearer" or not hmac.compare_digest(key, world.key):
        raise PostHogDenied(401, "Personal API key found in request Authorization header is invalid.")
    if scope not in world.scopes:
        raise PostHogDenied(403, f"API key missing required scope '{scope}'")
    if request.match_info["project"] != str(world.project):
        raise PostHogDenied(404, "Project not found.")
    _count(world, group)
    return world


def _count(world: PostHogWorld, group: str) -> None:
    """Takes one of the group's requests. Raises PostHogDenied (429) where none is left."""
    rate = world.rates.get(group)
    if rate is None:
        return
    now = time.monotonic()
    if now >= rate.until:
        rate.left, rate.until = rate.limit, now + rate.period_s
    if rate.left <= 0:
        wait = math.ceil(rate.until - now)
        detail = f"Request was throttled. Expected available in {wait} seconds."
        raise PostHogDenied(429, detail, headers={"Retry-After": str(wait)})
    rate.left -= 1


def only(request: web.Request, *names: str) -> dict[str, str]:
    """Returns the parameters of the address. Raises PostHogDenied for one that the endpoint doesn't have."""
    unknown = set(request.query) - set(names)
    if unknown:
        raise PostHogDenied(400, f"Unknown parameter: {', '.join(sorted(unknown))}")
    return dict(request.query)
