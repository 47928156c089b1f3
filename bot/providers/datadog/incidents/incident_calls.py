"""Requests for incidents, and the parts of their answers that are read. Datadog marks this API as a preview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from bot.providers.datadog.http.api_call import Call, CallKind

PATH = "/api/v2/incidents"
READS, WRITES = "incidents_read", "incidents_write"
WHAT = "an incident"
SLACK = 1  # the number of the integration


class IncidentAttributes(msgspec.Struct):
    """`fields` are what an organization keeps of its incidents; the values of `services` are names."""

    public_id: int | None = None
    title: str | None = None
    severity: Any = None
    fields: Any = None

    @property
    def services(self) -> tuple[str, ...]:
        """Whatever an organization has made of the field, only texts in a list count."""
        field = self.fields.get("services") if isinstance(self.fields, dict) else None
        values = field.get("value") if isinstance(field, dict) else None
        return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()


class IncidentReference(msgspec.Struct):
    id: str = ""


class IncidentRelationship(msgspec.Struct):
    data: IncidentReference | None = None


class IncidentRelationships(msgspec.Struct):
    commander_user: IncidentRelationship | None = None


class DatadogIncident(msgspec.Struct):
    """`id` is a UUID; `attributes.public_id` is the number that people know it by."""

    id: str
    attributes: IncidentAttributes = msgspec.field(default_factory=IncidentAttributes)
    relationships: IncidentRelationships | None = None

    @property
    def commander(self) -> str:
        """The id of a user, empty where nobody commands."""
        of = self.relationships.commander_user if self.relationships else None
        return of.data.id if of and of.data else ""


class IncidentUserAttributes(msgspec.Struct):
    name: str | None = None
    email: str | None = None


class IncludedRecord(msgspec.Struct):
    """What comes along with an incident: users, and others that are not read."""

    id: str = ""
    type: str = ""
    attributes: Any = None


class OneIncident(msgspec.Struct):
    data: DatadogIncident
    included: list[IncludedRecord] | None = None

    @property
    def commander(self) -> IncidentUserAttributes:
        """Who commands, as far as the users came along."""
        wanted = self.data.commander
        for record in self.included or ():
            if wanted and (record.id, record.type) == (wanted, "users"):
                try:
                    return msgspec.convert(record.attributes, IncidentUserAttributes)
                except msgspec.ValidationError:
                    break
        return IncidentUserAttributes()


class SearchAttributes(msgspec.Struct):
    incidents: list[OneIncident] = []


class SearchData(msgspec.Struct):
    attributes: SearchAttributes


class IncidentSearch(msgspec.Struct):
    data: SearchData

    @property
    def incidents(self) -> list[DatadogIncident]:
        return [one.data for one in self.data.attributes.incidents]


class IncidentChannel(msgspec.Struct):
    channel_id: str | None = None
    team_id: str | None = None


class IncidentMetadata(msgspec.Struct):
    channels: list[IncidentChannel] | None = None


class IntegrationAttributes(msgspec.Struct):
    integration_type: int = 0
    metadata: IncidentMetadata | None = None


class Integration(msgspec.Struct):
    """A link to Slack, Jira or another system. Only Slack has channels."""

    attributes: IntegrationAttributes = msgspec.field(default_factory=IntegrationAttributes)

    @property
    def slack(self) -> list[IncidentChannel]:
        metadata = self.attributes.metadata
        return (metadata and metadata.channels) or [] if self.attributes.integration_type == SLACK else []


class Integrations(msgspec.Struct):
    data: list[Integration] = []


class Document(msgspec.Struct):
    document_url: str | None = msgspec.field(name="documentUrl", default=None)
    title: str | None = None


class IncidentAttachmentAttributes(msgspec.Struct):
    attachment: Document | None = None


class IncidentAttachment(msgspec.Struct):
    id: str = ""
    attributes: IncidentAttachmentAttributes = msgspec.field(default_factory=IncidentAttachmentAttributes)

    @property
    def url(self) -> str:
        document = self.attributes.attachment
        return (document and document.document_url) or ""

    @property
    def title(self) -> str:
        document = self.attributes.attachment
        return (document and document.title) or ""


class OneAttachment(msgspec.Struct):
    data: IncidentAttachment


class Attachments(msgspec.Struct):
    data: list[IncidentAttachment] = []


class AnyAnswer(msgspec.Struct):
    """An answer of which nothing is read."""


class IncidentTodoAttributes(msgspec.Struct):
    """`assignees` are handles (`@jisoo@example.com`), or objects for people without an account here."""

    content: str | None = None
    completed: str | None = None
    assignees: list[Any] | None = None


class IncidentTodo(msgspec.Struct):
    id: str
    attributes: IncidentTodoAttributes = msgspec.field(default_factory=IncidentTodoAttributes)


class OneTodo(msgspec.Struct):
    data: IncidentTodo


class Todos(msgspec.Struct):
    data: list[IncidentTodo] = []


def search(query: str, limit: int) -> Call:
    parameters = (("query", query), ("sort", "-created"), ("page[size]", str(limit)))
    return _read(f"{PATH}/search", "incidents", parameters)


def get(id: str) -> Call:
    return _read(_of(id), WHAT)


def with_users(id: str) -> Call:
    return _read(_of(id), WHAT, (("include", "users"),))


def integrations(id: str) -> Call:
    return _read(f"{_of(id)}/relationships/integrations", "Slack channels of an incident")


def attachments(id: str) -> Call:
    return _read(f"{_of(id)}/attachments", "attachments of an incident")


def attach(id: str, url: str, title: str) -> Call:
    """Attaches the incident's post-mortem."""
    attributes = {"attachment_type": "postmortem", "attachment": {"documentUrl": url, "title": title}}
    return _write("POST", f"{_of(id)}/attachments", "incident_attachments", attributes)


