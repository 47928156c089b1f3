"""What is put on the queue: one Struct a job, named like the file in `bot/jobs/` that does it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.backlog.request import Party, RequestAction

# Two lanes. Answers need the source, which on one machine lives in the bot's own process; clips need a browser.
ANSWERS = "answers"
CLIPS = "clips"


class AnswerJob(msgspec.Struct, frozen=True):
    """Answer a question that was asked."""

    team: str
    asked: str


class ChooseClipJob(msgspec.Struct, frozen=True):
    """Choose the moment for a clip, or take the session (and the window) that a person chose."""

    team: str
    asked: str
    session: str = ""
    start_ms: int = -1
    end_ms: int = -1
    attempt: int = 0
    unasked: bool = False
    """Made because the channel wants a clip with every answer: where there is none to make, nobody is told."""
    by: str = ""
    """Who picked the session or set the window."""


class FallbackSession(msgspec.Struct, frozen=True):
    """A session to film instead, as good as the next one can be."""

    session: str
    at: datetime | None
    reason: str


class RenderClipJob(msgspec.Struct, frozen=True):
    """Render one window. `at` is the failed click as the source tells it; a start of -1 lets the room choose.

    `reason` says why this session, `moved` who set the window, if anybody did.
    """

    team: str
    asked: str
    id: str
    session: str
    at: datetime | None
    reason: str
    start_ms: int = -1
    end_ms: int = -1
    attempt: int = 0
    picked: str = ""
    """The session, where a person picked it or set its window."""
    by: str = ""
    """Who did."""
    moved: str = ""
    spares: tuple[FallbackSession, ...] = ()
    """Sources know that a session was recorded, and not always that its recording is still kept."""

    @property
    def why(self) -> str:
        return "; ".join(part for part in (self.reason, self.moved) if part)


class AddToNotebookJob(msgspec.Struct, frozen=True):
    """Put an answer, or one clip of it, into the channel's notebook. `by` is who pressed."""

    team: str
    asked: str
    by: str
    clip: str = ""


class RequestOwnerJob(msgspec.Struct, frozen=True):
    """Ask the owner of a feature about the question."""

    team: str
    asked: str
    by: str


class AcknowledgeJob(msgspec.Struct, frozen=True):
    """What an owner (or whoever was asked) did with a request. `create` makes the ticket first."""

    team: str
    request: str
    action: RequestAction
    by: str
    at: datetime
    version: int
    ticket: str = ""
    create: str = ""
    """The title of the ticket to create."""
    reason: str = ""
    until: datetime | None = None
    to: Party | None = None


class TellEffectsJob(msgspec.Struct, frozen=True):
    """Tell the thread and the notebook what became of a request, as of one version."""

    team: str
    request: str
    version: int


class TimelineJob(msgspec.Struct, frozen=True):
    """Something in the channel that the timeline takes or follows: `kind` is pinned, unpinned, edited or deleted."""

    team: str
    channel: str
    ts: str
    kind: str
    at: datetime
    by: str = ""
    text: str = ""
    thread: str = ""


class VerifyJob(msgspec.Struct, frozen=True):
    """Ask the question again, now that the ticket is done."""

    team: str
    request: str
