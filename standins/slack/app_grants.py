"""What the app was granted and where: tokens, codes on their way to one, refresh tokens. Shared by several workspaces.

One workspace alone has one grant, the token of its configuration. With an `OAuthApp` each workspace, or a whole
organization, grants a token of its own when somebody installs the app.
https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/authentication/using-token-rotation
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from standins.slack.web_api_errors import WorkspaceRefused

if TYPE_CHECKING:
    from standins.slack.workspace_team import WorkspaceTeam

CODE_LIFE_S = 600.0


@dataclass(frozen=True, slots=True)
class Organization:
    """An Enterprise Grid organization and the ids of its workspaces."""

    id: str
    name: str
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """The app as it is registered with Slack. `token_life` is in seconds, 0 without token rotation."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    token_life: float = 0.0
    organizations: tuple[Organization, ...] = ()


@dataclass(slots=True)
class AppGrant:
    """A token. `organization` is set for an org-wide one. `ended` is Slack's code for why it is no longer good."""

    token: str
    scopes: frozenset[str]
    teams: tuple[WorkspaceTeam, ...]
    organization: Organization | None = None
    installer: str = ""
    expires_at: float = 0.0
    refresh: str = ""
    ended: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    target: str
    user: str
    scopes: frozenset[str]
    redirect_uri: str
    expires_at: float


class AppGrants:
    """`oauth` is None for a workspace whose one token is configured."""

    def __init__(self, clock: Callable[[], float], oauth: OAuthApp | None = None) -> None:
        self.oauth = oauth
        self.teams: dict[str, WorkspaceTeam] = {}
        self._clock = clock
        self._grants: list[AppGrant] = []
        self._codes: dict[str, AuthorizationCode] = {}

    def add(self, grant: AppGrant) -> AppGrant:
        self._grants.append(grant)
        return grant

    def by_token(self, token: str) -> AppGrant:
        """Raises WorkspaceRefused with Slack's code for a token that is unknown, expired or revoked."""
        grant = next((each for each in self._grants if secrets.compare_digest(each.token, token)), None)
        if grant is None:
            raise WorkspaceRefused("invalid_auth")
        if grant.ended:
            raise WorkspaceRefused(grant.ended)
        if grant.expires_at and self._clock() >= grant.expires_at:
            raise WorkspaceRefused("token_expired")
        return grant

    def of_team(self, team: str) -> AppGrant | None:
        """Returns the newest grant by which the app is installed in a workspace, whether its token is fresh or not."""
        return next((each for each in reversed(self._grants) if not each.ended and team in _ids(each)), None)

    def code(self, target: str, user: str, scopes: frozenset[str], redirect_uri: str) -> str:
        """Returns the code that the app exchanges for a token of the workspace or organization `target`."""
        name = f"{secrets.randbelow(10**10)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._codes[name] = AuthorizationCode(target, user, scopes, redirect_uri, self._clock() + CODE_LIFE_S)
        return name

    def exchange(self, code: str, redirect_uri: str) -> AppGrant:
        """A code works once. Raises WorkspaceRefused, also where the organization has installed the app."""
        known = self._codes.pop(code, None)
        if known is None or self._clock() > known.expires_at:
            raise WorkspaceRefused("invalid_code")
        if redirect_uri != known.redirect_uri:
            raise WorkspaceRefused("bad_redirect_uri")
        organization = self.organization(known.target)
        ids = organization.teams if organization else (known.target,)
        held = self.of_team(known.target)
        if held and held.organization:
            raise WorkspaceRefused("cannot_install_an_org_installed_app")
        for team in ids:  # who installs again gets another token, and an organization takes its workspaces over
            while former := self.of_team(team):
                former.ended = "token_revoked"
        teams = tuple(self.teams[team] for team in ids)
        return self.add(self._fresh(AppGrant("", known.scopes, teams, organization, known.user)))

    def refreshed(self, refresh_token: str) -> AppGrant:
        """A refresh token works once; the former access token stays good until it expires.

        Raises WorkspaceRefused `invalid_refresh_token`.
        """
        known = next((each for each in self._grants if each.refresh and each.refresh == refresh_token), None)
        if known is None or known.ended:
            raise WorkspaceRefused("invalid_refresh_token")
        known.refresh = ""
        return self.add(self._fresh(AppGrant("", known.scopes, known.teams, known.organization, known.installer)))

    def end(self, grant: AppGrant, code: str) -> None:
        """Ends a token and every other of the same installation."""
        for each in self._grants:
            if not each.ended and each.teams == grant.teams:
                each.ended = code

    def organization(self, id: str) -> Organization | None:
        known = self.oauth.organizations if self.oauth else ()
        return next((each for each in known if each.id == id), None)

    def organization_of(self, team: str) -> Organization | None:
        known = self.oauth.organizations if self.oauth else ()
        return next((each for each in known if team in each.teams), None)

    def _fresh(self, grant: AppGrant) -> AppGrant:
        life = self.oauth.token_life if self.oauth else 0.0
        grant.token = f"{'xoxe.xoxb-1' if life else 'xoxb'}-{secrets.token_hex(20)}"
        if life:
            grant.expires_at, grant.refresh = self._clock() + life, f"xoxe-1-{secrets.token_hex(20)}"
        return grant


def _ids(grant: AppGrant) -> set[str]:
    return {team.seed.team_id for team in grant.teams}
