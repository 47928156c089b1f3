"""Requests of the page: JSON in and out, the acting person, and the guard against other sites' pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.kernel.locale import Locale
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]
Handler = Callable[[WorkspaceTeam, Json], Awaitable[Json]]
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def endpoint(team: WorkspaceTeam, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Returns a handler that gets query and body as one object; a refusal becomes `{"ok": false, "error": code}`."""

    async def handle(request: web.Request) -> web.Response:
        try:
            body = {"ok": True, **await handler(team, await _request_body(request))}
        except WorkspaceRefused as refused:
            body = refused.body()
        return web.json_response(body)

    return handle


async def _request_body(request: web.Request) -> Json:
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


def numbered(handler: Handler) -> Handler:
    """Says with what is read the `number` of the last event of the feed: at most the events after that are missing."""

    async def handle(team: WorkspaceTeam, body: Json) -> Json:
        number = team.feed.published
        return {"number": number, **await handler(team, body)}

    return handle


def acting_user(team: WorkspaceTeam, body: Json) -> str:
    """Returns who acts: a person of the team, never the bot."""
    user = team.person(str(body.get("user", ""))).id
    if user == team.bot.id:
        raise WorkspaceRefused("user_not_found")
    return user


def joined_channel(team: WorkspaceTeam, body: Json) -> Json:
    """Returns the channel of the request, if this person is in it."""
    channel, user = team.channel(str(body.get("channel", ""))), acting_user(team, body)
    if user not in channel["members"]:
        raise WorkspaceRefused("not_in_channel")
    return channel


def locale_of(team: WorkspaceTeam, user: str) -> Locale:
    person = team.person(user)
    return Locale.of(person.locale, person.zone)


def guard(team: WorkspaceTeam) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Refuses foreign origins and host names: nobody signs in here, so pages of other sites must not reach it."""
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
