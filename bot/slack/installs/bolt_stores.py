"""Bolt's installation store and state store on our records, so that they are in Redis or Postgres like all the rest."""

from __future__ import annotations

import secrets
from hashlib import sha256
from logging import Logger, getLogger
from typing import Any

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.kernel.clock import Clock
from bot.kernel.errors import Conflict
from bot.slack.installs.installations import Installations, Installed
from bot.slack.installs.tenants import installed_for
from bot.slack.installs.token_cipher import BotTokens
from bot.state import keys
from bot.state.records import Records, RecordStore


class RecordedInstallations(AsyncInstallationStore):
    """One bot token for each workspace or organization. Tokens of users are not asked for, and not kept."""

    def __init__(self, installations: Installations, clock: Clock) -> None:
        self._installations = installations
        self._clock = clock

    @property
    def logger(self) -> Logger:
        return getLogger(__name__)

    async def async_save(self, installation: Installation) -> None:
        """Raises Conflict under too many at once, and what the records raise."""
        at = self._clock().timestamp()
        # The kit's own times are the machine's; only the length between them counts here.
        expires = installation.bot_token_expires_at
        lives = expires - installation.installed_at if expires else 0
        tenant = installed_for(installation.enterprise_id, installation.team_id, installation.is_enterprise_install)
        tokens = BotTokens(tenant, installation.bot_token or "", installation.bot_refresh_token or "")
        await self._installations.save(_record_of(installation, tenant, at, at + lives if lives > 0 else 0.0), tokens)

    async def async_save_bot(self, bot: Bot) -> None:
        """Nobody calls it: tokens are renewed by `WorkspaceTokens`."""
        raise NotImplementedError

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        installation = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return installation.to_bot() if installation else None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """Raises Unauthorized where no key opens its tokens."""
        installation = await self._installations.find(installed_for(enterprise_id, team_id, is_enterprise_install))
        if installation is None or (user_id and user_id != installation[0].installed_by):
            return None
        return _as_bolts(installation[0], self._installations.tokens(installation[0]))

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        await self._installations.remove(team_id or enterprise_id or "")

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self._installations.remove(team_id or enterprise_id or "")


class RecordedStates(AsyncOAuthStateStore):
    """States are good for ten minutes (their lifetime in records.py) and for one use, whichever process is asked."""

    def __init__(self, store: RecordStore) -> None:
        self._records = Records(store, bool)

    @property
    def logger(self) -> Logger:
        return getLogger(__name__)

    async def async_issue(self, *_: Any, **__: Any) -> str:
        state = secrets.token_urlsafe(24)
        await self._records.put(_state_key(state), True)
        return state

    async def async_consume(self, state: str) -> bool:
        record = await self._records.get(_state_key(state))
        if record is None:
            return False
        try:
            await self._records.delete(_state_key(state), record[1])
        except Conflict:  # a second browser with the same state was faster
            return False
        return True


def _state_key(state: str) -> str:
    """Names it by a digest: who can read the records can't go on with somebody's installation."""
    return keys.record(keys.ALL, "install-state", sha256(state.encode("utf-8", "replace")).hexdigest())


def _record_of(installation: Installation, tenant: str, at: float, expires_at: float) -> Installed:
    return Installed(
        tenant=tenant,
        encrypted="",
        team=installation.team_id or "",
        team_name=installation.team_name or "",
        enterprise=installation.enterprise_id or "",
        enterprise_name=installation.enterprise_name or "",
        org_wide=bool(installation.is_enterprise_install),
        app=installation.app_id or "",
        bot=installation.bot_id or "",
        bot_user=installation.bot_user_id or "",
        scopes=tuple(installation.bot_scopes or ()),
        expires_at=expires_at,
        installed_at=at,
        installed_by=installation.user_id or "",
    )


def _as_bolts(installed: Installed, tokens: BotTokens) -> Installation:
    return Installation(
        app_id=installed.app,
        enterprise_id=installed.enterprise or None,
        enterprise_name=installed.enterprise_name or None,
        team_id=installed.team or None,
        team_name=installed.team_name or None,
        bot_token=tokens.access,
        bot_id=installed.bot,
        bot_user_id=installed.bot_user,
        bot_scopes=list(installed.scopes),
        bot_refresh_token=tokens.refresh or None,
        bot_token_expires_at=int(installed.expires_at) or None,
        user_id=installed.installed_by,
        is_enterprise_install=installed.org_wide,
        installed_at=installed.installed_at,
    )
