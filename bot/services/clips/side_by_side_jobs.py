"""What the queue is given for clips of several sessions side by side."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from bot.queue.job import ANSWERS, CLIPS, QueuedJob
from bot.services.clips.jobs import FallbackSession
from bot.slack.private_replies import ReplyAddress


class ChooseSideBySideJob(QueuedJob, frozen=True, kw_only=True):
    """Choose three different sessions of an answer, or for a `request` one from before its fix and one from after."""

    job_name: ClassVar[str] = "choose_side_by_side"
    lane: ClassVar[str] = ANSWERS

    team: str
    question: str
    request: str = ""
    attempt: int = 0
    address: ReplyAddress
    """Where whoever pressed hears what can't be shown."""
    press: str
    """One press hears once what became of it."""

    @property
    def job_id(self) -> str:
        return f"choose-beside:{self.question}:{self.request}:{self.press}"


class SessionGroup(msgspec.Struct, frozen=True):
    """Sessions to choose from, best first, and how many of them are shown.

    `mark` stands above, in the asker's language, with the day; sessions without one are numbered, and what tells them
    apart stands there.
    """

    sessions: tuple[FallbackSession, ...]
    most: int
    mark: str = ""


class RenderSideBySideJob(QueuedJob, frozen=True, kw_only=True):
    """Render a clip of all groups. Its id in the queue is like that of any clip, so that it is cancelled like one."""

    job_name: ClassVar[str] = "render_side_by_side"
    lane: ClassVar[str] = CLIPS

    team: str
    question: str
    id: str
    groups: tuple[SessionGroup, ...]
    why: str
    words: str = ""
    """In which words the question was asked when the sessions were chosen."""
    request: str = ""
    attempt: int = 0
    by: str

    @property
    def job_id(self) -> str:
        return f"clip:{self.id}"
