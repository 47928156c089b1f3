"""Says something to one person that nobody else has to read: the only way in which the bot speaks privately."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.kernel.errors import ReplaybookError, Unavailable
from bot.kernel.messages import JsonObject, Messages
from bot.slack.outbox import Outbox
from bot.slack.people import People, Person
from bot.slack.web_api import Clients, SlackRefused, called
from bot.state import keys
from bot.state.once import Once

CANT_BE_SEEN_THERE = frozenset({"user_not_in_channel", "not_in_channel", "channel_not_found", "is_archived"})
"""Why an ephemeral message reaches nobody: https://docs.slack.dev/reference/methods/chat.postEphemeral."""
URL_TIMEOUT_S = 10

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class ReplyAddress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is spoken to, and where: a channel, or a thread in it (`thread` is empty at the channel's top).

    `response_url` came with a command or a press. Slack takes it for 30 minutes and five messages, and needs no
    membership for it: https://docs.slack.dev/interactivity/handling-user-interaction.
    """

    team: str
    channel: str
    user: str
    thread: str = ""
    response_url: str = ""

    @property
    def direct(self) -> bool:
        """Whether only this person reads along there; a modal and the home tab have no channel."""
        return not self.channel or self.channel.startswith("D")


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

    async def send(self, address: ReplyAddress, message: JsonObject, *, key: str = "") -> None:
        """Sends a message, once for a key where there is one. Raises Upstream, and SlackRefused.

        A direct message stays, which is kinder than one that is gone with the next start. Elsewhere the response URL
        comes first, then an ephemeral message, and a direct message where the person can't see the channel.
        """
        if not key:
            await self._send(address, message, key)
            return

        async def sent() -> str:
            await self._send(address, message, key)
            return ""

        await self.once.run(keys.once(address.team, "private", key), sent)

    async def replace(self, address: ReplyAddress, message: JsonObject) -> None:
        """Puts a message in the place of the private one that was pressed. Raises Upstream."""
        await self._to_url(address, {**message, "replace_original": True})

    async def delete(self, address: ReplyAddress) -> None:
        """Takes away the private message that was pressed. Raises Upstream."""
        await self._to_url(address, {"delete_original": True})

    async def _send(self, address: ReplyAddress, message: JsonObject, key: str) -> None:
        if address.direct:
            await self._direct(address.team, address.channel or address.user, message, key, address.thread)
            return
        if address.response_url:
            try:
                await self._to_url(address, {**message, "response_type": "ephemeral", "replace_original": False})
            except Unavailable as error:  # used up, too old, or Slack is away: there are other ways
                log.info("a response URL didn't take a message", why=error.sentence)
            else:
                return
        await self._ephemeral(address, message, key)

    async def _ephemeral(self, address: ReplyAddress, message: JsonObject, key: str) -> None:
        client, thread = self.clients.patient(address.team), address.thread or None
        try:
            call = client.chat_postEphemeral(channel=address.channel, user=address.user, thread_ts=thread, **message)
            await called("chat.postEphemeral", call)
        except SlackRefused as error:
            if error.code not in CANT_BE_SEEN_THERE:
                raise
            await self._direct(address.team, address.user, message, key)

    async def _direct(self, team: str, channel: str, message: JsonObject, key: str, thread: str = "") -> None:
        """`channel` is that of a direct message, or a person's id."""
        key = key or f"private:{secrets.token_hex(8)}"
        await self.outbox.post(key, team=team, channel=channel, message=message, reply_to=thread or None)

    async def _to_url(self, address: ReplyAddress, body: dict[str, Any]) -> None:
        webhook = AsyncWebhookClient(address.response_url, timeout=URL_TIMEOUT_S)
        try:
            answer = await webhook.send_dict(body)
        except (aiohttp.ClientError, TimeoutError, SlackClientError, OSError) as error:
            raise Unavailable("A response URL doesn't answer: %(kind)s.", kind=type(error).__name__) from error
        if answer.status_code != 200:
            raise Unavailable("A response URL answered %(status_code)s.", status_code=answer.status_code)
