"""The server: routes, faults, refusals, and a record of every request."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from standins.http_faults import HttpFault, with_fault
from standins.posthog import query_api, recordings_api
from standins.posthog.posthog_denied import PostHogDenied
from standins.posthog.posthog_world import WORLD, PostHogRequest, PostHogWorld
from standins.serving import served

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(world: PostHogWorld) -> web.Application:
    app = web.Application(middlewares=[_noted, _faulty, _denials], client_max_size=8 * 1024 * 1024)
    app[WORLD] = world
    for endpoints in (query_api, recordings_api):
        app.add_routes(endpoints.routes())
    return app


@asynccontextmanager
async def running(world: PostHogWorld, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves for as long as the body lasts. Gives the address to use instead of PostHog's."""
    async with served(application(world), host, port, handler_cancellation=True) as url:
        yield url


@web.middleware
async def _noted(request: web.Request, handler: Handler) -> web.StreamResponse:
    body, status = await request.read(), 0
    try:
        response = await handler(request)
        status = response.status
        return response
    finally:
        query = tuple(request.query.items())
        record = PostHogRequest(request.method, request.path, query, _read(body), status)
        request.app[WORLD].requests.append(record)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body


@web.middleware
async def _faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
    fault = request.app[WORLD].faults.next(f"{request.method} {request.path}")
    return await with_fault(request, fault, lambda: handler(request), _refused)


def _refused(fault: HttpFault) -> web.Response:
    denied = PostHogDenied(fault.status, fault.message)
    return web.json_response(denied.body(), status=fault.status, headers=fault.headers)


@web.middleware
async def _denials(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except PostHogDenied as denied:
        return web.json_response(denied.body(), status=denied.status, headers=denied.headers)
    except web.HTTPNotFound:
        return web.json_response(PostHogDenied(404, "Endpoint not found.").body(), status=404)
