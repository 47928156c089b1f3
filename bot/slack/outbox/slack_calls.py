"""What the outbox does at Slack: post, update, delete, and search for a post whose answer was lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.clients import called
from bot.slack.outbox.models import Message, Post

EVENT = "replaybook"  # type of the metadata in which a message carries its key
SKEW_S = 300  # how far Slack's clock may be behind ours
PAGES = 10
QUIET = {"unfurl_links": False, "unfurl_media": False}


async def post(client: AsyncWebClient, channel: str, item: Post, message: Message) -> tuple[str, str]:
    """(channel, ts) of the new message. Raises like clients.called."""
    thread: Message = {}
    if item.reply_to:
        thread = {"thread_ts": item.reply_to, "reply_broadcast": item.broadcast}
    metadata = {"event_type": EVENT, "event_payload": {"key": item.key}}
    arguments = {**QUIET, **message, **thread, "channel": channel, "metadata": metadata}
    response = await called("chat.postMessage", client.chat_postMessage(**arguments))
    return str(response["channel"]), str(response["ts"])


async def update(client: AsyncWebClient, channel: str, ts: str, message: Message) -> None:
    await called("chat.update", client.chat_update(channel=channel, ts=ts, **message))


async def delete(client: AsyncWebClient, channel: str, ts: str) -> None:
    await called("chat.delete", client.chat_delete(channel=channel, ts=ts))


async def find(client: AsyncWebClient, channel: str, item: Post, since: float) -> tuple[str, str] | None:
    """(channel, ts) of the message that carries the item's key, posted after the Unix time `since`, or None."""
    if channel[:1] in "UW":  # a message to a person lies in the direct messages with them
        opened = await called("conversations.open", client.conversations_open(users=channel))
        channel = str(opened["channel"]["id"])
    async for message in _messages(client, channel, item.reply_to, f"{since - SKEW_S:.6f}"):
        metadata = message.get("metadata") or {}
        if metadata.get("event_type") == EVENT and metadata.get("event_payload", {}).get("key") == item.key:
            return channel, str(message["ts"])
    return None


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
