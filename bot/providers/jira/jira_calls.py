"""The requests that are sent to Jira. Both flavours have the same, but for the search and how people are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from bot.providers.jira.jira_client import JiraCall, JiraCallKind

FIELDS = (
    "summary",
    "description",
    "status",
    "resolution",
    "resolutiondate",
    "priority",
    "duedate",
    "assignee",
    "created",
    "updated",
    "archiveddate",
)
MANY = 50
OUR_PROPERTY = "replaybook"


def issue(key: str, fields: Sequence[str] = FIELDS, *, changelog: bool = True) -> JiraCall:
    query = {"fields": ",".join(fields)} | ({"expand": "changelog"} if changelog else {})
    return JiraCall("GET", _path(key), "an issue", "GET issue", query=query)


def create(fields: Mapping[str, Any], mark: str) -> JiraCall:
    """`mark` says in an entity property, which the issue has from its beginning, what it was made for."""
    body = {"fields": fields, "properties": [{"key": OUR_PROPERTY, "value": {"id": mark}}]}
    return JiraCall("POST", "/issue", "a new issue", "POST issue", JiraCallKind.ADD, body=body)


def edit(key: str, fields: Mapping[str, Any]) -> JiraCall:
    return JiraCall(
        "PUT", _path(key), "a change of an issue", "PUT issue", JiraCallKind.SET, body={"fields": fields}, issue=key
    )


def transitions(key: str) -> JiraCall:
    query = {"expand": "transitions.fields"}
    return JiraCall("GET", _path(key, "/transitions"), "the workflow", "GET transitions", query=query)


def transition(key: str, id: str, fields: Mapping[str, Any]) -> JiraCall:
    """Where the issue has left the state, Jira refuses it: nothing is done twice."""
    body = {"transition": {"id": id}} | ({"fields": fields} if fields else {})
    path = _path(key, "/transitions")
    return JiraCall("POST", path, "a step of the workflow", "POST transitions", JiraCallKind.ADD, body=body, issue=key)


def link(key: str, body: Mapping[str, Any]) -> JiraCall:
    """Repeatable: the same `globalId` changes the link that is there."""
    path = _path(key, "/remotelink")
    return JiraCall("POST", path, "a link on an issue", "POST remotelink", JiraCallKind.SET, body=body, issue=key)


def attach(key: str, name: str, media_type: str, data: bytes) -> JiraCall:
    path, file = _path(key, "/attachments"), (name, media_type, data)
    return JiraCall("POST", path, "a file", "POST attachments", JiraCallKind.ADD, issue=key, file=file)


def comments(key: str) -> JiraCall:
    """The newest."""
    query = {"orderBy": "-created", "maxResults": "100", "expand": "properties"}
    return JiraCall("GET", _path(key, "/comment"), "comments", "GET comment", query=query)


def comment(key: str, body: object, mark: str) -> JiraCall:
    sent = {"body": body, "properties": [{"key": OUR_PROPERTY, "value": {"id": mark}}]}
    path = _path(key, "/comment")
    return JiraCall("POST", path, "a comment", "POST comment", JiraCallKind.ADD, body=sent, issue=key)


def search(jql: str, most: int, *, cloud: bool, properties: bool = False, changelog: bool = False) -> JiraCall:
    """Cloud took the older search away in 2025; Data Center has that alone."""
    body: dict[str, Any] = {"jql": jql, "fields": list(FIELDS), "maxResults": most}
    if properties:
        body["properties"] = [OUR_PROPERTY]
    if changelog:
        body["expand"] = "changelog" if cloud else ["changelog"]
    return JiraCall("POST", "/search/jql" if cloud else "/search", "issues", "POST search", body=body)


def issue_types(project: str, start: int) -> JiraCall:
    path = f"/issue/createmeta/{quote(project, safe='')}/issuetypes"
    return JiraCall("GET", path, "types of issues", "GET createmeta", query=_from(start))


def type_fields(project: str, type: str, start: int) -> JiraCall:
    path = f"/issue/createmeta/{quote(project, safe='')}/issuetypes/{quote(type, safe='')}"
    return JiraCall("GET", path, "fields of new issues", "GET createmeta", query=_from(start))


def people(email: str, *, cloud: bool) -> JiraCall:
    query = {"query" if cloud else "username": email, "maxResults": "10"}
    return JiraCall("GET", "/user/search", "people", "GET user", query=query)


def myself() -> JiraCall:
    return JiraCall("GET", "/myself", "the account", "GET myself")


def permissions(project: str, names: Sequence[str]) -> JiraCall:
    query = {"projectKey": project, "permissions": ",".join(names)}
    return JiraCall("GET", "/mypermissions", "permissions", "GET mypermissions", query=query)


def in_quotes(text: str) -> str:
    """A text as a value in JQL: the one place where what people typed enters a query."""
    plain = "".join(letter for letter in text if letter.isprintable())
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _path(key: str, rest: str = "") -> str:
    return f"/issue/{quote(key, safe='')}{rest}"


def _from(start: int) -> dict[str, str]:
    return {"startAt": str(start), "maxResults": "50"}
