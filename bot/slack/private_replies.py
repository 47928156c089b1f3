"""Says something to one person that nobody else has to read: the only way in which the bot speaks privately."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.kernel.clock import jittered
from bot.kernel.errors import ReplaybookError, Unauthorized, Unavailable, Upstream
from bot.kernel.messages import JsonObject, Messages
from bot.kernel.outside_calls import outside_call
from bot.kernel.reply_address import ReplyAddress, waited_for_by
from bot.slack.outbox import Outbox
from bot.slack.people import People
from bot.slack.person import Person
from bot.slack.web_api import UNREADABLE, Clients, SlackRefused, called
from bot.state import keys
from bot.state.once import KEEP_S, Once

__all__ = ["PrivateReplies", "ReplyAddress"]

URL_TIMEOUT_S, URL_TRIES, URL_PAUSE_S = 10, 3, 0.6

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PrivateReplies:
    """A message is marked as sent after it was sent, so that nothing is lost when Slack or the process goes away."""

    messages: Messages
    people: People
    clients: Clients
    outbox: Outbox
    once: Once

    async def say(
        self, address: ReplyAddress, sentence: str, *, reference: str = "", url: str = "", key: str = ""
    ) -> None:
        """One sentence in the person's language. Raises what `send` raises."""
        person = await self.people.get(address.team, address.user)
        await self.send(address, self.sentence(person, sentence, reference=reference, url=url), key=key)

    def sentence(self, person: Person, sentence: str, *, reference: str = "", url: str = "") -> JsonObject:
        """The message of one sentence. It may quote what others wrote, so it goes through a template like the rest."""
        return self.messages.message("private_sentence", person.locale, sentence=sentence, reference=reference, url=url)

    async def explain(self, address: ReplyAddress, error: ReplaybookError, *, key: str = "") -> None:
        """The sentence of an error, in the person's language. Raises what `send` raises."""
        person = await self.people.get(address.team, address.user)
        await self.send(address, self.sentence(person, error.text(person.locale)), key=key)

    async def send(self, address: ReplyAddress, message: JsonObject, *, key: str = "", for_s: float = KEEP_S) -> None:
        """Sends a message, once for a key within `for_s` seconds where there is one. Raises Upstream.

        A direct message stays, which is kinder than one that is gone with the next start. Elsewhere the response URL
        comes first, then an ephemeral message, and a direct message where the person can't be reached in the channel.
        """
        if not key:
            await self._send(address, message, key)
            return

        async def sent() -> str:
            await self._send(address, message, key)
            return ""

        await self.once.run(keys.once(address.team, "private", key), sent, ttl=for_s)

    async def send_somehow(self, address: ReplyAddress, message: JsonObject) -> None:
        """Sends a message for which nobody comes back: while Slack is away, it waits as a direct message."""
        try:
            await self._send(address, message, "")
        except Upstream:
            await self._direct(address.team, address.user, message, "", address)

    async def by_url(self, address: ReplyAddress, message: JsonObject) -> bool:
        """Whether the response URL took the message: the one way that needs no key and no permission."""
        if not address.response_url:
            return False
        try:
            await self._to_url(address, {**message, "response_type": "ephemeral", "replace_original": False})
        except Unavailable as error:  # used up, too old, or Slack is away: there are other ways
            log.info("a response URL didn't take a message", why=error.sentence)
            return False
        return True

    async def replace(self, address: ReplyAddress, message: JsonObject) -> None:
        """Puts a message in the place of the private one that was pressed. Raises Upstream."""
        await self._to_url(address, {**message, "replace_original": True})

    async def delete(self, address: ReplyAddress) -> None:
        """Takes away the private message that was pressed. Raises Upstream."""
        await self._to_url(address, {"delete_original": True})

    async def _send(self, address: ReplyAddress, message: JsonObject, key: str) -> None:
        if address.direct:
            await self._direct(address.team, address.channel or address.user, message, key, address)
        elif not await self.by_url(address, message) and not await self._ephemeral(address, message):
            await self._direct(address.team, address.user, message, key, address)

    async def _ephemeral(self, address: ReplyAddress, message: JsonObject) -> bool:
        """Whether Slack took it, not where the person or the bot isn't in the channel, say. Raises Upstream."""
        thread = address.thread or None
        try:
            client = self.clients.patient(address.team)
            call = client.chat_postEphemeral(channel=address.channel, user=address.user, thread_ts=thread, **message)
            await called("chat.postEphemeral", call)
        except (SlackRefused, Unauthorized) as error:
            log.info("an ephemeral message wasn't taken", why=error.sentence, channel=address.channel)
            return False
        return True

    async def _direct(self, team: str, channel: str, message: JsonObject, key: str, address: ReplyAddress) -> None:
        """`channel` is that of a direct message, or a person's id. The outbox sends it as soon as Slack takes it."""
        key, thread = key or f"private:{secrets.token_hex(8)}", address.thread if address.direct else ""
        with waited_for_by(address):
            await self.outbox.post(
                key, team=team, channel=channel, message=message, reply_to=thread or None, private=True
            )

    async def _to_url(self, address: ReplyAddress, body: dict[str, Any]) -> None:
        """Tries again where Slack doesn't answer: twice for one person is better than never."""
        webhook = AsyncWebhookClient(address.response_url, timeout=URL_TIMEOUT_S)
        for left in reversed(range(URL_TRIES)):
            try:
                await _sent_to(webhook, body)
            except SlackRefused as error:
                raise Unavailable("A response URL refused a message: %(code)s.", code=error.code) from error
            except Unavailable:
                if not left:
                    raise
                await asyncio.sleep(jittered(URL_PAUSE_S))
            else:
                return


async def _sent_to(webhook: AsyncWebhookClient, body: dict[str, Any]) -> None:
    """Raises Unavailable where another try may help, and SlackRefused."""
    try:
        with outside_call("slack", "response_url"):
            answer = await webhook.send_dict(body)
    except (aiohttp.ClientError, TimeoutError, SlackClientError, OSError, *UNREADABLE) as error:
        raise Unavailable("A response URL doesn’t answer: %(kind)s.", kind=type(error).__name__) from error
    if answer.status_code == 429 or answer.status_code >= 500:
        raise Unavailable("A response URL answered %(status_code)s.", status_code=answer.status_code)
    if answer.status_code != 200 or '"ok":false' in (answer.body or "").replace(" ", ""):
        raise SlackRefused("response_url", (answer.body or str(answer.status_code))[:80])
