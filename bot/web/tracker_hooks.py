"""Webhooks of trackers: `POST /hooks/{provider}/{connection}`.

A webhook is believed when it is signed, and then only to say which tickets to read again. It is answered before any
ticket is read: trackers wait for seconds, and some never send one again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import ClientPayloadError, web

from bot.kernel.clock import Clock
from bot.kernel.errors import Missing, Misunderstood, ReplaybookError, Unauthorized
from bot.kernel.settings import Settings
from bot.providers.hooks import HookDelivery, HookHint, Hooks

PATH = "/hooks/{provider}/{connection:[A-Za-z0-9_-]{1,64}}"
MOST_BYTES = 2_000_000
SECONDS = 8.0
STATUSES: tuple[tuple[type[ReplaybookError], int], ...] = (
    (Unauthorized, 401),
    (Missing, 404),
    (Misunderstood, 400),
    (ReplaybookError, 503),
)
Heard = Callable[[str, str, HookHint], Awaitable[None]]


def hook_routes(
    settings: Settings, hooks: Mapping[str, Hooks], heard: Heard, clock: Clock, seconds: float = SECONDS
) -> list[web.RouteDef]:
    """`heard` gets the provider, the connection and the hint, perhaps twice for one delivery."""

    async def take(request: web.Request) -> web.StreamResponse:
        provider, connection = request.match_info["provider"], request.match_info["connection"]
        try:
            if provider not in hooks:
                raise Missing("There is no tracker by this name that sends webhooks.")
            headers = {name.lower(): value for name, value in request.headers.items()}
            body = await _body(request, seconds)
            hint = hooks[provider].read(settings, HookDelivery(connection, headers, body, clock()))
            await heard(provider, connection, hint)
        except ReplaybookError as error:
            status = next(status for kind, status in STATUSES if isinstance(error, kind))
            return _answer(status, {"ok": False, "error": error.sentence})
        return _answer(200, {"ok": True})

    return [web.post(PATH, take)]


async def _body(request: web.Request, seconds: float) -> bytes:
    """The raw body, which is what is signed. Raises Misunderstood for one that is too long, cut off, or slow."""
    data = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_any():
                data += chunk
                if len(data) > MOST_BYTES:
                    raise Misunderstood("A webhook of this size is not read.")
    except (TimeoutError, web.HTTPException, web.RequestPayloadError, ClientPayloadError, OSError) as error:
        raise Misunderstood("The webhook didn’t arrive as a complete one.") from error
    return bytes(data)


def _answer(status: int, body: dict[str, object]) -> web.Response:
    response = web.Response(status=status, text=json.dumps(body), content_type="application/json")
    if status >= 400:
        response.force_close()  # the rest of the body may be long
    return response
