"""`/api/<method>`: faults, method, token and scopes in that order, then the work, then the journal."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from standins.slack.api import METHODS, OPEN, Method
from standins.slack.api.args import Args, read_args
from standins.slack.team import WorkspaceTeam
from standins.slack.web_api_errors import WorkspaceRefused


class Api:
    def __init__(self, team: WorkspaceTeam) -> None:
        self._team = team

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.route(way, "/api/{method}", self._answer) for way in ("GET", "POST")]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name, args, limit = request.match_info["method"], Args({}), None
        try:
            args = await read_args(request)
            body = {"ok": True, **await self._call(request, name, args)}
        except WorkspaceRefused as refused:
            body, limit = refused.body(), refused.retry_after
        self._team.journal.note("api", name, args=args.shown(), ok=body["ok"], error=body.get("error", ""), body=body)
        if self._team.faults.take("lost_response", name):
            return _broken(request)
        if limit is not None:
            return web.json_response(body, status=429, headers={"Retry-After": str(limit)})
        return web.json_response(body, headers={"X-OAuth-Scopes": ",".join(sorted(self._team.config.scopes))})

    async def _call(self, request: web.Request, name: str, args: Args) -> dict[str, Any]:
        faults = self._team.faults
        if fault := faults.take("slow", name):
            await asyncio.sleep(float(fault.get("seconds", 1)))
        if fault := faults.take("ratelimit", name):
            raise WorkspaceRefused("ratelimited", retry_after=int(fault.get("retry_after", 1)))
        if fault := faults.take("error", name):
            raise WorkspaceRefused(str(fault.get("error", "internal_error")))
        method = METHODS.get(name)
        if method is None:
            raise WorkspaceRefused("unknown_method", req_method=name)
        if method.scopes != OPEN:
            self._allow(request, args, method)
        return await method.call(self._team, args)

    def _allow(self, request: web.Request, args: Args, method: Method) -> None:
        kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
        token = bearer.strip() if kind.lower() == "bearer" else args.text("token")
        if not token:
            raise WorkspaceRefused("not_authed")
        if token != self._team.config.token:
            raise WorkspaceRefused("invalid_auth")
        wanted, granted = method.scopes.split(), self._team.config.scopes
        if wanted and granted.isdisjoint(wanted):
            raise WorkspaceRefused("missing_scope", needed=",".join(wanted), provided=",".join(sorted(granted)))


def _broken(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)
