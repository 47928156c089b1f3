"""The bot's web server, up for as long as the body."""

from __future__ import annotations

import errno
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from aiohttp import web

from bot.kernel.base_path import TOP, BasePath
from bot.kernel.errors import Misunderstood, Unavailable
from bot.kernel.settings import variable
from bot.kernel.settings_table import wrong_value
from bot.web.access.gate import AccessGate, add_headers
from bot.web.access.route_rules import BASE, is_inside
from bot.web.body_budget import ALL_BODIES, BODIES, MOST_BYTES, ByteBudget, within_budget
from bot.web.server_log import server_log

METRICS = "/metrics"
SHUTDOWN_S = 5.0


@asynccontextmanager
async def listening(
    host: str,
    port: int,
    routes: Sequence[web.RouteDef],
    gate: AccessGate,
    *,
    base: BasePath = TOP,
    metrics_port: int | None = None,
) -> AsyncIterator[None]:
    """Every request has to pass the `gate` first. At a `metrics_port` are the metrics, for whoever reaches it.

    What people, Slack and senders ask for is below the `base`, and what is asked from inside is not.
    """
    app = web.Application(client_max_size=MOST_BYTES, middlewares=[within_budget, gate.admit])
    app[BODIES] = ByteBudget(ALL_BODIES)
    app.on_response_prepare.append(add_headers)
    app[BASE] = base
    app.add_routes(route if is_inside(route.path) else _below(base, route) for route in routes)
    async with AsyncExitStack() as stack:
        # The intake unpacks bodies itself, within limits.
        runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN_S, logger=server_log(), auto_decompress=False)
        with _naming_the_setting(host, port):
            await stack.enter_async_context(up(runner, host, port))
        if metrics_port:
            await stack.enter_async_context(_metrics_up(host, metrics_port, routes))
        yield


def _below(base: BasePath, route: web.RouteDef) -> web.RouteDef:
    return web.RouteDef(route.method, base.at(route.path), route.handler, route.kwargs)


@contextmanager
def _naming_the_setting(host: str, port: int) -> Iterator[None]:
    """Raises Misunderstood where nobody can listen: the system's own words name neither setting."""
    try:
        yield
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise wrong_value(variable("host"), host, "it is no address of this machine") from error
        if error.errno == errno.EACCES:
            raise wrong_value(
                variable("port"), str(port), "only the system’s administrator may listen there"
            ) from error
        if error.errno == errno.EADDRINUSE:
            raise Misunderstood(
                "Port %(port)s is taken on %(host)s: end what listens there, or choose another one (%(variable)s, or "
                "--port of a worker).",
                port=port,
                host=host,
                variable=variable("port"),
            ) from error
        raise


@asynccontextmanager
async def _metrics_up(host: str, port: int, routes: Sequence[web.RouteDef]) -> AsyncIterator[None]:
    """Raises Misunderstood where the port is taken, by another process of this machine say."""
    app = web.Application()
    app.on_response_prepare.append(add_headers)
    app.add_routes([route for route in routes if route.path == METRICS])
    try:
        async with up(web.AppRunner(app, shutdown_timeout=SHUTDOWN_S, logger=server_log()), host, port):
            yield
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise Misunderstood(
            "Port %(port)s of %(variable)s is taken: each process of a machine needs one of its own.",
            port=port,
            variable=variable("metrics_port"),
        ) from error


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
    """`wanted` if nobody listens there, else any free one. Raises Unavailable, or Misunderstood for no host of ours."""
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that just ended don't count
            try:
                with _naming_the_setting(host, port):
                    probe.bind((host, port))
            except Misunderstood as taken:
                if taken.at == variable("host"):
                    raise
                continue
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Unavailable("No port is free on %(host)s.", host=host)
