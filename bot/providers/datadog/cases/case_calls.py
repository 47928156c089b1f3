"""Requests to Case Management, and the parts of their answers that are read. What isn't needed may be null."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from bot.providers.datadog.http.api_call import Call, CallKind

PATH = "/api/v2/cases"
READS, WRITES = "cases_read", "cases_write"
WHAT = "a case"
STANDARD = "00000000-0000-0000-0000-000000000001"
"""The type of a plain case; every organization has it."""
NO_PRIORITY = "NOT_DEFINED"
MOST = 100  # a page's largest size


class CaseAttributes(msgspec.Struct):
    key: str
    title: str | None = None
    description: str | None = None
    status: str | None = None
    status_group: str | None = None
    status_name: str | None = None
    created_at: datetime | None = None
    closed_at: datetime | None = None
    priority: str | None = None
    due_date: str | None = None

    @property
    def due(self) -> date | None:
        """The calendar day; None for whatever isn't one."""
        try:
            return date.fromisoformat((self.due_date or "")[:10])
        except ValueError:
            return None


class DatadogCase(msgspec.Struct):
    id: str
    attributes: CaseAttributes


class OneCase(msgspec.Struct):
    data: DatadogCase


class ManyCases(msgspec.Struct):
    data: list[DatadogCase] = []


class ProjectAttributes(msgspec.Struct):
    key: str | None = None
    name: str | None = None


class Project(msgspec.Struct):
    id: str
    attributes: ProjectAttributes


class Projects(msgspec.Struct):
    data: list[Project] = []


class CommentMessage(msgspec.Struct):
    message: str | None = None


class TimelineAttributes(msgspec.Struct):
    cell_content: CommentMessage | None = None


class CaseComment(msgspec.Struct):
    """One entry of a case's timeline: a comment, or a change."""

    attributes: TimelineAttributes = msgspec.field(default_factory=TimelineAttributes)

    @property
    def text(self) -> str:
        """The comment, empty for a change."""
        content = self.attributes.cell_content
        return (content and content.message) or ""


class CaseTimeline(msgspec.Struct):
    data: list[CaseComment] = []


def create(project: str, title: str, description: str, priority: str = "") -> Call:
    """`project` is Datadog's id of the project."""
    body = {
        "data": {
            "type": "case",
            "attributes": {
                "title": title,
                "description": description,
                "type_id": STANDARD,
                "priority": priority or NO_PRIORITY,
            },
            "relationships": {"project": {"data": {"id": project, "type": "project"}}},
        }
    }
    return Call("POST", PATH, "cases_write", WRITES, WHAT, CallKind.CREATE, body=body)


def set_priority(key: str, priority: str) -> Call:
    return _set(key, "priority", {"priority": priority})


def set_due(key: str, due: date) -> Call:
    """Datadog still calls this operation unstable: an organization may not have it."""
    return _set(key, "due_date", {"due_date": due.isoformat()})


def close(key: str) -> Call:
    return _set(key, "status", {"status": "CLOSED"})


def _set(key: str, what: str, attributes: dict[str, str]) -> Call:
    """Repeatable: it sets what is there already."""
    body = {"data": {"type": "case", "attributes": attributes}}
    path = f"{PATH}/{quote(key, safe='')}/{what}"
    return Call("POST", path, "cases_write", WRITES, WHAT, CallKind.REPLACE, body=body)


def get(key: str) -> Call:
    return Call("GET", f"{PATH}/{quote(key, safe='')}", "cases_read", READS, WHAT)


def newest(limit: int, words: str = "") -> Call:
    query = [("page[size]", str(limit)), ("page[number]", "1"), ("sort[field]", "created_at"), ("sort[asc]", "false")]
    if words:
        query.append(("filter", words))
    return Call("GET", PATH, "cases_read", READS, "cases", query=tuple(query))


def projects() -> Call:
    return Call("GET", f"{PATH}/projects", "cases_read", READS, "projects of Case Management")


def comment(key: str, text: str) -> Call:
    body: dict[str, Any] = {"data": {"type": "case", "attributes": {"comment": text}}}
    return Call(
        "POST", f"{PATH}/{quote(key, safe='')}/comment", "cases_write", WRITES, WHAT, CallKind.CREATE, body=body
    )


def timeline(key: str) -> Call:
    """The newest entries. Pages of a timeline are counted from 0, those of cases from 1."""
    query = (("page[size]", str(MOST)), ("page[number]", "0"), ("sort[ascending]", "false"))
    return Call("GET", f"{PATH}/{quote(key, safe='')}/timelines", "cases_read", READS, WHAT, query=query)
