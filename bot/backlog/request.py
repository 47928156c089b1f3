"""A request to an owner: "is a fix in the backlog?", and everything that became of it.

asked ──> seen ──┬──> in_backlog ──┬──> done ──> too_early ──> improved or not_improved
  │ ▲            │      ▲          └──> closed
  │ │            │      └─ the ticket was opened again
  │ │            ├──> not_doing
  │ │            ├──> handed_over ──> seen (the new owner agreed) or asked (gave it back)
  │ └─ snoozed <─┤
  └─> escalated ─┴──> expired (a late answer is still taken)

What is settled (not_doing, expired, closed, improved, not_improved) can be asked again: the same request, one story.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from bot.backlog.fix_check import FixCheck
from bot.backlog.follow_up_plan import FollowUpKind, Priority
from bot.backlog.ticket import TicketFields


class RequestState(StrEnum):
    ASKED = "asked"
    SEEN = "seen"  # the owner opened it, no answer yet
    SNOOZED = "snoozed"  # no reminders until a moment
    ESCALATED = "escalated"  # the owner didn't answer, somebody else was told, once
    HANDED_OVER = "handed_over"  # somebody else was asked and hasn't agreed yet
    IN_BACKLOG = "in_backlog"
    NOT_DOING = "not_doing"
    EXPIRED = "expired"  # nobody answered and reminding ended
    CLOSED = "closed"  # the ticket was closed without a fix
    DONE = "done"  # the ticket is done, the fix not yet checked
    TOO_EARLY = "too_early"  # checked, and the numbers prove nothing yet
    IMPROVED = "improved"
    NOT_IMPROVED = "not_improved"  # until a later check of the same fix proves the opposite
    VERIFIED = "verified"  # only in records from before checks had an outcome; read as done, so that it is checked


class RequestAction(StrEnum):
    IN_BACKLOG = "in_backlog"
    NOT_DOING = "not_doing"
    HAND_OVER = "hand_over"
    ACCEPT = "accept"  # the new owner agrees
    GIVE_BACK = "give_back"  # the new owner doesn't, or never answered
    SNOOZE = "snooze"
    SEE = "see"
    WAKE = "wake"
    REMIND = "remind"
    ESCALATE = "escalate"
    EXPIRE = "expire"
    PLAN = "plan"  # owner, date, priority, kind or outcome of the follow-up were changed
    FINISH = "finish"  # a person says that it is done
    DONE = "done"
    CLOSE = "close"  # the ticket was closed without a fix
    REOPEN = "reopen"  # the ticket was opened again
    RENAME = "rename"  # the ticket has another key
    LOSE = "lose"  # the ticket was archived or deleted, or can't be read any more
    RETURN = "return"  # it can be read again
    FOLLOW = "follow"  # owner, date or priority were changed on the ticket
    OVERRULE = "overrule"  # they were changed on both sides; the later change holds
    VERIFY = "verify"
    ASK_AGAIN = "ask_again"  # the trouble is back, or somebody thinks so


WITH_TICKET = frozenset(
    {
        RequestState.IN_BACKLOG,
        RequestState.CLOSED,
        RequestState.DONE,
        RequestState.TOO_EARLY,
        RequestState.IMPROVED,
        RequestState.NOT_IMPROVED,
    }
)
"""States that follow the ticket."""

MOVED_TO = " → "
"""Between the former and the new key of a ticket that was moved, in the note of the history."""


class Party(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person or a group as Slack and people know them. `id` is a Slack id, or an e-mail address nobody has there."""

    id: str
    name: str


class AgreedFields(msgspec.Struct, frozen=True, omit_defaults=True):
    """What plan and ticket had when they were compared last: from these it is told which side was changed since."""

    ours: TicketFields = TicketFields()
    theirs: TicketFields = TicketFields()


class FollowUpPlan(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was promised with an answer. Everything may be missing in records from before."""

    owner: Party | None = None
    """The one person who sees to it."""
    outcome: str = ""
    """What will be true afterwards."""
    kind: FollowUpKind | None = None
    priority: Priority | None = None
    due: date | None = None


class HistoryEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a request's history. `version` is the one that it led to."""

    at: datetime
    who: Party
    action: RequestAction
    version: int
    note: str = ""
    behalf: Party | None = None
    """For whom it was done, by somebody who wasn't asked."""


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request. Transitions are made by `bot.backlog.transitions` and give a new one with a higher version."""

    id: str
    team: str
    channel: str
    thread: str
    feature: str
    what: str
    """The problem in one line, as it stands in the follow-up table."""
    asker: Party
    owner: Party
    """Who is asked at the moment; while a hand-over is open still the one who handed over."""
    asked_at: datetime
    question: str = ""
    """The id of the question that led here: asked again when the ticket is done."""
    notebook: str = ""
    tracker: str = ""
    """The tracker that its ticket is in; empty for the one of the settings."""
    project: str = ""
    state: RequestState = RequestState.ASKED
    version: int = 1
    floor: int = 1
    """The version of the last answer; a press drawn for an older one is stale."""
    to: Party | None = None
    """Whom a hand-over waits for."""
    ticket: str = ""
    ticket_link: str = ""
    standing: str = ""
    """Why the ticket can't be read, or `archived`; empty for one as every other."""
    agreed: AgreedFields | None = None
    reason: str = ""
    until: datetime | None = None
    reminders: int = 0
    """Since the last time the owner changed."""
    last_told: datetime | None = None
    """When the owner last heard of it."""
    escalated: bool = False
    fixed_at: datetime | None = None
    """Since when the ticket is done."""
    check: FixCheck | None = None
    """The last look at the numbers after the fix."""
    plan: FollowUpPlan = FollowUpPlan()
    history: tuple[HistoryEntry, ...] = ()

    def __post_init__(self) -> None:
        """Reads records from before the time of the fix was kept."""
        if self.state is RequestState.VERIFIED:
            msgspec.structs.force_setattr(self, "state", RequestState.DONE)
            msgspec.structs.force_setattr(self, "reason", "")
        if self.state is RequestState.DONE and self.fixed_at is None:
            done = next((entry.at for entry in reversed(self.history) if entry.action is RequestAction.DONE), None)
            msgspec.structs.force_setattr(self, "fixed_at", done)

    @property
    def answered(self) -> bool:
        return self.state is RequestState.NOT_DOING or self.state in WITH_TICKET

    @property
    def rounds(self) -> int:
        """How often it was asked again."""
        return sum(entry.action is RequestAction.ASK_AGAIN for entry in self.history)

    @property
    def asks(self) -> Party:
        """Who must act now."""
        return self.to if self.state is RequestState.HANDED_OVER and self.to else self.owner

    @property
    def responsible(self) -> Party:
        """Who sees to the follow-up: the person who was named for it, or else who was asked."""
        return self.plan.owner or self.asks

    @property
    def last(self) -> HistoryEntry | None:
        return self.history[-1] if self.history else None

    def ticket_at(self, entry: HistoryEntry) -> tuple[str, str]:
        """Key and link of the ticket when this happened: by now there may be another, or none.

        One that was moved since has its new key. There is no link where the ticket isn't that of now.
        """
        key, later = "", False
        for it in self.history:
            if it.version > entry.version:
                later = later or it.action is RequestAction.IN_BACKLOG
            elif it.action is RequestAction.IN_BACKLOG:
                key = it.note
            elif it.action is RequestAction.RENAME:
                key = it.note.rpartition(MOVED_TO)[2]
        if self.ticket and not later:
            return self.ticket, self.ticket_link
        return key, self.ticket_link if key == self.ticket else ""
