"""Slack's calls for one message, and the best version of it that the workspace takes, with files where they are shown.

A post carries its key in its metadata, by which it is found again when Slack's answer was lost.

A message may carry `"instead": {block_id: [block, …]}`: what to show for the block of that id where its type is
refused, best first. So a chart can become a picture and, where files are refused too, a line of text. The part is ours;
it never reaches Slack.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from itertools import combinations
from typing import Any, NamedTuple, TypeVar

import structlog
from redis.asyncio import Redis
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.errors import Unauthorized
from bot.slack.outbox.models import Message, Post
from bot.slack.outbox.uploads import UploadStore, filled, shown_in
from bot.slack.web_api import SlackInternalError, SlackRefused, called
from bot.state import keys

EVENT = "replaybook"  # type of the metadata in which a message carries its key
SKEW_S = 300  # how far Slack's clock may be behind ours
PAGES = 10
QUIET = {"unfurl_links": False, "unfurl_media": False}


async def post_message(client: AsyncWebClient, channel: str, item: Post, message: Message) -> tuple[str, str]:
    """(channel, ts) of the new message. Raises like `called`."""
    thread: Message = {}
    if item.reply_to:
        thread = {"thread_ts": item.reply_to, "reply_broadcast": item.broadcast}
    metadata = {"event_type": EVENT, "event_payload": {"key": item.key}}
    arguments = {**QUIET, **message, **thread, "channel": channel, "metadata": metadata}
    response = await called("chat.postMessage", client.chat_postMessage(**arguments))
    return str(response["channel"]), str(response["ts"])


async def update_message(client: AsyncWebClient, channel: str, ts: str, message: Message) -> None:
    await called("chat.update", client.chat_update(channel=channel, ts=ts, **message))


async def delete_message(client: AsyncWebClient, channel: str, ts: str) -> None:
    await called("chat.delete", client.chat_delete(channel=channel, ts=ts))


async def find_message(
    client: AsyncWebClient, channel: str, item: Post, since: float, file: str = ""
) -> tuple[str, str] | None:
    """(channel, ts) of the message that carries the item's key, posted after the Unix time `since`, or None.

    A file that was shared carries no key: its message is the one with the file of that id.
    """
    if channel[:1] in "UW":  # a message to a person lies in the direct messages with them
        opened = await called("conversations.open", client.conversations_open(users=channel))
        channel = str(opened["channel"]["id"])
    async for message in _messages(client, channel, item.reply_to, f"{since - SKEW_S:.6f}"):
        if _shows(message, file) if item.share else _has_key(message, item.key):
            return channel, str(message["ts"])
    return None


def _has_key(message: Message, key: str) -> bool:
    metadata = message.get("metadata") or {}
    return metadata.get("event_type") == EVENT and metadata.get("event_payload", {}).get("key") == key


def _shows(message: Message, file: str) -> bool:
    return any(each.get("id") == file for each in message.get("files") or ())


async def _messages(
    client: AsyncWebClient, channel: str, thread: str | None, oldest: str
) -> AsyncIterator[dict[str, Any]]:
    """Messages of the channel, or replies of the thread, newest pages first as Slack gives them."""
    cursor = ""
    for _ in range(PAGES):
        arguments: dict[str, Any] = {
            "channel": channel, "oldest": oldest, "limit": 200, "include_all_metadata": True, "cursor": cursor or None,
        }  # fmt: skip
        if thread:
            page = await called("conversations.replies", client.conversations_replies(ts=thread, **arguments))
        else:
            page = await called("conversations.history", client.conversations_history(**arguments))
        for message in page["messages"]:
            yield message
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


T = TypeVar("T")
Send = Callable[[Message], Awaitable[T]]

# What Slack says of an image block while it still processes the file.
PROCESSING = frozenset({"invalid_blocks", "invalid_arguments", "invalid_slack_file", "file_not_found"})

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class NotReady(SlackInternalError):
    """A message that shows files may be refused only because Slack isn't ready with them."""