def make_postmortem(id: str, title: str, markdown: str, template: str) -> Call:
    """Has Datadog make a document of the markdown: as one cell for its own notebooks, and as text for other systems."""
    cell = {"id": "replaybook", "type": "markdown", "attributes": {"definition": {"content": markdown}}}
    attributes: dict[str, Any] = {"title": title, "content": markdown, "cells": [cell]}
    attributes |= {"postmortem_template_id": template} if template else {}
    return _write("POST", f"{_of(id)}/attachments/postmortems", "incident_attachments", attributes)


def todos(id: str) -> Call:
    return _read(f"{_of(id)}/relationships/todos", "follow-ups of an incident")


def todo(id: str, content: str, assignees: Sequence[Any]) -> Call:
    return _write("POST", f"{_of(id)}/relationships/todos", "incident_todos", _todo(content, assignees, None))


def change_todo(id: str, todo: str, content: str, assignees: Sequence[Any], completed: str | None) -> Call:
    path = f"{_of(id)}/relationships/todos/{quote(todo, safe='')}"
    return _write("PATCH", path, "incident_todos", _todo(content, assignees, completed))


def _todo(content: str, assignees: Sequence[Any], completed: str | None) -> dict[str, Any]:
    attributes: dict[str, Any] = {"content": content, "assignees": list(assignees)}
    return attributes | ({"completed": completed} if completed else {})


def _of(id: str) -> str:
    return f"{PATH}/{quote(id, safe='')}"


def _read(path: str, what: str, query: tuple[tuple[str, str], ...] = ()) -> Call:
    return Call("GET", path, "incident_read", READS, what, query=query)


def _write(method: str, path: str, kind: str, attributes: dict[str, Any]) -> Call:
    body = {"data": {"type": kind, "attributes": attributes}}
    repeatable = CallKind.CREATE if method == "POST" else CallKind.REPLACE
    return Call(method, path, "incident_write", WRITES, WHAT, repeatable, body=body)
