"""The server: the API of one flavour, pages to work by hand, faults, and a record of every request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
from aiohttp import web

from standins.jira.around_issue_api import around_routes
from standins.jira.issue_api import issue_routes
from standins.jira.jira_pages import page_routes
from standins.jira.jira_requests import WORLD
from standins.jira.jira_webhooks import JiraDeliveries
from standins.jira.jira_world import JiraError, JiraFault, JiraWorld

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def running_jira(world: JiraWorld, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves for as long as the body lasts. Gives the site's address."""
    app = web.Application(middlewares=[_recorded, _refusals, _faulty], client_max_size=64 * 1024 * 1024)
    app[WORLD] = world
    base = r"/rest/api/{version:[23]}"
    app.add_routes([*issue_routes(base), *around_routes(base), *page_routes()])
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        world.url = f"http://{host}:{runner.addresses[0][1]}"
        async with JiraDeliveries.to_hooks_of(world):
            yield world.url
    finally:
        await runner.cleanup()


@web.middleware
async def _recorded(request: web.Request, handler: Handler) -> web.StreamResponse:
    request.app[WORLD].requests.append(f"{request.method} {request.path}")
    return await handler(request)


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except JiraError as error:
        body = msgspec.json.encode({"errorMessages": error.messages, "errors": error.fields})
        return web.Response(status=error.status, body=body, content_type="application/json", headers=error.headers)


@web.middleware
async def _faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
    fault = request.app[WORLD].fault(request.method, request.path)
    if fault is None:
        return await handler(request)
    if fault.meanwhile:
        fault.meanwhile()
    return await _failed(request, handler, fault)


async def _failed(request: web.Request, handler: Handler, fault: JiraFault) -> web.StreamResponse:
    if fault.after or not (fault.drop or fault.status):
        await request.read()
        response = await handler(request)
        if not (fault.drop or fault.status):
            return response
    if fault.drop:
        if request.transport is not None:
            request.transport.abort()
        raise web.HTTPServiceUnavailable  # it reaches nobody
    error = JiraError(fault.status, "Made to fail")
    error.headers = fault.headers
    raise error
