"""Says whether both keys are known, which needs no permission."""

from __future__ import annotations

from aiohttp import web

from standins.datadog.strict import json_response, with_known_keys


def routes() -> list[web.RouteDef]:
    return [web.get("/api/v2/validate_keys", _validate)]


async def _validate(request: web.Request) -> web.Response:
    with_known_keys(request)
    return json_response(200, {"status": "ok"})
