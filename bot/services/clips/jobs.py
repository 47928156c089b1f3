"""What the queue is given for clips."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

from bot.queue.job import ANSWERS, CLIPS, QueuedJob
from bot.signals.source import Moment


class ChooseClipJob(QueuedJob, frozen=True, kw_only=True):
    """Choose the moment for a clip, or take the session (and the window) that a person chose."""

    job_name: ClassVar[str] = "choose_clip"
    lane: ClassVar[str] = ANSWERS

    team: str
    question: str
    session: str = ""
    start_ms: int = -1
    end_ms: int = -1
    attempt: int = 0
    whole_page: bool = False
    """The camera stays off."""
    unasked: bool = False
    """Made because the channel wants a clip with every answer: where there is none to make, nobody is told."""
    by: str = ""
    """Who picked the session or set the window."""
    meaning: str = ""
    """The wish, with what the question meant when it was made: one wish is one clip."""

    @property
    def job_id(self) -> str:
        return f"choose:{self.question}:{self.meaning}"


class FallbackSession(msgspec.Struct, frozen=True):
    """A session to film instead, as good as the next one can be."""

    session: str
    at: datetime | None
    reason: str
    moment: Moment | None = None


class RenderClipJob(QueuedJob, frozen=True, kw_only=True):
    """Render one window. `at` is the failed click as the source tells it; a start of -1 lets the room choose.

    `reason` says why this session, `moved` who set the window, if anybody did. `moment` is what the source knows of the
    failed click, None in jobs from before it was kept.
    """

    job_name: ClassVar[str] = "render_clip"
    lane: ClassVar[str] = CLIPS

    team: str
    question: str
    id: str
    session: str
    at: datetime | None
    reason: str
    moment: Moment | None = None
    start_ms: int = -1
    end_ms: int = -1
    attempt: int = 0
    picked: str = ""
    """The session, where a person picked it or set its window."""
    by: str = ""
    """Who did."""
    whole_page: bool = False
    """The camera stays off."""
    moved: str = ""
    words: str = ""
    """In which words the question was asked when the session was chosen."""
    fallbacks: tuple[FallbackSession, ...] = ()
    """Sources know that a session was recorded, and not always that its recording is still kept."""

    @property
    def job_id(self) -> str:
        return f"clip:{self.id}"

    @property
    def why(self) -> str:
        return "; ".join(part for part in (self.reason, self.moved) if part)
