"""What the queue is given for post-mortems."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from bot.kernel.ids import meaning
from bot.queue.job import ANSWERS, QueuedJob
from bot.slack.channel_messages import SlackFile
from bot.slack.private_replies import ReplyAddress


class AddToNotebookJob(QueuedJob, frozen=True, kw_only=True):
    """Put an answer, or one clip of it, into the notebook. `by` is who pressed, `press` tells presses apart."""

    job_name: ClassVar[str] = "add_to_notebook"
    lane: ClassVar[str] = ANSWERS

    team: str
    question: str
    by: str
    clip: str = ""
    press: str = ""
    trigger: str = ""
    """Tells presses on one button apart: whoever presses again is answered again."""
    address: ReplyAddress | None = None
    """Where they pressed."""

    @property
    def job_id(self) -> str:
        """Each press has a job of its own, since whoever pressed hears of it, also while another one is at work."""
        return f"record:{self.question}:{self.clip or self.press}" + (f":{self.trigger}" if self.trigger else "")


class RefreshFactsJob(QueuedJob, frozen=True, kw_only=True):
    """Count key times and impact again. `version` is that of the notebook that something happened to; 0 by the clock.

    Without it, a change in the middle of a count would be counted by nobody until the clock comes by. `recount` is
    False where only people did something: then a source that was asked a moment ago is not asked again.
    """

    job_name: ClassVar[str] = "refresh_facts"
    lane: ClassVar[str] = ANSWERS

    team: str
    notebook: str
    version: int = 0
    recount: bool = True

    @property
    def job_id(self) -> str:
        return f"facts:{self.notebook}:{self.version}" + ("" if self.recount else ":people")


class MessageJob(QueuedJob, frozen=True, kw_only=True):
    """What became of a message in the channel, for the timeline and the discussion.

    `kind` is pinned, unpinned, edited, deleted, or said (a reply in a thread). `event_ts` is Slack's own time of it,
    `by` who wrote the message, `thread` the thread that it is in.
    """

    job_name: ClassVar[str] = "message"
    lane: ClassVar[str] = ANSWERS

    team: str
    channel: str
    ts: str
    kind: str
    event_ts: str
    by: str = ""
    text: str = ""
    thread: str = ""
    is_pinned: bool = False
    files: tuple[SlackFile, ...] = ()

    @property
    def job_id(self) -> str:
        return f"message:{self.channel}:{self.ts}:{self.kind}:{self.event_ts}"


class AddMessageJob(MessageJob, frozen=True, kw_only=True):
    """*Add to post-mortem* in the menu of a message; `address` is that of whoever chose it."""

    job_name: ClassVar[str] = "add_message"
    lane: ClassVar[str] = ANSWERS

    address: ReplyAddress


class NoteQuestionJob(QueuedJob, frozen=True, kw_only=True):
    """Note an answered question in the timeline of its channel's notebook. `revision` is the answer's."""

    job_name: ClassVar[str] = "note_question"
    lane: ClassVar[str] = ANSWERS

    team: str
    question: str
    revision: str = ""

    @property
    def job_id(self) -> str:
        return f"note:{self.question}:{self.revision}"


class CommentJob(QueuedJob, frozen=True, kw_only=True):
    """Say in the thread what somebody wrote on the notebook's page."""

    job_name: ClassVar[str] = "comment"
    lane: ClassVar[str] = ANSWERS

    team: str
    notebook: str
    key: str

    @property
    def job_id(self) -> str:
        return f"comment:{self.notebook}:{self.key}"


class ReadHeadJob(QueuedJob, frozen=True, kw_only=True):
    """The channel's topic changed. `event_ts` tells changes apart."""

    job_name: ClassVar[str] = "read_head"
    lane: ClassVar[str] = ANSWERS

    team: str
    channel: str
    event_ts: str

    @property
    def job_id(self) -> str:
        return f"head:{self.channel}:{self.event_ts}"


class AnnounceJob(QueuedJob, frozen=True, kw_only=True):
    """Tell the channel how far its post-mortem is: that it is published, or that somebody is to review it."""

    job_name: ClassVar[str] = "announce"
    lane: ClassVar[str] = ANSWERS

    team: str
    notebook: str
    at: datetime
    """When the status was set that is to be told."""
    channel: str = ""
    by: str = ""
    """Whoever set it, if Slack knows them: they hear of it when the channel can't be told."""

    @property
    def job_id(self) -> str:
        return f"announce:{self.notebook}:{self.at.isoformat()}"


class UnfurlJob(QueuedJob, frozen=True, kw_only=True):
    """Show what the links of a message to our own pages lead to."""

    job_name: ClassVar[str] = "unfurl"
    lane: ClassVar[str] = ANSWERS

    team: str
    channel: str
    ts: str
    user: str
    """Who posted the message."""
    links: tuple[str, ...]
    alone_with_bot: bool = False
    """A direct message to the bot, which nobody else reads."""

    @property
    def job_id(self) -> str:
        return f"unfurl:{meaning(self.team, self.channel, self.ts, *self.links)}"
