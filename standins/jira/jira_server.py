"""The server: the API of one flavour, pages to work by hand, faults, and a record of every request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

import msgspec
from aiohttp import web

from standins.http_faults import HttpFault, with_fault
from standins.jira.around_issue_api import around_routes
from standins.jira.issue_api import issue_routes
from standins.jira.jira_pages import page_routes
from standins.jira.jira_requests import WORLD
from standins.jira.jira_webhooks import JiraDeliveries
from standins.jira.jira_world import JiraError, JiraWorld
from standins.serving import served

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def running_jira(world: JiraWorld, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves for as long as the body lasts. Gives the site's address."""
    app = web.Application(middlewares=[_recorded, _refusals, _faulty], client_max_size=64 * 1024 * 1024)
    app[WORLD] = world
    base = r"/rest/api/{version:[23]}"
    app.add_routes([*issue_routes(base), *around_routes(base), *page_routes()])
    async with served(app, host, port) as world.url, JiraDeliveries.to_hooks_of(world):
        yield world.url


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
    fault = request.app[WORLD].faults.next(f"{request.method} {request.path}")
    return await with_fault(request, fault, lambda: handler(request), _refused)


def _refused(fault: HttpFault) -> NoReturn:
    error = JiraError(fault.status, fault.message)
    error.headers = fault.headers
    raise error
