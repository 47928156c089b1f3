"""The bot's web server, up for as long as the body."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.kernel.errors import Unavailable
from bot.web.body_budget import ALL_BODIES, BODIES, MOST_BYTES, ByteBudget, within_budget

SHUTDOWN_S = 5.0


@asynccontextmanager
async def listening(host: str, port: int, routes: Iterable[web.AbstractRouteDef]) -> AsyncIterator[None]:
    app = web.Application(client_max_size=MOST_BYTES, middlewares=[within_budget])
    app[BODIES] = ByteBudget(ALL_BODIES)
    app.add_routes(routes)
    # The intake unpacks bodies itself, within limits.
    async with up(web.AppRunner(app, shutdown_timeout=SHUTDOWN_S, auto_decompress=False), host, port):
        yield


@asynccontextmanager
async def up(runner: web.AppRunner, host: str, port: int) -> AsyncIterator[None]:
    """Any application, for as long as the body."""
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


def free_port(host: str, wanted: int = 0) -> int:
    """`wanted` if nobody listens there, else any free one. Raises Unavailable."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that just ended don't count
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Unavailable("No port is free on %(host)s.", host=host)
