"""A request of a person: JSON in, JSON out, with who is acting; and the guard against other sites' pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.kernel.locale import Locale
from standins.slack.team import WorkspaceTeam
from standins.slack.web_api_errors import WorkspaceRefused

Json = dict[str, Any]
Handler = Callable[[WorkspaceTeam, Json], Awaitable[Json]]
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def answer(team: WorkspaceTeam, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Query and JSON body become one object; Refused becomes `{"ok": false, "error": code}`."""

    async def handle(request: web.Request) -> web.Response:
        try:
            body = {"ok": True, **await handler(team, await _values(request))}
        except WorkspaceRefused as refused:
            body = refused.body()
        return web.json_response(body)

    return handle


async def _values(request: web.Request) -> Json:
    values: Json = dict(request.query)
    if request.method == "POST":
        if request.content_type != "application/json":
            raise WorkspaceRefused("json_needed")
        try:
            body = await request.json()
        except ValueError:
            raise WorkspaceRefused("invalid_json") from None
        values |= body if isinstance(body, dict) else {}
    return values


def acting(team: WorkspaceTeam, asked: Json) -> str:
    """Who acts: a person of the team, never the bot."""
    user = team.person(str(asked.get("user", ""))).id
    if user == team.bot.id:
        raise WorkspaceRefused("user_not_found")
    return user


def inside(team: WorkspaceTeam, asked: Json) -> Json:
    """The channel asked for, if this person is in it."""
    channel, user = team.channel(str(asked.get("channel", ""))), acting(team, asked)
    if user not in channel["members"]:
        raise WorkspaceRefused("not_in_channel")
    return channel


def locale_of(team: WorkspaceTeam, user: str) -> Locale:
    person = team.person(user)
    return Locale.of(person.locale, person.zone)


def guard(team: WorkspaceTeam) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Nobody signs in here, so pages of other sites must not reach it: no foreign Origin, no foreign Host."""
    hosts = LOCAL | {urlsplit(team.config.root).hostname or ""}

    @web.middleware
    async def guarded(
        request: web.Request, handler: Callable[..., Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if urlsplit(f"//{request.host}").hostname not in hosts:
            raise web.HTTPForbidden(text="This host name is not mine.")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="Requests from other sites are not taken.")
        return await handler(request)

    return guarded
