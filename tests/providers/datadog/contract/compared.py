"""Compares a request of ours, as it arrives at a server, with the recorded one of Datadog's own client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.site import Site

FOLDER = Path(__file__).parent


def recorded() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}


async def arrived(call: Call) -> dict[str, Any]:
    """The call as a server gets it, in the form of the recorded ones."""
    seen: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        query = sorted([name, value] for name, value in request.query.items())
        seen.append(
            {"method": request.method, "path": request.path, "query": query, "body": json.loads(body) if body else None}
        )
        return web.json_response({})

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", take)
    async with TestServer(app) as server, Client.opened(Site(url=str(server.make_url(""))), "api", "app") as client:
        await client.body(call)
    return seen[0]


async def assert_same(name: str, call: Call) -> None:
    wanted = recorded()[name]
    assert {"made_with": wanted["made_with"], **await arrived(call)} == wanted
