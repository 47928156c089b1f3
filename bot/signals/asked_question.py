"""A question that was asked in a channel, with its answer: what the buttons under a message refer to."""

from __future__ import annotations

import msgspec

from bot.kernel.locale import Locale
from bot.signals.answer import Answer
from bot.signals.question import Question


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

    @property
    def locale(self) -> Locale:
        return Locale.of(self.tag, self.zone)

    @property
    def message_key(self) -> str:
        """The outbox key of the one message that is posted for this question and kept updated."""
        return f"answer:{self.id}"
