"""Who is spoken to and where; and who waits for what is being done right now, however deep the code is that does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import msgspec


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


_waits: ContextVar[ReplyAddress | None] = ContextVar("who_waits", default=None)


def who_waits() -> ReplyAddress | None:
    """Returns whoever triggered what runs now; None where nobody did, as with the clock."""
    return _waits.get()


@contextmanager
def waited_for_by(address: ReplyAddress | None) -> Iterator[None]:
    """What the body does is done for this person: jobs and messages that it hands over keep their address."""
    token = _waits.set(address)
    try:
        yield
    finally:
        _waits.reset(token)
