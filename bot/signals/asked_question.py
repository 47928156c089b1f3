"""A question that was asked in a channel, with its answer: what the buttons under a message refer to."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.kernel.locale import Locale
from bot.signals.answer import Answer
from bot.signals.question import Question


class LiveAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an answer is kept live: until when, every how many minutes, by whom, and when its numbers changed last.

    `away` is since when the source hasn't answered. `ending` says why it ended: `quiet` for an hour, `over` its time,
    `period` over, or `stopped` by `ended_by` (a name).
    """

    since: datetime
    until: datetime
    minutes: int
    by: str
    changed: datetime
    away: datetime | None = None
    ending: str = ""
    ended: datetime | None = None
    ended_by: str = ""

    @property
    def quiet_since(self) -> datetime:
        """Since when there was no signal, at least, where that is why it ended."""
        return (self.ended or self.until) - timedelta(hours=1)


class AskedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One question in one channel. `thread` is the thread it was asked in, empty at the channel's top.

    `tag` and `zone` are the asker's language and zone, in which a job answers hours later.
    """

    id: str
    team: str
    channel: str
    user: str
    text: str
    question: Question
    tag: str
    zone: str
    thread: str = ""
    answer: Answer | None = None
    feature: str = ""
    """The owned feature that the targets belong to; empty when nobody owns it."""

    claim: str = ""
    """The key by which the same question in the channel is recognised; empty where the question was refined."""
    page: str = ""
    """The secret part of the address of the answer's own page."""
    asker: str = ""
    """The asker's name; empty in records from before it was kept."""
    refined_by: str = ""
    was: str = ""
    """Who refined the question last, and the words that it had before; empty where nobody did."""

    live: LiveAnswer | None = None
    films: bool = False
    """Somebody wants the replay: a clip comes with the answer."""
    promised: bool = False
    """It has an answer of its own coming: whoever took it for a repetition no longer takes it away."""

    @property
    def locale(self) -> Locale:
        return Locale.of(self.tag, self.zone)

    @property
    def message_key(self) -> str:
        """The outbox key of the one message that is posted for this question and kept updated."""
        return message_key(self.id)


MESSAGE_KEY = "answer:"


def message_key(id: str) -> str:
    """Returns the outbox key of the one message of a question."""
    return f"{MESSAGE_KEY}{id}"


def asked_with(key: str) -> str:
    """Returns the id of the question whose one message has this key; empty for any other message."""
    return key.removeprefix(MESSAGE_KEY) if key.startswith(MESSAGE_KEY) else ""
