"""For whoever runs the bot: is it alive, and what does it do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from bot.web.readiness import Readiness


def health_routes(
    registry: CollectorRegistry, readiness: Readiness, measure: Callable[[], Awaitable[None]]
) -> list[web.RouteDef]:
    """`measure` sets gauges anew.

    `/livez` says that the process answers, and nothing else: starting it anew brings nobody back whom it waits for.
    `/healthz` says that it can work, `/readyz` that it can use every part but those named by `?exclude=`, and isn't
    about to end.
    """

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def health(_: web.Request) -> web.Response:
        return _answer(await readiness.healthy())

    async def ready(request: web.Request) -> web.Response:
        return _answer(await readiness.ready(request.query.getall("exclude", [])))

    async def metrics(_: web.Request) -> web.Response:
        await measure()
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [
        web.get("/livez", alive),
        web.get("/readyz", ready),
        web.get("/healthz", health),
        web.get("/metrics", metrics),
    ]


def _answer(failing: list[str]) -> web.Response:
    return web.json_response({"ok": not failing, "not_ready": failing}, status=503 if failing else 200)
