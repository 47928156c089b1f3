"""What waits in the outbox, as it is written in Redis."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple, Protocol

import msgspec

from bot.kernel.errors import ReplaybookError
from bot.kernel.origin import Origin
from bot.kernel.reply_address import ReplyAddress
from bot.state.locks import HeldLock

Message = dict[str, Any]  # arguments of chat.postMessage: "text", "blocks", ...
BY_KEY, BY_TS = "key:", "ts:"  # how an update names its message: by the key of the post, or by the ts at Slack


class Post(msgspec.Struct, frozen=True, tag="post", omit_defaults=True):
    """A message to be posted once, by `key`. `files` maps a placeholder in the blocks to the digest of a file.

    `share` is the digest of a file that is the message, such as a video with its player; the text is its comment.
    `waits`: who triggered it, and is told if it never comes. `placeholder`: another message takes its place soon.
    `private`: it is what tells somebody something, so that nobody is told of it. `origin`: what led to it.
    """

    key: str
    message: Message
    asked: float  # Unix time
    reply_to: str | None = None
    broadcast: bool = False
    files: dict[str, str] = {}
    share: str = ""
    waits: ReplyAddress | None = None
    placeholder: bool = False
    private: bool = False
    origin: Origin | None = None


class Update(msgspec.Struct, frozen=True, tag="update", omit_defaults=True):
    """ "There is something newer for this message": its content lies apart, so that newer replaces new."""

    target: str  # what `BY_KEY` or `BY_TS` begins
    origin: Origin | None = None
    """What led to the first content since the message was sent or updated last."""


class OutboxUpdate(msgspec.Struct, frozen=True, omit_defaults=True):
    """The newest content of a message; `key` is that of the post, where it is one of the outbox's.

    `waits` and `placeholder` are as in a post; `asked` is the Unix time.
    """

    message: Message
    files: dict[str, str] = {}
    key: str = ""
    asked: float = 0.0
    waits: ReplyAddress | None = None
    placeholder: bool = False


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
    waits: ReplyAddress | None = None
    placeholder: bool = False
    lacking: bool = False  # what should have taken the placeholder's place was refused
    gone: bool = False  # and nothing is there any more


class ServedChannel(NamedTuple):
    """A channel whose messages this process delivers, for as long as it holds the lock."""

    team: str
    channel: str
    lock: HeldLock


class Undelivered(NamedTuple):
    """A message that somebody waits for and that Slack doesn't take. `about` names it, and when it was asked for.

    `message` is the message itself where it was for that person alone.
    """

    about: str
    channel: str
    waits: ReplyAddress
    error: ReplaybookError
    reference: str = ""
    message: Message | None = None


class Teller(Protocol):
    """Tells people of what they wait for. None of its methods raises for what happens to Slack or to Redis."""

    async def in_place(self, undelivered: Undelivered) -> Message:
        """Returns the message that stands in the place of the one that Slack refused."""
        ...

    async def refused(self, undelivered: Undelivered) -> None:
        """Tells whoever waits that it won't come, why, and what can be done."""
        ...

    async def delayed(self, undelivered: Undelivered) -> None:
        """Tells whoever waits that Slack makes it wait; once."""
        ...


OutboxItem = Post | Update
encode = msgspec.json.encode
read_item = msgspec.json.Decoder(OutboxItem).decode
read_address = msgspec.json.Decoder(ReplyAddress).decode
read_update = msgspec.json.Decoder(OutboxUpdate).decode
