"""Checks of requests: as Datadog's, and stricter where Datadog is lenient. Nothing unknown is accepted."""

from __future__ import annotations

import hmac
import time
from typing import TypeVar

import msgspec
from aiohttp import web

from standins.datadog.denied import DatadogDenied
from standins.datadog.world import Rate, World

T = TypeVar("T")
WORLD: web.AppKey[World] = web.AppKey("world", World)
PARTIAL: web.RequestKey[bool] = web.RequestKey("partial", bool)
"""Set by a fault: this search or aggregation shall say that it timed out."""


def world_of(request: web.Request, permission: str) -> World:
    """Returns the world if the keys are right and the application key has the permission. Raises DatadogDenied."""
    world = with_known_keys(request)
    if world.permissions is not None and permission not in world.permissions:
        raise DatadogDenied(403, "Forbidden", "Failed permission authorization checks")
    return world


def with_known_keys(request: web.Request) -> World:
    """Returns the world if the keys are right. Raises DatadogDenied with the words of Datadog's recorded answers."""
    world = request.app[WORLD]
    if "DD-API-KEY" not in request.headers:
        raise DatadogDenied(403, "API key required")
    for name, key in (("DD-API-KEY", world.api_key), ("DD-APPLICATION-KEY", world.app_key)):
        if not hmac.compare_digest(request.headers.get(name, ""), key):
            raise DatadogDenied(403, "Forbidden")
    return world


def count(world: World, group: str) -> dict[str, str]:
    """Takes one of the group's requests and returns the headers to send. Raises DatadogDenied (429): none is left."""
    rate = world.rates.get(group)
    if rate is None:
        return {}
    now = time.monotonic()
    if now >= rate.until:
        rate.left, rate.until = rate.limit, now + rate.period_s
    rate.left -= 1
    if rate.left < 0:
        raise DatadogDenied(429, "Too many requests")
    return rate_headers(group, rate)


def rate_headers(group: str, rate: Rate) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(rate.limit),
        "X-RateLimit-Period": f"{rate.period_s:g}",
        "X-RateLimit-Remaining": str(max(0, rate.left)),
        "X-RateLimit-Reset": f"{max(0.0, rate.until - time.monotonic()):.3f}",
        "X-RateLimit-Name": group,
    }


async def body_of(request: web.Request, kind: type[T]) -> T:
    """Reads the JSON body. Raises DatadogDenied (400) for another content type or an unknown field."""
    if request.content_type != "application/json":
        raise DatadogDenied(400, f"Content type {request.content_type} is not application/json")
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DatadogDenied(400, f"Invalid body: {error}") from None


def parameters(request: web.Request, *allowed: str) -> dict[str, str]:
    """Returns the address's parameters. Raises DatadogDenied (400) for one that isn't allowed or comes twice."""
    values: dict[str, str] = {}
    for name, value in request.query.items():
        if name not in allowed or name in values:
            raise DatadogDenied(400, f"Invalid query parameter {name}")
        values[name] = value
    return values


def json_response(status: int, data: object, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status, body=msgspec.json.encode(data), content_type="application/json", headers=headers or {}
    )
