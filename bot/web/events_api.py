"""The tables of events for a backup, from the bot that has the store open."""

from __future__ import annotations

import re
from pathlib import Path

from aiohttp import ClientError, ClientSession, web

from bot.kernel.errors import Unavailable
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_tables import export_tables
from bot.web.ask_api import RunningBot

FOLDER = re.compile(r"export-[0-9a-f]{8}")


def events_routes(store: EventStore, data: Path) -> list[web.RouteDef]:
    """`POST /api/events-export/NAME`, for who can read the data folder: writes into a new folder in it."""

    async def export(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if not FOLDER.fullmatch(name) or (data / name).exists():
            raise web.HTTPBadRequest(text="There can be no such folder.")
        return web.json_response(await export_tables(store, (data / name).absolute()))

    return [web.post("/api/events-export/{name}", export)]


async def export_by_running_bot(data: Path, name: str) -> dict[str, int]:
    """Returns how many rows each table has. Raises Unavailable when the bot isn't where it said it is."""
    try:
        bot = RunningBot.of(data)
        url = f"{bot.address}/api/events-export/{name}"
        async with ClientSession(headers=bot.headers) as session, session.post(url) as response:
            response.raise_for_status()
            rows: dict[str, int] = await response.json()
            return rows
    except (OSError, ClientError) as error:
        raise Unavailable("Another process has the store open, and the bot doesn’t answer.") from error
