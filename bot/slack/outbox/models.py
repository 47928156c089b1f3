"""What waits in the outbox, as it is written in Redis."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from bot.state.locks import HeldLock

Message = dict[str, Any]  # arguments of chat.postMessage: "text", "blocks", ...


class Post(msgspec.Struct, frozen=True, tag="post", omit_defaults=True):
    """A message to be posted once, by `key`. `files` maps a placeholder in the blocks to the digest of a file.

    `share` is the digest of a file that is the message, such as a video with its player; the text is its comment.
    """

    key: str
    message: Message
    asked: float  # Unix time
    reply_to: str | None = None
    broadcast: bool = False
    files: dict[str, str] = {}
    share: str = ""


class Update(msgspec.Struct, frozen=True, tag="update"):
    """ "There is something newer for this message": its content lies apart, so that newer replaces new."""

    target: str  # "key:<key of the post>" or "ts:<ts of the message>"


class OutboxUpdate(msgspec.Struct, frozen=True, omit_defaults=True):
    """The newest content of a message."""

    message: Message
    files: dict[str, str] = {}


class DeliveryState(StrEnum):
    WAITING = "waiting"  # not tried, or Slack said for certain that it didn't take it
    SENDING = "sending"  # tried; whether Slack took it is known only to Slack
    POSTED = "posted"
    FAILED = "failed"  # for good


class Delivery(NamedTuple):
    """What became of a post. `channel` is where Slack put it (a message to a user lands in a D… channel)."""

    state: DeliveryState
    channel: str
    ts: str = ""
    since: float = 0.0  # Unix time of the first try
    why: str = ""
    reference: str = ""


class ServedChannel(NamedTuple):
    """A channel whose messages this process delivers, for as long as it holds the lock."""

    team: str
    channel: str
    lock: HeldLock


OutboxItem = Post | Update
encode = msgspec.json.encode
read_item = msgspec.json.Decoder(OutboxItem).decode
read_update = msgspec.json.Decoder(OutboxUpdate).decode
