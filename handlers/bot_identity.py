"""Who the bot is in Slack. Slack is asked until it tells; till then nobody is turned away, and events wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from slack_bolt.authorization import AuthorizeResult

from bot.kernel.clock import jittered
from bot.kernel.errors import ReplaybookError
from bot.slack.web_api import Clients, called

PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class BotIdentity:
    """`user` is the bot's own user id and `bot` its bot id; both are empty until Slack told them."""

    def __init__(self, clients: Clients, token: str) -> None:
        self.user = ""
        self.bot = ""
        self._clients = clients
        self._token = token
        self._is_known = asyncio.Event()

    async def known(self) -> None:
        """Returns as soon as Slack has told who the bot is."""
        await self._is_known.wait()

    def authorized(self, enterprise: str | None, team: str | None) -> AuthorizeResult:
        """For Bolt, which would tell people to reinstall the app while Slack can't be asked."""
        return AuthorizeResult(
            enterprise_id=enterprise,
            team_id=team,
            bot_user_id=self.user or None,
            bot_id=self.bot or None,
            bot_token=self._token,
        )

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
                self.user, self.bot = str(answer.get("user_id") or ""), str(answer.get("bot_id") or "")
                self._is_known.set()
            except ReplaybookError as error:
                log.warning("Slack doesn't tell who the bot is; events wait", why=error.sentence, tries=tries)
                pause = min(PAUSE_S * 2.0 ** min(tries, 10), LONGEST_PAUSE_S)
                await asyncio.sleep(jittered(pause))
                tries += 1
