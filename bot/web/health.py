"""For whoever runs the bot: is it alive, and what does it do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from bot.kernel.errors import Upstream


def health_routes(
    registry: CollectorRegistry, ready: Callable[[], Awaitable[None]], measure: Callable[[], Awaitable[None]]
) -> list[web.RouteDef]:
    """`ready` raises Upstream while something that the process stands on is away; `measure` sets gauges anew.

    `/livez` says that the process answers, and nothing else: starting it anew brings nobody back whom it waits for.
    """

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def health(_: web.Request) -> web.Response:
        try:
            await ready()
        except Upstream as error:
            return web.json_response({"ok": False, "why": error.sentence}, status=503)
        return web.json_response({"ok": True})

    async def metrics(_: web.Request) -> web.Response:
        await measure()
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [
        web.get("/livez", alive),
        web.get("/readyz", health),
        web.get("/healthz", health),
        web.get("/metrics", metrics),
    ]
