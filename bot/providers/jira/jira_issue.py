"""An issue as Jira answers, and as a ticket."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import msgspec

from bot.backlog.ticket import Status, Ticket, TicketFields
from bot.providers.jira.atlassian_document import plain_words

CATEGORIES = {"new": Status.OPEN, "indeterminate": Status.IN_PROGRESS, "done": Status.DONE}
NOT_FIXED = frozenset(
    {
        "won't do", "won't fix", "wont do", "wont fix", "will not fix", "duplicate", "cannot reproduce",
        "can't reproduce", "could not reproduce", "incomplete", "declined", "rejected", "invalid", "not a bug",
        "works as designed", "by design", "obsolete", "canceled", "cancelled", "abandoned", "withdrawn", "known error",
        "no action",
    }
)  # fmt: skip
"""Names of resolutions, or of states where there are none, that mean closed without a fix."""
PRIORITIES = {
    "P1": {"highest", "blocker", "critical", "urgent", "p1"},
    "P2": {"high", "major", "p2"},
    "P3": {"medium", "normal", "p3"},
    "P4": {"low", "minor", "p4"},
    "P5": {"lowest", "trivial", "p5"},
}
USUAL_IDS = {"1": "P1", "2": "P2", "3": "P3", "4": "P4", "5": "P5"}
"""Ids of the priorities that Jira comes with."""
FIELD_NAMES = {"duedate": "due", "priority": "priority", "assignee": "assignee"}


class Category(msgspec.Struct):
    key: str = ""


class StatusOfIssue(msgspec.Struct):
    name: str = ""
    category: Category = msgspec.field(name="statusCategory", default_factory=Category)


class NamedValue(msgspec.Struct):
    id: str = ""
    name: str = ""


class JiraPerson(msgspec.Struct):
    display: str = msgspec.field(name="displayName", default="")
    email: str = msgspec.field(name="emailAddress", default="")
    account: str = msgspec.field(name="accountId", default="")
    name: str = ""


class IssueFields(msgspec.Struct):
    summary: str = ""
    description: Any = None
    status: StatusOfIssue = msgspec.field(default_factory=StatusOfIssue)
    resolution: NamedValue | None = None
    resolutiondate: str | None = None
    priority: NamedValue | None = None
    duedate: str | None = None
    assignee: JiraPerson | None = None
    created: str | None = None
    updated: str | None = None
    archiveddate: str | None = None


class ChangedItem(msgspec.Struct):
    field: str = ""
    to: str | None = None
    former: str | None = msgspec.field(name="fromString", default=None)


class ChangelogEntry(msgspec.Struct):
    created: str = ""
    author: JiraPerson | None = None
    items: list[ChangedItem] = []


class Changelog(msgspec.Struct):
    histories: list[ChangelogEntry] = []


class JiraIssue(msgspec.Struct):
    id: str
    key: str
    fields: IssueFields = msgspec.field(default_factory=IssueFields)
    changelog: Changelog | None = None
    properties: dict[str, Any] = {}


class JiraIssues(msgspec.Struct):
    issues: list[JiraIssue] = []


def ticket_of(issue: JiraIssue, app: str, not_fixed: Collection[str] = NOT_FIXED) -> Ticket:
    """`app` is where people open issues; `not_fixed` are names in lower case."""
    fields, assignee = issue.fields, issue.fields.assignee or JiraPerson()
    status, resolution = _status(fields, not_fixed), fields.resolution.name if fields.resolution else ""
    entries = sorted(issue.changelog.histories if issue.changelog else (), key=lambda entry: entry.created)
    ended = _time(fields.resolutiondate) or _last(entries, "status")
    return Ticket(
        key=issue.key,
        title=fields.summary,
        description=plain_words(fields.description),
        status=status,
        status_name=fields.status.name,
        link=f"{app}/browse/{issue.key}",
        created=_time(fields.created),
        done_at=(ended or _time(fields.updated)) if status is Status.DONE else None,
        fields=TicketFields(
            due=_day(fields.duedate),
            priority=priority_of(fields.priority),
            assignee=assignee.display or assignee.name,
            assignee_email=assignee.email,
        ),
        id=issue.id,
        closed_by=_closed_by(entries) if status in {Status.DONE, Status.CLOSED} else "",
        reopened_by="" if status in {Status.DONE, Status.CLOSED} else _reopened_by(entries, not_fixed),
        closed_at=(ended or _time(fields.updated)) if status is Status.CLOSED else None,
        resolution=(resolution or fields.status.name) if status in {Status.DONE, Status.CLOSED} else "",
        archived=bool(fields.archiveddate),
        updated=_time(fields.updated),
        changed={name: at for field, name in FIELD_NAMES.items() if (at := _last(entries, field)) is not None},
    )


def priority_of(priority: NamedValue | None) -> str:
    """`P1` to `P5`; empty for a name that we don't know."""
    if priority is None:
        return ""
    by_name = (name for name, words in PRIORITIES.items() if priority.name.casefold() in words)
    return next(by_name, "") or ("" if priority.name else USUAL_IDS.get(priority.id, ""))


def _status(fields: IssueFields, not_fixed: Collection[str]) -> Status:
    """By the category of the state, never by its name; how it ended says the resolution, or the state without one."""
    status = CATEGORIES.get(fields.status.category.key, Status.OPEN)
    if status is not Status.DONE:
        return status
    ending = fields.resolution.name if fields.resolution else fields.status.name
    return Status.CLOSED if _plain(ending) in not_fixed else Status.DONE


def _plain(name: str) -> str:
    return name.casefold().replace("’", "'")


def _closed_by(entries: list[ChangelogEntry]) -> str:
    """Who put it into the state that it has."""
    return _author([entry for entry in entries if _is_about(entry, "status")])


def _reopened_by(entries: list[ChangelogEntry], not_fixed: Collection[str]) -> str:
    """Who last took an open issue out of a state that it ended in, as far as that can be told.

    The changelog has no categories of states: it took the resolution away, or left a state without a fix by its name.
    """
    moves = [entry for entry in entries if _is_about(entry, "status")]
    return _author([entry for entry in moves if any(_reopens(item, not_fixed) for item in entry.items)])


def _reopens(item: ChangedItem, not_fixed: Collection[str]) -> bool:
    match item.field.casefold():
        case "resolution":
            return not item.to
        case "status":
            return _plain(item.former or "") in not_fixed
    return False


def _author(entries: list[ChangelogEntry]) -> str:
    """Of the last one."""
    author = entries[-1].author if entries else None
    return (author.display or author.name) if author else ""


def _last(entries: list[ChangelogEntry], field: str) -> datetime | None:
    times = [_time(entry.created) for entry in entries if _is_about(entry, field)]
    return times[-1] if times else None


def _is_about(entry: ChangelogEntry, field: str) -> bool:
    return any(item.field.casefold() == field for item in entry.items)


def _time(text: str | None) -> datetime | None:
    """From `2026-12-03T12:00:00.000+0000`; None for whatever isn't a time with a zone."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
