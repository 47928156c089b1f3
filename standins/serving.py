"""A web server for as long as it is needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

ACCEPTING = 4
"""Turns of the loop after which whoever is connecting has a handler, which is ended with the others."""


@asynccontextmanager
async def served(
    app: web.Application,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    shutdown_s: float = 1.0,
    handler_cancellation: bool = False,
) -> AsyncIterator[str]:
    """Gives the address, without a slash at the end; a port of 0 is any that is free.

    Handlers at work when the body ends have `shutdown_s`; `handler_cancellation` is aiohttp's: those whose client went
    away are cancelled.
    """
    runner = web.AppRunner(app, shutdown_timeout=shutdown_s, handler_cancellation=handler_cancellation)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        for _ in range(ACCEPTING):
            await asyncio.sleep(0)
        await runner.cleanup()
