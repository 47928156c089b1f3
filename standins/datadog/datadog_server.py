"""The server: routes, faults, and a record of every request."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from standins.datadog import (
    case_management,
    datadog_pages,
    incident_management,
    notebook_service,
    owner_catalog,
    replay_api,
    rum_api,
    validate,
)
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.denied import DatadogDenied
from standins.datadog.strict import PARTIAL, WORLD, json_response, rate_headers
from standins.datadog.world import RequestRecord, World
from standins.http_faults import with_fault
from standins.serving import served

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(world: World) -> web.Application:
    app = web.Application(middlewares=[_recorded, _faulty, _denials], client_max_size=32 * 1024 * 1024)
    app[WORLD] = world
    for endpoints in (
        rum_api,
        replay_api,
        notebook_service,
        case_management,
        incident_management,
        owner_catalog,
        validate,
        datadog_pages,
    ):
        app.add_routes(endpoints.routes())
    return app


@asynccontextmanager
async def running(world: World, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves for as long as the body lasts. Gives the address to use instead of Datadog's."""
    async with served(application(world), host, port, handler_cancellation=True) as url:
        yield url


@web.middleware
async def _recorded(request: web.Request, handler: Handler) -> web.StreamResponse:
    began, status = time.perf_counter(), 0
    body = await request.read()
    try:
        response = await handler(request)
        status = response.status
        return response
    finally:
        query, seconds = tuple(request.query.items()), time.perf_counter() - began
        record = RequestRecord(request.method, request.path, query, _read(body), status, seconds)
        request.app[WORLD].requests.append(record)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body


@web.middleware
async def _faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
    fault = request.app[WORLD].faults.next(f"{request.method} {request.path}")
    request[PARTIAL] = fault is not None and fault.partial
    return await with_fault(request, fault, lambda: handler(request), _refused)


def _refused(fault: DatadogFault) -> web.Response:
    return json_response(fault.status, {"errors": [fault.message]}, fault.headers)


@web.middleware
async def _denials(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals in Datadog's form: `{"errors": ["…"]}`, or with objects in the list."""
    try:
        return await handler(request)
    except DatadogDenied as denied:
        group = request.match_info.route.name or ""
        rate = request.app[WORLD].rates.get(group) if denied.status == 429 else None
        return json_response(denied.status, {"errors": denied.errors}, rate_headers(group, rate) if rate else {})
    except web.HTTPNotFound:
        return json_response(404, {"errors": ["Not found"]})
