"""The tables of events for a backup, from the bot that has the store open."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path

from aiohttp import ClientError, ClientSession, web

from bot.kernel.errors import Unavailable
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_tables import export_tables
from bot.web.ask_api import ADDRESS

FOLDER = re.compile(r"export-[0-9a-f]{8}")
HEADER = "X-Replaybook-Backup"
"""A page in a browser can't send it to another origin, so that only programs of this machine ask."""


def events_routes(store: EventStore, data: Path) -> list[web.RouteDef]:
    """`POST /api/events-export/NAME`, for loopback only: writes into a new folder of the data folder."""

    async def export(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if request.remote is None or not ip_address(request.remote).is_loopback or HEADER not in request.headers:
            raise web.HTTPForbidden(text="Only this machine may ask here.")
        if not FOLDER.fullmatch(name) or (data / name).exists():
            raise web.HTTPBadRequest(text="There can be no such folder.")
        return web.json_response(await export_tables(store, (data / name).absolute()))

    return [web.post("/api/events-export/{name}", export)]


async def export_by_running_bot(data: Path, name: str) -> dict[str, int]:
    """Returns how many rows each table has. Raises Unavailable when the bot isn't where it said it is."""
    try:
        address = (data / ADDRESS).read_text("utf-8")
        url = f"{address}/api/events-export/{name}"
        async with ClientSession() as session, session.post(url, headers={HEADER: "1"}) as response:
            response.raise_for_status()
            rows: dict[str, int] = await response.json()
            return rows
    except (OSError, ClientError) as error:
        raise Unavailable("Another process has the store open, and the bot doesn't answer.") from error
