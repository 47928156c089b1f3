"""A web server on loopback that answers every request in the way a test says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from standins.serving import served


@asynccontextmanager
async def answering(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Its address, without a slash at the end."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with served(app, shutdown_s=0.2) as url:
        yield url
