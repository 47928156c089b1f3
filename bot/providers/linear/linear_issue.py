"""An issue as Linear answers, and as a ticket."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date, datetime
from itertools import pairwise

import msgspec

from bot.backlog.ticket import Status, Ticket, TicketFields

STATUSES = {
    "triage": Status.OPEN,
    "backlog": Status.OPEN,
    "unstarted": Status.OPEN,
    "started": Status.IN_PROGRESS,
    "completed": Status.DONE,
    "canceled": Status.CLOSED,
    "duplicate": Status.CLOSED,
}
ENDED = frozenset({Status.DONE, Status.CLOSED})
PRIORITIES = {"P1": 1, "P2": 2, "P3": 3, "P4": 4, "P5": 4}
"""Linear's are 1 (urgent) to 4 (low); 0 is none."""
_NAMES = {1: "P1", 2: "P2", 3: "P3", 4: "P4"}


class IssueState(msgspec.Struct):
    name: str = ""
    type: str = ""


class IssuePerson(msgspec.Struct):
    name: str = ""
    email: str = ""
    id: str = ""


class IssueTeam(msgspec.Struct):
    id: str
    key: str


class IssueChange(msgspec.Struct, rename="camel"):
    """An entry of the history; None stands for what it isn't about."""

    created_at: datetime
    actor: IssuePerson | None = None
    from_due_date: str | None = None
    to_due_date: str | None = None
    from_priority: float | None = None
    to_priority: float | None = None
    from_assignee: IssuePerson | None = None
    to_assignee: IssuePerson | None = None
    to_state: IssueState | None = None

    @property
    def fields(self) -> set[str]:
        """The names of `TicketFields` that it is about."""
        pairs = {
            "due": (self.from_due_date, self.to_due_date),
            "priority": (self.from_priority, self.to_priority),
            "assignee": (self.from_assignee, self.to_assignee),
        }
        return {name for name, pair in pairs.items() if any(value is not None for value in pair)}


class IssueHistory(msgspec.Struct):
    nodes: list[IssueChange] = []


class LinearIssue(msgspec.Struct, rename="camel"):
    id: str
    identifier: str
    title: str
    url: str
    state: IssueState
    team: IssueTeam
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    priority: float = 0
    due_date: str | None = None
    completed_at: datetime | None = None
    canceled_at: datetime | None = None
    archived_at: datetime | None = None
    trashed: bool | None = None
    assignee: IssuePerson | None = None
    history: IssueHistory | None = None

    @property
    def status(self) -> Status:
        """A type that Linear adds one day counts as open: nothing is checked for it."""
        return STATUSES.get(self.state.type, Status.OPEN)


class OneIssue(msgspec.Struct):
    issue: LinearIssue


class IssuePage(msgspec.Struct):
    nodes: list[LinearIssue] = []


class ManyIssues(msgspec.Struct):
    issues: IssuePage


class ChangedIssue(msgspec.Struct):
    """What a mutation answers."""

    issue: LinearIssue


class IssueCreated(msgspec.Struct):
    payload: ChangedIssue = msgspec.field(name="issueCreate")


class IssueUpdated(msgspec.Struct):
    payload: ChangedIssue = msgspec.field(name="issueUpdate")


def ticket_of(issue: LinearIssue) -> Ticket:
    status, assignee = issue.status, issue.assignee or IssuePerson()
    changes = sorted(issue.history.nodes if issue.history else (), key=lambda change: change.created_at)
    return Ticket(
        key=issue.identifier,
        title=issue.title,
        description=issue.description or "",
        status=status,
        status_name=issue.state.name,
        link=issue.url,
        created=issue.created_at,
        done_at=issue.completed_at if status is Status.DONE else None,
        fields=TicketFields(
            due=_day(issue.due_date),
            priority=_NAMES.get(round(issue.priority), ""),
            assignee=assignee.name,
            assignee_email=assignee.email,
        ),
        id=issue.id,
        closed_by=_closed_by(issue, changes),
        reopened_by=_reopened_by(issue, changes),
        closed_at=issue.canceled_at if status is Status.CLOSED else None,
        resolution=issue.state.name if status is Status.CLOSED else "",
        archived=issue.archived_at is not None,
        updated=issue.updated_at,
        changed={name: change.created_at for change in changes for name in change.fields},
    )


def uuid4_of(kind: str, meaning: str) -> str:
    """An id of ours for a meaning: a UUID of version 4 by its form, always the same."""
    digest = bytearray(hashlib.sha256(f"replaybook:{kind}:{meaning}".encode()).digest()[:16])
    digest[6], digest[8] = digest[6] & 0x0F | 0x40, digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))


def _closed_by(issue: LinearIssue, changes: list[IssueChange]) -> str:
    """Who put the issue into the state that it has, where it is closed and the history goes back to it."""
    if issue.status not in ENDED:
        return ""
    moves = [change for change in changes if change.to_state]
    last = moves[-1] if moves else None
    fits = last is not None and last.to_state is not None and last.to_state.type == issue.state.type
    return last.actor.name if last and fits and last.actor else ""


def _reopened_by(issue: LinearIssue, changes: list[IssueChange]) -> str:
    """Who took an open issue out of the last state that it ended in, as far as the history goes back."""
    if issue.status in ENDED:
        return ""
    moves = [(STATUSES.get(change.to_state.type), change.actor) for change in changes if change.to_state]
    after = [who for (before, _), (_, who) in pairwise(moves) if before in ENDED]
    return after[-1].name if after and after[-1] else ""


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