class MessageSender:
    def __init__(self, files: UploadStore, block_support: BlockSupport) -> None:
        self._files = files
        self._block_support = block_support

    async def send(
        self,
        client: AsyncWebClient,
        team: str,
        message: Message,
        files: Mapping[str, str],
        send: Send[T],
        *,
        patient: bool,
    ) -> T:
        """What `send` gives for the first version that Slack takes. A version that was refused was not posted.

        `patient`: raise NotReady while Slack may still be processing a file, instead of showing something else.
        """
        choices = versions(message, await self._block_support.refused(team, message))
        unready: NotReady | None = None
        for version in choices:
            if unready and patient and IMAGE in version.avoided:
                break  # before the picture is given up
            try:
                result = await self._sent(client, team, version, files, send)
            except NotReady as error:
                unready = error
            except (SlackRefused, Unauthorized) as error:
                if version is choices[-1] or not _may_be_the_blocks(error, version, files):
                    raise
            else:
                await self._block_support.learn(team, version)
                return result
            log.info("Slack refuses a message as it is", team=team, kinds=sorted(version.used))
        raise unready or SlackInternalError("Slack took no version of the message.")

    async def share(self, client: AsyncWebClient, team: str, channel: str, post: Post) -> tuple[str, str]:
        """(channel, no ts: Slack doesn't tell it) of the message that a file became. Raises like `send`."""
        try:
            await self._files.share(client, channel, post, team)
        except SlackRefused as error:
            if error.code in PROCESSING:
                raise NotReady(error.sentence) from error
            raise
        return channel, ""

    async def find_shared(
        self, client: AsyncWebClient, team: str, channel: str, post: Post, since: float
    ) -> tuple[str, str] | None:
        """(channel, ts) of the message that a file became, or None. Raises like `called`."""
        id = await self._files.id_of(team, post.share)
        return await find_message(client, channel, post, since, id) if id else None

    async def _sent(
        self,
        client: AsyncWebClient,
        team: str,
        version: Version,
        files: Mapping[str, str],
        send: Send[T],
    ) -> T:
        wanted = shown_in(version.message, files)
        sent = await self._files.uploaded(client, team, wanted)
        message = filled(version.message, sent) if sent else version.message
        try:
            return await send(message)
        except SlackRefused as error:
            if wanted and error.code in PROCESSING:
                raise NotReady(error.sentence) from error
            raise


def _may_be_the_blocks(error: SlackRefused | Unauthorized, version: Version, files: Mapping[str, str]) -> bool:
    """Also where the bot may not upload the file that this version shows."""
    return bool(shown_in(version.message, files)) or (isinstance(error, SlackRefused) and error.code in REFUSED_BLOCKS)


INSTEAD = "instead"
REFUSED_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format"})
KEEP_S = 7 * 24 * 3600  # Slack rolls new blocks out over weeks: what was refused is tried again after this
IMAGE = "image"  # a picture is refused because of its file, which says nothing about the next one


class Version(NamedTuple):
    """One way to send a message: without the block types in `avoided`, with those in `used`. Only types count that have
    something to stand in for them."""

    message: Message
    avoided: frozenset[str]
    used: frozenset[str]


def versions(message: Message, refused: frozenset[str] = frozenset()) -> list[Version]:
    """The message as it can be sent to a workspace that refused these types: best first, each different."""
    chains = {id: list(blocks) for id, blocks in message.get(INSTEAD, {}).items()}
    plain = {name: value for name, value in message.items() if name != INSTEAD}
    blocks = plain.get("blocks", [])
    kinds = {block["type"] for block in blocks if chains.get(block.get("block_id"))}
    kinds |= {block["type"] for chain in chains.values() for block in chain[:-1]}
    different: list[Version] = []
    for avoided in _sets(kinds - refused):
        chosen = [_chosen(block, chains.get(block.get("block_id"), []), avoided | refused) for block in blocks]
        version = {**plain, "blocks": chosen} if chosen else plain
        if all(version != other.message for other in different):
            used = frozenset(block["type"] for block in chosen) & kinds
            different.append(Version(version, avoided, used))
    return different


def _sets(kinds: set[str]) -> Iterator[frozenset[str]]:
    """Every choice of these types, the smallest first; those without pictures last."""
    sizes = range(len(kinds) + 1)
    every = [frozenset(chosen) for size in sizes for chosen in combinations(sorted(kinds), size)]
    yield from sorted(every, key=lambda avoided: IMAGE in avoided)


def _chosen(block: Message, chain: list[Message], avoided: frozenset[str]) -> Message:
    """The first of the block and its stand-ins whose type isn't avoided, under the same id; else the last."""
    every = [block, *chain]
    best = next((each for each in every if each["type"] not in avoided), every[-1])
    return {**best, "block_id": block["block_id"]} if chain else block


class BlockSupport:
    """Which block types a workspace takes, as its answers taught us."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def takes(self, team: str, kind: str) -> bool | None:
        """None while that isn't known."""
        answer = await self._redis.get(keys.block(team, kind))
        return None if answer is None else answer == b"yes"

    async def refused(self, team: str, message: Message) -> frozenset[str]:
        if INSTEAD not in message:
            return frozenset()
        kinds = {block["type"] for block in message["blocks"] if block.get("block_id") in message[INSTEAD]}
        return frozenset({kind for kind in kinds if await self.takes(team, kind) is False})

    async def learn(self, team: str, version: Version) -> None:
        """This version was taken, after those with the types it avoids were refused."""
        for kinds, answer in ((version.avoided, b"no"), (version.used, b"yes")):
            for kind in kinds - {IMAGE}:
                await self._redis.set(keys.block(team, kind), answer, ex=KEEP_S)
