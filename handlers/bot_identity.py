"""Who the bot is in each workspace. Slack is asked until it tells; till then nobody is turned away, and events wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.kernel.clock import jittered
from bot.kernel.errors import ReplaybookError
from bot.slack.installs.installations import Installations
from bot.slack.web_api import Clients, called

PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BotUser:
    """The bot's own user id and bot id in a workspace; both are empty until Slack told them."""

    user: str = ""
    bot: str = ""


class Identities(Protocol):
    async def of(self, tenant: str) -> BotUser | None:
        """Returns None where the app isn't installed. Raises Upstream and what the records raise."""

    async def known(self) -> None:
        """Returns as soon as nothing is left that only Slack can tell."""


class BotIdentity:
    """Of the token of the setting, in every workspace that speaks."""

    def __init__(self, clients: Clients) -> None:
        self.tenant = ""
        self._who = BotUser()
        self._clients = clients
        self._is_known = asyncio.Event()

    async def known(self) -> None:
        """Returns as soon as Slack has told who the bot is."""
        await self._is_known.wait()

    async def of(self, tenant: str) -> BotUser | None:
        return self._who

    @asynccontextmanager
    async def learning(self) -> AsyncIterator[None]:
        asking = asyncio.create_task(self._ask())
        try:
            yield
        finally:
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking

    async def _ask(self) -> None:
        tries = 0
        while not self._is_known.is_set():
            try:
                answer = await called("auth.test", self._clients.patient("").auth_test())
                self._who = BotUser(str(answer.get("user_id") or ""), str(answer.get("bot_id") or ""))
                org_wide = answer.get("is_enterprise_install")
                self.tenant = str(answer.get("enterprise_id" if org_wide else "team_id") or "")
                self._is_known.set()
            except ReplaybookError as error:
                log.warning("Slack doesn't tell who the bot is; events wait", why=error.sentence, tries=tries)
                pause = min(PAUSE_S * 2.0 ** min(tries, 10), LONGEST_PAUSE_S)
                await asyncio.sleep(jittered(pause))
                tries += 1


class InstalledIdentities:
    """As the installations say; of `own`, the token of the setting, in its workspace where that has none."""

    def __init__(self, installations: Installations, own: BotIdentity | None = None) -> None:
        self._installations = installations
        self._own = own

    async def known(self) -> None:
        if self._own:
            await self._own.known()

    async def of(self, tenant: str) -> BotUser | None:
        if installation := await self._installations.find(tenant):
            return BotUser(installation[0].bot_user, installation[0].bot)
        if self._own and self._own.tenant in {"", tenant}:
            return await self._own.of(tenant)
        return None
