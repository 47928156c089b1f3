"""Says whether both keys are known, which needs no permission."""

from __future__ import annotations

from aiohttp import web

from standins.datadog.denied import Denied
from standins.datadog.strict import WORLD, json_response


def routes() -> list[web.RouteDef]:
    return [web.get("/api/v2/validate_keys", _validate)]


async def _validate(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    keys = (request.headers.get("DD-API-KEY"), request.headers.get("DD-APPLICATION-KEY"))
    if keys != (world.api_key, world.app_key):
        raise Denied(403, "Forbidden")
    return json_response(200, {"status": "ok"})
