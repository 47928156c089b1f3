"""Speaks to whoever waits for a message that Slack refused, or makes wait."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import structlog
from redis.exceptions import RedisError

from bot.kernel.errors import ReplaybookError
from bot.kernel.messages import JsonObject
from bot.kernel.reply_address import ReplyAddress
from bot.slack.buttons import Pressed
from bot.slack.outbox.models import Message, Undelivered
from bot.slack.private_replies import PrivateReplies
from bot.slack.refusals import DELAYED, code_of, in_words
from bot.slack.web_api import Clients, called
from bot.state import keys
from bot.state.locks import LockLost
from bot.state.once import KEEP_S

JOIN = "channels:join"
DELAYS_S = 600.0
"""Whoever waits for one message hears of it once within this time."""

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class UndeliveredMessages:
    private: PrivateReplies

    async def in_place(self, undelivered: Undelivered) -> Message:
        return await self._message(undelivered, join="")

    async def refused(self, undelivered: Undelivered) -> None:
        """By the response URL first, which needs neither a key nor membership."""
        waits, key = undelivered.waits, f"undelivered:{undelivered.about}"
        try:
            if undelivered.message is not None:  # it was for their eyes anyway, and there is one way left
                await self.private.by_url(waits, undelivered.message)
                return
            message = await self._message(undelivered, await self._joinable(undelivered))
            await self._send_once(key, waits, message)
        except (ReplaybookError, RedisError, OSError, LockLost) as error:
            log.warning("whoever waits can't be told", about=undelivered.about, why=str(error))

    async def delayed(self, undelivered: Undelivered) -> None:
        waits, key = undelivered.waits, f"delayed:{undelivered.about}"
        try:
            person = await self.private.people.get(waits.team, waits.user)
            message = self.private.sentence(person, person.locale.text(DELAYED))
            await self._send_once(key, waits, message, DELAYS_S)
        except (ReplaybookError, RedisError, OSError, LockLost) as error:
            log.warning("whoever waits can't be told that it takes longer", about=undelivered.about, why=str(error))

    async def _send_once(self, key: str, waits: ReplyAddress, message: JsonObject, ttl: float = KEEP_S) -> None:
        async def send() -> str:
            if not await self.private.by_url(waits, message):
                await self.private.send_somehow(msgspec.structs.replace(waits, response_url=""), message)
            return ""

        await self.private.once.run(keys.once(waits.team, "private", key), send, ttl=ttl)

    async def _message(self, undelivered: Undelivered, join: str) -> JsonObject:
        person = await self.private.people.get(undelivered.waits.team, undelivered.waits.user)
        locale = person.locale
        return self.private.messages.message(
            "not_sent",
            locale,
            sentence=in_words(undelivered.error).text(locale),
            reference=undelivered.reference,
            join=join,
        )

    async def _joinable(self, undelivered: Undelivered) -> str:
        """Returns the value of the button that lets the bot join the channel; empty where it can't."""
        if code_of(undelivered.error) != "not_in_channel":
            return ""
        team, channel = undelivered.waits.team, undelivered.channel
        try:
            able = await can_join(self.private.clients, team, channel)
        except ReplaybookError:
            return ""
        return Pressed(undelivered.about.rpartition(":")[0], target=channel).value() if able else ""


async def can_join(clients: Clients, team: str, channel: str) -> bool:
    """Whether the bot may join a channel by itself: a public one, with the permission for it. Raises like `called`."""
    info = await called("conversations.info", clients.patient(team).conversations_info(channel=channel))
    about = info["channel"]
    closed = about.get("is_private") or about.get("is_im") or about.get("is_mpim") or about.get("is_archived")
    return not closed and JOIN in granted(info.headers)


def granted(headers: object) -> frozenset[str]:
    """Returns the permissions that Slack names with every answer of its Web API."""
    named = {str(name).lower(): str(value) for name, value in getattr(headers, "items", dict)()}
    return frozenset(scope.strip() for scope in named.get("x-oauth-scopes", "").split(","))
