"""The bot token of each workspace and organization, renewed in time where tokens expire.

A refresh token works once, so one process renews at a time, under a lock, and the others read what it has written.
https://docs.slack.dev/authentication/using-token-rotation
"""

from __future__ import annotations

from typing import Any

import aiohttp
import structlog
from redis.asyncio import Redis
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.clock import Clock
from bot.kernel.errors import Conflict, Unauthorized, Unavailable, Upstream
from bot.slack.installs.installations import Installations, Installed
from bot.slack.installs.token_cipher import BotTokens
from bot.slack.web_api import NotInstalled, SlackRefused, Tokens, called
from bot.state import keys
from bot.state.locks import LockLost, held

RENEWED_BEFORE_S = 2 * 3600.0
"""A token lives for twelve hours."""
WAIT_S = 10.0

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class OAuthClient:
    """The app as Slack knows it, and the one method that speaks for it: oauth.v2.access."""

    def __init__(self, session: aiohttp.ClientSession, api_url: str, client_id: str, client_secret: str) -> None:
        self.web = AsyncWebClient(None, api_url, session=session, retry_handlers=[])
        self._id = client_id
        self._secret = client_secret

    async def refreshed(self, refresh_token: str) -> dict[str, Any]:
        """Raises like `called`."""
        call = self.web.oauth_v2_access(
            client_id=self._id,
            client_secret=self._secret,
            grant_type="refresh_token",
            refresh_token=refresh_token,
        )
        return dict((await called("oauth.v2.access", call)).data)


class WorkspaceTokens:
    """`own` is the token of the setting, if any: of the workspace that it belongs to and has no installation."""

    def __init__(
        self, redis: Redis, installations: Installations, oauth: OAuthClient, clock: Clock, own: OwnToken | None = None
    ) -> None:
        self._redis = redis
        self._installations = installations
        self._oauth = oauth
        self._clock = clock
        self._own = own

    async def token(self, team: str, /) -> str:
        """Raises NotInstalled, and Upstream where it can't be told now."""
        installation = await self._installations.find(team)
        if installation is None:
            return await self._own_token(team)
        installed = installation[0]
        tokens = self._installations.tokens(installed)
        if not self._is_old(installed):
            return tokens.access
        try:
            return await self._renewed(team, tokens.access)
        except (Upstream, SlackRefused, Conflict, LockLost) as error:
            if installed.expires_at > self._clock().timestamp():
                log.warning("a token can't be renewed yet", team=team, why=error.sentence)
                return tokens.access
            if isinstance(error, Upstream | LockLost):
                raise
            raise Unauthorized("Slack doesn’t renew the token of %(team)s.", team=team, code="token_expired") from error

    async def after_refusal(self, team: str, refused: str, /) -> str | None:
        """Returns the token to use where Slack has just refused this one; None without another. Raises Upstream."""
        installation = await self._installations.find(team)
        if installation is None:
            return None
        tokens = self._installations.tokens(installation[0])
        if tokens.access != refused:
            return tokens.access
        if not tokens.refresh:
            return None
        try:
            return await self._renewed(team, refused)
        except (SlackRefused, Conflict, LockLost, Unauthorized):
            return None

    async def _own_token(self, team: str) -> str:
        if self._own and await self._own.belongs_to(team):
            return self._own.token
        raise NotInstalled(team)

    def _is_old(self, installed: Installed) -> bool:
        return 0 < installed.expires_at < self._clock().timestamp() + RENEWED_BEFORE_S

    async def _renewed(self, team: str, old: str) -> str:
        """Raises Upstream, SlackRefused, and Conflict where another process doesn't come to an end."""
        async with held(self._redis, keys.lock(keys.record(team, "installation", "app")), wait=WAIT_S):
            installation = await self._installations.find(team)
            if installation is None:
                raise NotInstalled(team)
            installed, version = installation
            tokens = self._installations.tokens(installed)
            if tokens.access != old:  # another process has renewed it, or somebody has installed the app again
                return tokens.access
            answer = await self._oauth.refreshed(tokens.refresh)
            new, expires_at = self._read(installed.tenant, answer)
            try:
                await self._installations.renew(installed, version, new, expires_at)
            except Conflict:
                again = await self._installations.find(team)
                if again is None:
                    raise NotInstalled(team) from None
                return self._installations.tokens(again[0]).access
            return new.access

    def _read(self, tenant: str, answer: dict[str, Any]) -> tuple[BotTokens, float]:
        access, refresh = answer.get("access_token"), answer.get("refresh_token")
        if not isinstance(access, str) or not isinstance(refresh, str) or not access:
            raise Unavailable("Slack’s answer to %(method)s has no token.", method="oauth.v2.access")
        lives = answer.get("expires_in")
        expires_at = self._clock().timestamp() + lives if isinstance(lives, int | float) else 0.0
        return BotTokens(tenant, access, refresh), expires_at


class OwnToken:
    """The token of the setting, beside installations by OAuth. Slack is asked once whose it is."""

    def __init__(self, token: str, client: AsyncWebClient) -> None:
        self.token = token
        self._client = client
        self._tenant = ""

    async def belongs_to(self, team: str) -> bool:
        """Raises Upstream while Slack doesn't tell."""
        if not self._tenant:
            answer = await called("auth.test", self._client.auth_test(token=self.token))
            org_wide = bool(answer.get("is_enterprise_install"))
            self._tenant = str(answer.get("enterprise_id" if org_wide else "team_id") or "")
        return team == self._tenant


__all__ = ["OAuthClient", "OwnToken", "Tokens", "WorkspaceTokens"]
