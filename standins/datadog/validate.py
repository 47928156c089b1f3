"""Whether both keys are known. This needs no permission."""

from __future__ import annotations

from aiohttp import web

from standins.datadog.denied import Denied
from standins.datadog.strict import WORLD, answered


def routes() -> list[web.RouteDef]:
    return [web.get("/api/v2/validate_keys", _validate)]


async def _validate(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    shown = (request.headers.get("DD-API-KEY"), request.headers.get("DD-APPLICATION-KEY"))
    if shown != (world.api_key, world.app_key):
        raise Denied(403, "Forbidden")
    return answered(200, {"status": "ok"})
