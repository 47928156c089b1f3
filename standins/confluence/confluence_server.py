"""The server: routes, faults, and a record of every request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import msgspec
from aiohttp import web

from standins.confluence.confluence_api import WORLD, Handler, api_routes
from standins.confluence.confluence_pages import page_routes
from standins.confluence.confluence_world import ConfluenceRefusal, ConfluenceWorld
from standins.http_faults import HttpFault, with_fault
from standins.serving import served


@asynccontextmanager
async def running_confluence(world: ConfluenceWorld, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves for as long as the body lasts. Gives the site's address."""
    app = web.Application(middlewares=[_recorded, _refusals, _faulty], client_max_size=64 * 1024 * 1024)
    app[WORLD] = world
    app.add_routes([*api_routes(), *page_routes()])
    async with served(app, host, port) as url:
        yield url


@web.middleware
async def _recorded(request: web.Request, handler: Handler) -> web.StreamResponse:
    request.app[WORLD].requests.append(f"{request.method} {request.path}")
    return await handler(request)


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ConfluenceRefusal as refusal:
        body: object = {"errors": [{"status": refusal.status, "title": str(refusal), "detail": None}]}
        if "/rest/api/" in request.path:
            body = {"statusCode": refusal.status, "message": str(refusal)}
        data = msgspec.json.encode(body)
        return web.Response(status=refusal.status, body=data, content_type="application/json", headers=refusal.headers)


@web.middleware
async def _faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
    fault = request.app[WORLD].faults.next(f"{request.method} {request.path}")
    return await with_fault(request, fault, lambda: handler(request), _refused)


def _refused(fault: HttpFault) -> NoReturn:
    raise ConfluenceRefusal(fault.status, fault.message, fault.headers)
