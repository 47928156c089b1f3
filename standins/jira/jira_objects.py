"""How what is kept is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from standins.jira.jira_world import (
    CATEGORIES,
    PRIORITIES,
    RESOLUTIONS,
    JiraAttachment,
    JiraChange,
    JiraComment,
    JiraStatus,
    JiraUser,
    JiraWorld,
    StoredJiraIssue,
)

Shown = dict[str, Any]


def shown_issue(world: JiraWorld, issue: StoredJiraIssue, wanted: set[str] | None, *, changelog: bool = False) -> Shown:
    """`wanted` are the names of the fields, all of them where it is None."""
    fields: Shown = {
        "summary": issue.summary,
        "description": issue.description,
        "status": shown_status(world, issue.status),
        "resolution": (issue.resolution and {"id": issue.resolution, "name": RESOLUTIONS[issue.resolution]}) or None,
        "resolutiondate": time_of(issue.resolved),
        "priority": {"id": issue.priority, "name": PRIORITIES[issue.priority]} if issue.priority else None,
        "duedate": issue.due,
        "assignee": shown_user(world, issue.assignee) if issue.assignee else None,
        "labels": issue.labels,
        "created": time_of(issue.created),
        "updated": time_of(issue.updated),
        "project": {"id": issue.project.id, "key": issue.project.key, "name": issue.project.name},
        "issuetype": _type(world, issue),
        "attachment": [shown_attachment(world, one) for one in issue.attachments],
        **issue.custom,
    }
    if issue.parent:
        fields["parent"] = {"key": issue.parent}
    if issue.archived:
        fields["archiveddate"] = time_of(issue.updated)
    shown: Shown = {
        "id": issue.id,
        "key": issue.key,
        "self": f"{world.url}/rest/api/{'3' if world.cloud else '2'}/issue/{issue.id}",
        "fields": {name: value for name, value in fields.items() if wanted is None or name in wanted},
    }
    if changelog:
        shown["changelog"] = {"histories": [shown_change(world, change) for change in issue.changes[::-1]]}
    return shown


def shown_change(world: JiraWorld, change: JiraChange) -> Shown:
    return {
        "id": str(id(change)),
        "author": shown_user(world, change.by),
        "created": time_of(change.at),
        "items": list(change.items),
    }


def shown_status(world: JiraWorld, status: JiraStatus) -> Shown:
    number, name = CATEGORIES[status.category]
    return {
        "id": status.id,
        "name": status.name,
        "statusCategory": {"id": number, "key": status.category, "name": name},
    }


def shown_user(world: JiraWorld, user: JiraUser) -> Shown:
    shown: Shown = {"displayName": user.name, "active": True}
    shown |= {"accountId": user.id, "accountType": "atlassian"} if world.cloud else {"name": user.id, "key": user.id}
    return shown | ({"emailAddress": user.email} if world.shows_addresses else {})


def shown_comment(world: JiraWorld, comment: JiraComment, *, properties: bool = False) -> Shown:
    shown: Shown = {"id": comment.id, "body": comment.body, "created": time_of(comment.created)}
    if properties:
        shown["properties"] = [{"key": key, "value": value} for key, value in comment.properties.items()]
    return shown


def shown_attachment(world: JiraWorld, one: JiraAttachment) -> Shown:
    return {
        "id": one.id,
        "filename": one.name,
        "size": len(one.data),
        "mimeType": one.media_type,
        "created": time_of(one.created),
        "content": f"{world.url}/secure/attachment/{one.id}/{one.name}",
    }


def time_of(moment: datetime | None) -> str | None:
    """As Jira writes it: `2026-12-03T12:00:00.000+0000`, which has no colon in its offset."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000" if moment else None


def _type(world: JiraWorld, issue: StoredJiraIssue) -> Shown:
    """Data Center's types have no level."""
    kind = issue.type
    level = {"hierarchyLevel": kind.level} if world.cloud else {}
    return {"id": kind.id, "name": kind.name, "subtask": kind.subtask, **level}
