"""What the queue is given for requests to owners."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from bot.backlog.request import FollowUpPlan, Party, RequestAction
from bot.kernel.ids import meaning
from bot.queue.job import ANSWERS, QueuedJob
from bot.slack.private_replies import ReplyAddress


class RequestOwnerJob(QueuedJob, frozen=True, kw_only=True):
    """Ask the owner of a feature about the question. `by` is who pressed, `trigger` tells presses apart."""

    job_name: ClassVar[str] = "request_owner"
    lane: ClassVar[str] = ANSWERS

    team: str
    question: str
    by: str
    trigger: str = ""
    address: ReplyAddress | None = None
    """Where they pressed."""

    @property
    def job_id(self) -> str:
        """Each press has a job of its own, since whoever pressed hears of it, also while another one is at work."""
        return f"request:{self.question}" + (f":{self.trigger}" if self.trigger else "")


class AcknowledgeJob(QueuedJob, frozen=True, kw_only=True):
    """What an owner (or whoever was asked) did with a request. `create` makes the ticket first."""

    job_name: ClassVar[str] = "acknowledge"
    lane: ClassVar[str] = ANSWERS

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
    on_behalf: bool = False
    plan: FollowUpPlan | None = None
    chosen: tuple[str, ...] = ()
    """The fields of the plan that a person changed; for the others a ticket that is there already knows better."""
    custom: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Values of the fields that the tracker requires, by the field's id."""

    @property
    def job_id(self) -> str:
        return f"acknowledge:{self.request}:{self.version}:{self.action}:{self.by}"


class EffectsJob(QueuedJob, frozen=True, kw_only=True):
    """Tell the thread and the notebook what became of a request, as of one version."""

    job_name: ClassVar[str] = "effects"
    lane: ClassVar[str] = ANSWERS

    team: str
    request: str
    version: int

    @property
    def job_id(self) -> str:
        return f"effects:{self.request}:{self.version}"


class StepJob(QueuedJob, frozen=True, kw_only=True):
    """Look at a request that is due: remind, wake, read its ticket. A job of its own, so that one can't stop others."""

    job_name: ClassVar[str] = "step"
    lane: ClassVar[str] = ANSWERS

    team: str
    request: str

    @property
    def job_id(self) -> str:
        return f"step:{self.request}"


class ReadTicketsJob(QueuedJob, frozen=True, kw_only=True):
    """Read the tickets of several requests of one team in one tracker, as the name stands in the requests."""

    job_name: ClassVar[str] = "read_tickets"
    lane: ClassVar[str] = ANSWERS

    tracker: str
    requests: tuple[tuple[str, str], ...]
    """Team and id of each."""

    @property
    def job_id(self) -> str:
        named = meaning(*(part for names in self.requests for part in names))
        return f"tickets:{self.tracker}:{named}"


class TicketsChangedJob(QueuedJob, frozen=True, kw_only=True):
    """Somebody changed tickets, as a webhook or a press on our page tells; `delivery` is the id of that."""

    job_name: ClassVar[str] = "tickets_changed"
    lane: ClassVar[str] = ANSWERS

    tracker: str
    keys: tuple[str, ...]
    delivery: str

    @property
    def job_id(self) -> str:
        return f"heard:{self.tracker}:{self.delivery}"


class DigestJob(QueuedJob, frozen=True, kw_only=True):
    """Tell a channel which of its follow-ups are open."""

    job_name: ClassVar[str] = "digest"
    lane: ClassVar[str] = ANSWERS

    team: str
    channel: str

    @property
    def job_id(self) -> str:
        return f"digest:{self.team}:{self.channel}"


class VerifyJob(QueuedJob, frozen=True, kw_only=True):
    """Compare the numbers since the fix with those before. `by` is who wants to know; empty for the clock."""

    job_name: ClassVar[str] = "verify"
    lane: ClassVar[str] = ANSWERS

    team: str
    request: str
    by: str = ""

    @property
    def job_id(self) -> str:
        return f"verify:{self.request}:{self.by}"
