"""`/api/<method>`: faults, method, token and scopes in that order, then the work, then the journal."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from standins.slack.api import APP_LEVEL, METHODS, OPEN, OWN_KEYS, Method
from standins.slack.api.args import Args, read_args
from standins.slack.api.faulty_calls import after_the_call, instead_of_the_call
from standins.slack.api.openid_api import credentials
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam


class Api:
    def __init__(self, team: WorkspaceTeam) -> None:
        self._team = team

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.route(verb, "/api/{method}", self._handle) for verb in ("GET", "POST")]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        team, name, args = self._team, request.match_info["method"], Args({})
        headers, status = {"X-OAuth-Scopes": ",".join(sorted(team.config.scopes))}, 200
        try:
            args = await read_args(request)
            if response := await instead_of_the_call(team, request, name, args):
                team.journal.note("api", name, args=args.without_token(), ok=False, error="", body={})
                return response
            body = {"ok": True, **await self._call(request, name, args)}
        except WorkspaceRefused as refused:
            body, status, headers = refused.body(), refused.status, {**headers, **refused.headers}
        team.journal.note("api", name, args=args.without_token(), ok=body["ok"], error=body.get("error", ""), body=body)
        response = web.json_response(body, status=status, headers=headers)
        return await after_the_call(team, request, name, args, response)

    async def _call(self, request: web.Request, name: str, args: Args) -> dict[str, Any]:
        method = METHODS.get(name)
        if method is None:
            raise WorkspaceRefused("unknown_method", req_method=name)
        if method.scopes == OWN_KEYS:
            return await method.call(self._team, args.with_values(credentials(request)))
        if method.scopes != OPEN:
            self._authorize(request, args, method)
        return await method.call(self._team, args)

    def _authorize(self, request: web.Request, args: Args, method: Method) -> None:
        kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
        token = bearer.strip() if kind.lower() == "bearer" else args.text("token")
        if not token:
            raise WorkspaceRefused("not_authed")
        if method.scopes == APP_LEVEL:
            self._authorize_app(request, token)
            return
        if token != self._team.config.token:
            raise WorkspaceRefused("invalid_auth")
        needed, granted = method.scopes.split(), self._team.config.scopes
        if needed and granted.isdisjoint(needed):
            raise WorkspaceRefused("missing_scope", needed=",".join(needed), provided=",".join(sorted(granted)))

    def _authorize_app(self, request: web.Request, token: str) -> None:
        """Raises WorkspaceRefused: a connection is opened by POST, with an app-level token (xapp-...)."""
        if request.method != "POST":
            raise WorkspaceRefused("insecure_request")
        if token == self._team.config.token:
            raise WorkspaceRefused("not_allowed_token_type")
        if not self._team.config.app_token or token != self._team.config.app_token:
            raise WorkspaceRefused("invalid_auth")
