"""The records of who has installed the app. Tokens are in them encrypted, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

import msgspec

from bot.kernel.errors import Conflict
from bot.slack.installs.token_cipher import BotTokens, TokenCipher
from bot.state import keys
from bot.state.record_indexes import CreationOrder
from bot.state.records import ABSENT, Records, RecordStore

LISTED = "installations"
MOST_LISTED = 100_000


class Installed(msgspec.Struct, frozen=True):
    """An installation as it is kept. `tenant` is the workspace, or the organization of an org-wide one.

    `expires_at` is in seconds by the bot's clock; 0 for tokens that don't expire.
    """

    tenant: str
    encrypted: str
    team: str = ""
    team_name: str = ""
    enterprise: str = ""
    enterprise_name: str = ""
    org_wide: bool = False
    app: str = ""
    bot: str = ""
    bot_user: str = ""
    scopes: tuple[str, ...] = ()
    expires_at: float = 0.0
    installed_at: float = 0.0
    installed_by: str = ""

    @property
    def name(self) -> str:
        return (self.enterprise_name if self.org_wide else self.team_name) or self.tenant


class Installations:
    """Reading one costs one look at the records; nothing is remembered here, so every process knows the same."""

    def __init__(self, store: RecordStore, cipher: TokenCipher) -> None:
        self._records = Records(store, Installed)
        self._order = CreationOrder(store, LISTED, former=keys.record(keys.ALL, LISTED, "none"), most=MOST_LISTED)
        self._cipher = cipher

    async def find(self, tenant: str) -> tuple[Installed, int] | None:
        """The installation and its version."""
        return await self._records.get(_key(tenant)) if tenant else None

    def tokens(self, installed: Installed) -> BotTokens:
        """Raises Unauthorized where no key opens them."""
        return self._cipher.decrypt(installed.tenant, installed.encrypted)

    async def save(self, installed: Installed, tokens: BotTokens) -> None:
        """Puts it in the place of whatever was there: who installs again gets new tokens."""
        sealed = msgspec.structs.replace(installed, encrypted=self._cipher.encrypt(tokens))
        await self._order.add(installed.tenant, installed.tenant)
        await self._records.change(_key(installed.tenant), lambda _: sealed)

    async def renew(self, installed: Installed, version: int, tokens: BotTokens, expires_at: float) -> Installed:
        """Writes new tokens over this version. Raises Conflict where somebody was faster."""
        sealed = msgspec.structs.replace(installed, encrypted=self._cipher.encrypt(tokens), expires_at=expires_at)
        await self._records.put(_key(installed.tenant), sealed, version)
        return sealed

    async def remove(self, tenant: str, version: int | None = None) -> None:
        """Removes it at this version, or at whichever it has. Raises Conflict where it changed meanwhile."""
        version = await self._records.version(_key(tenant)) if version is None else version
        if version != ABSENT:
            await self._records.delete(_key(tenant), version)

    async def every(self) -> AsyncIterator[Installed]:
        """The newest first."""
        for tenant in await self._order.newest(None, MOST_LISTED):
            if installation := await self.find(tenant):
                yield installation[0]

    async def encrypt_again(self) -> int:
        """Encrypts with the newest key what an older one encrypts, and returns how many that were.

        Raises Unauthorized where no key opens one.
        """
        changed = 0
        async for installed in self.every():
            current = await self.find(installed.tenant)
            if current is None or self._cipher.is_by_newest_key(current[0].encrypted):
                continue
            with suppress(Conflict):  # somebody has just renewed it, with the newest key
                await self.renew(*current, self.tokens(current[0]), current[0].expires_at)
            changed += 1
        return changed


def _key(tenant: str) -> str:
    return keys.record(tenant, "installation", "app")
