"""oauth.v2.access, auth.revoke and apps.uninstall."""

from __future__ import annotations

from typing import Any

from standins.slack.api.args import Args
from standins.slack.app_grants import AppGrant
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


async def access(team: WorkspaceTeam, args: Args) -> Json:
    """A code, or a refresh token, for a token. Client id and secret come as Basic authentication or as arguments."""
    _check_client(team, args)
    kind = args.text("grant_type", "authorization_code")
    if kind == "refresh_token":
        return _answer(team, team.grants.refreshed(args.required("refresh_token")), installing=False)
    if kind != "authorization_code":
        raise WorkspaceRefused("invalid_grant_type")
    return _answer(team, team.grants.exchange(args.text("code"), args.text("redirect_uri")), installing=True)


async def revoke(_team: WorkspaceTeam, args: Args) -> Json:
    if args.flag("test"):
        return {"revoked": False}
    leave(args.granted, "token_revoked")
    return {"revoked": True}


async def uninstall(team: WorkspaceTeam, args: Args) -> Json:
    _check_client(team, args)
    leave(args.granted, "account_inactive")
    return {}


def leave(grant: AppGrant, code: str) -> None:
    """Ends an installation, and tells the app of it as Slack does: the token first, then the app itself."""
    envelopes = [team.deliveries.envelopes_of_leaving(grant) for team in grant.teams[:1]]
    grant.teams[0].grants.end(grant, code)
    for team, envelope in zip(grant.teams, envelopes, strict=False):
        team.deliveries.send_all(envelope)


def _check_client(team: WorkspaceTeam, args: Args) -> None:
    app = team.grants.oauth
    if app is None or args.text("client_id") != app.client_id:
        raise WorkspaceRefused("invalid_client_id")
    if args.text("client_secret") != app.client_secret:
        raise WorkspaceRefused("bad_client_secret")


def _answer(team: WorkspaceTeam, grant: AppGrant, *, installing: bool) -> Json:
    first = grant.teams[0]
    organization = grant.organization or team.grants.organization_of(first.seed.team_id)
    body: Json = {
        "app_id": first.seed.app_id,
        "access_token": grant.token,
        "token_type": "bot",
        "scope": ",".join(sorted(grant.scopes)),
        "bot_user_id": first.bot.id,
        "team": None if grant.organization else {"id": first.seed.team_id, "name": first.seed.team_name},
        "enterprise": {"id": organization.id, "name": organization.name} if organization else None,
        "is_enterprise_install": grant.organization is not None,
    }
    if installing:
        body["authed_user"] = {"id": grant.installer}
    if grant.refresh:
        life = grant.expires_at - team.config.clock()
        body |= {"refresh_token": grant.refresh, "expires_in": round(life)}
    return body
