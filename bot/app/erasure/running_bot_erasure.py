"""Forgetting a person while the bot runs that has the events: the command asks for it, and the bot does it."""

from __future__ import annotations

from pathlib import Path

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.app.base import Base
from bot.app.erasure.forget_person import ErasureContext, ErasureReport, forget_person
from bot.files.file_areas import file_areas
from bot.kernel.errors import Conflict, ReplaybookError, Unavailable
from bot.providers.local.event_store_port import EventStorePort
from bot.web.ask_api import RunningBot

ADDRESS = "/api/forget"


class ErasureWish(msgspec.Struct, frozen=True):
    """What the command was told."""

    person: str
    names: tuple[str, ...] = ()
    refuse: bool = False
    dry_run: bool = False


def erasure_routes(base: Base, store: EventStorePort | None) -> list[web.RouteDef]:
    """`POST /api/forget`, for who can read the data folder of the running bot.

    It goes on to the end when whoever asked is gone. A bot that is killed leaves what the same wish completes.
    """
    pictures = file_areas(base.settings).pictures
    context = ErasureContext(base.records, base.redis, pictures, store, base.clock)

    async def forget(request: web.Request) -> web.Response:
        try:
            wish = msgspec.json.decode(await request.read(), type=ErasureWish)
        except msgspec.MsgspecError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        try:
            report = await forget_person(context, wish.person, wish.names, refuse=wish.refuse, dry_run=wish.dry_run)
        except ReplaybookError as error:
            return web.json_response({"error": error.sentence}, status=409)
        return web.Response(body=msgspec.json.encode(report), content_type="application/json")

    return [web.post(ADDRESS, forget)]


async def forget_by_running_bot(folder: Path, wish: ErasureWish) -> ErasureReport:
    """Waits for as long as it takes. Raises Conflict with what the bot says, and Unavailable where none answers."""
    try:
        bot = RunningBot.of(folder)
        url, body = f"{bot.address}{ADDRESS}", msgspec.json.encode(wish)
        async with (
            ClientSession(headers=bot.headers, timeout=ClientTimeout(total=None, sock_connect=10)) as session,
            session.post(url, data=body, headers={"Content-Type": "application/json"}) as response,
        ):
            answer = await response.read()
            if response.status == 409:
                raise Conflict(str(msgspec.json.decode(answer)["error"]))
            response.raise_for_status()
            return msgspec.json.decode(answer, type=ErasureReport)
    except (OSError, ClientError, msgspec.MsgspecError) as error:
        raise Unavailable(
            "Another process has the events, and no bot of this folder has completed it. Run the same command again "
            "when it has ended; what was begun is completed then."
        ) from error
