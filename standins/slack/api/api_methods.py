"""`/api/<method>`: faults, method, token and scopes in that order, then the work, then the journal."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from aiohttp import web

from standins.slack.api import APP_LEVEL, METHODS, OPEN, OWN_KEYS
from standins.slack.api.args import Args, read_args
from standins.slack.api.faulty_calls import after_the_call, instead_of_the_call
from standins.slack.api.openid_api import credentials
from standins.slack.app_grants import AppGrant
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

OF_A_WORKSPACE = frozenset({"usergroups.list", "usergroups.users.list", "users.conversations"})
"""Methods that need `team_id` with the token of an organization."""
SECRETS = frozenset({"access_token", "refresh_token"})


class Api:
    """Serves every workspace that shares the app's grants: the token says which one is meant."""

    def __init__(self, team: WorkspaceTeam) -> None:
        self._team = team

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.route(verb, "/api/{method}", self._handle) for verb in ("GET", "POST")]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        team, name, args = self._team, request.match_info["method"], Args({})
        headers, status = {}, 200
        try:
            args = await read_args(request)
            with suppress(WorkspaceRefused):
                team = self._caller(request, args)[0]
            headers = {"X-OAuth-Scopes": ",".join(sorted(team.granted))}
            if response := await instead_of_the_call(team, request, name, args):
                team.journal.note("api", name, args=args.without_token(), ok=False, error="", body={})
                return response
            body = {"ok": True, **await self._call(request, name, args)}
        except WorkspaceRefused as refused:
            body, status, headers = refused.body(), refused.status, {**headers, **refused.headers}
        noted = {key: value for key, value in body.items() if key not in SECRETS}
        team.journal.note(
            "api", name, args=args.without_token(), ok=body["ok"], error=body.get("error", ""), body=noted
        )
        response = web.json_response(body, status=status, headers=headers)
        return await after_the_call(team, request, name, args, response)

    async def _call(self, request: web.Request, name: str, args: Args) -> dict[str, Any]:
        method = METHODS.get(name)
        if method is None:
            raise WorkspaceRefused("unknown_method", req_method=name)
        if method.scopes == OWN_KEYS:
            return await method.call(self._team, args.with_values(credentials(request)))
        if method.scopes == OPEN:
            return await method.call(self._team, args)
        if method.scopes == APP_LEVEL:
            self._authorize_app(request, _token(request, args))
            return await method.call(self._team, args)
        team, args.granted = self._caller(request, args)
        if args.granted.organization and name in OF_A_WORKSPACE and not args.text("team_id"):
            raise WorkspaceRefused("missing_argument")
        needed, granted = method.scopes.split(), args.granted.scopes
        if needed and granted.isdisjoint(needed):
            raise WorkspaceRefused("missing_scope", needed=",".join(needed), provided=",".join(sorted(granted)))
        return await method.call(team, args)

    def _authorize_app(self, request: web.Request, token: str) -> None:
        """Raises WorkspaceRefused: a connection is opened by POST, with an app-level token (xapp-...)."""
        if request.method != "POST":
            raise WorkspaceRefused("insecure_request")
        if token == self._team.config.token:
            raise WorkspaceRefused("not_allowed_token_type")
        if not self._team.config.app_token or token != self._team.config.app_token:
            raise WorkspaceRefused("invalid_auth")

    def _caller(self, request: web.Request, args: Args) -> tuple[WorkspaceTeam, AppGrant]:
        """Returns the workspace that a call is about, and what its token was granted."""
        grant = self._team.grants.by_token(_token(request, args))
        return _meant(grant, args), grant


def _token(request: web.Request, args: Args) -> str:
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    token = bearer.strip() if kind.lower() == "bearer" else args.text("token")
    if not token:
        raise WorkspaceRefused("not_authed")
    return token


def _meant(grant: AppGrant, args: Args) -> WorkspaceTeam:
    """Returns the one workspace of a token; of an organization's, the one that has what the call names."""
    if wanted := args.text("team_id"):
        named = next((team for team in grant.teams if team.seed.team_id == wanted), None)
        if named is None and grant.organization:
            raise WorkspaceRefused("team_access_not_granted")
        return named or grant.teams[0]
    return next((team for team in grant.teams if len(grant.teams) > 1 and _has(team, args)), grant.teams[0])


def _has(team: WorkspaceTeam, args: Args) -> bool:
    channel = args.text("channel") or args.text("channel_id")
    if channel:
        return team.store.get("channel", channel) is not None or channel in team.people
    views = {view["id"] for stack in team.stacks.values() for view in stack}
    return (
        args.text("user") in team.people
        or args.text("view_id") in views
        or team.triggers.knows(args.text("trigger_id"))
        or team.store.get("file", args.text("file")) is not None
    )
