"""How what is kept is shown: objects of the schema, whose nested ones are made when a query asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from standins.linear.linear_filters import compares_all, page
from standins.linear.linear_world import (
    LinearChange,
    LinearComment,
    LinearHook,
    LinearLabel,
    LinearState,
    LinearUser,
    LinearWorld,
    StoredLinearAttachment,
    StoredLinearIssue,
    StoredLinearTeam,
)

Shown = dict[str, Any]


def issue_url(world: LinearWorld, issue: StoredLinearIssue) -> str:
    words = "-".join("".join(letter if letter.isalnum() else " " for letter in issue.title).casefold().split())[:60]
    return f"{world.app_url or world.url}/{world.url_key}/issue/{issue.identifier}/{words}"


def shown_issue(world: LinearWorld, issue: StoredLinearIssue) -> Shown:
    return {
        "id": issue.id,
        "identifier": issue.identifier,
        "number": float(issue.number),
        "title": issue.title,
        "description": issue.description or None,
        "priority": float(issue.priority),
        "dueDate": issue.due,
        "url": issue_url(world, issue),
        "createdAt": _time(issue.created),
        "updatedAt": _time(issue.updated),
        "startedAt": _time(issue.started),
        "completedAt": _time(issue.completed),
        "canceledAt": _time(issue.canceled),
        "archivedAt": _time(issue.archived),
        "trashed": issue.trashed or None,
        "previousIdentifiers": issue.previous,
        "team": lambda _: shown_team(world, issue.team),
        "state": lambda _: shown_state(world, issue.team, issue.state),
        "assignee": lambda _: issue.assignee and shown_user(world, issue.assignee),
        "parent": lambda _: issue.parent and shown_issue(world, issue.parent),
        "labels": lambda _, **given: labels_page(world, issue.labels, **given),
        "history": lambda _, first=None, after=None, **__: page(
            [shown_change(world, issue, change) for change in issue.history[::-1]], first, after
        ),
        "comments": lambda _, first=None, after=None, **__: page(
            [shown_comment(world, issue, comment) for comment in issue.comments[::-1]], first, after
        ),
        "attachments": lambda _, first=None, after=None, **__: page(
            [shown_attachment(world, issue, attachment) for attachment in issue.attachments], first, after
        ),
    }


def shown_team(world: LinearWorld, team: StoredLinearTeam) -> Shown:
    def states(_: Any, first: int | None = None, after: str | None = None, filter: Any = None, **__: Any) -> Shown:
        fitting = [state for state in team.states if compares_all({"name": state.name, "type": state.type}, filter)]
        return page([shown_state(world, team, state) for state in fitting], first, after)

    own = [label for label in world.labels if label.team is team]
    return {
        "id": team.id,
        "key": team.key,
        "name": team.name,
        "states": states,
        "labels": lambda _, **given: labels_page(world, own, **given),
        "defaultIssueState": lambda _: shown_state(world, team, team.states[1]),
    }


def shown_state(world: LinearWorld, team: StoredLinearTeam, state: LinearState) -> Shown:
    fields = {"id": state.id, "name": state.name, "type": state.type, "position": state.position}
    return {**fields, "team": lambda _: shown_team(world, team)}


def shown_user(world: LinearWorld, user: LinearUser) -> Shown:
    return {
        "id": user.id,
        "name": user.name,
        "displayName": user.name.split()[0].casefold(),
        "email": user.email,
        "admin": user.admin,
        "active": user.active,
        "organization": {"id": "org-1", "name": "Nordic Outfitters", "urlKey": world.url_key},
    }


def shown_label(world: LinearWorld, label: LinearLabel) -> Shown:
    fields = {"id": label.id, "name": label.name, "isGroup": label.group, "retiredAt": label.retired}
    return {**fields, "team": lambda _: label.team and shown_team(world, label.team)}


def labels_page(
    world: LinearWorld,
    labels: Sequence[LinearLabel],
    first: int | None = None,
    after: str | None = None,
    filter: Any = None,
    **_: Any,
) -> Shown:
    fitting = [label for label in labels if _label_fits(label, filter or {})]
    return page([shown_label(world, label) for label in fitting], first, after)


def _label_fits(label: LinearLabel, wanted: dict[str, Any]) -> bool:
    if not all(_label_fits(label, part) for part in wanted.get("and", ())):
        return False
    if "or" in wanted and not any(_label_fits(label, part) for part in wanted["or"]):
        return False
    team = dict(wanted.get("team") or {})
    null = team.pop("null", None)
    if null is not None and null != (label.team is None):
        return False
    if team and (label.team is None or not compares_all({"id": label.team.id, "key": label.team.key}, team)):
        return False
    return compares_all({"name": label.name}, {"name": wanted["name"]} if "name" in wanted else {})


def shown_change(world: LinearWorld, issue: StoredLinearIssue, change: LinearChange) -> Shown:
    """An entry of the history. What wasn't changed is null."""
    users = {user.id: user for user in world.users}
    states = {state.id: (team, state) for team in world.teams for state in team.states}

    def user(values: dict[str, Any]) -> Shown | None:
        known = users.get(values.get("assigneeId") or "")
        return shown_user(world, known) if known else None

    def state(values: dict[str, Any]) -> Shown | None:
        known = states.get(values.get("stateId") or "")
        return shown_state(world, *known) if known else None

    before, after = change.before, change.after
    return {
        "id": change.id,
        "createdAt": _time(change.at),
        "actor": lambda _: shown_user(world, change.by),
        "fromAssignee": lambda _: user(before),
        "toAssignee": lambda _: user(after),
        "fromState": lambda _: state(before),
        "toState": lambda _: state(after),
        "fromDueDate": before.get("dueDate"),
        "toDueDate": after.get("dueDate"),
        "fromPriority": _number(before.get("priority")),
        "toPriority": _number(after.get("priority")),
    }


def shown_comment(world: LinearWorld, issue: StoredLinearIssue, comment: LinearComment) -> Shown:
    return {
        "id": comment.id,
        "body": comment.body,
        "createdAt": _time(comment.created),
        "url": f"{issue_url(world, issue)}#comment-{comment.id[:8]}",
        "issue": lambda _: shown_issue(world, issue),
        "user": lambda _: shown_user(world, world.users[0]),
    }


def shown_attachment(world: LinearWorld, issue: StoredLinearIssue, attachment: StoredLinearAttachment) -> Shown:
    return {
        "id": attachment.id,
        "url": attachment.url,
        "title": attachment.title,
        "subtitle": attachment.subtitle or None,
        "metadata": attachment.metadata,
        "createdAt": _time(attachment.created),
        "updatedAt": _time(attachment.created),
        "issue": lambda _: shown_issue(world, issue),
    }


def shown_hook(world: LinearWorld, hook: LinearHook) -> Shown:
    return {
        "id": hook.id,
        "label": hook.label or None,
        "enabled": True,
        "url": hook.url,
        "resourceTypes": list(hook.types),
        "allPublicTeams": hook.team is None,
        "team": lambda _: hook.team and shown_team(world, hook.team),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _number(value: int | None) -> float | None:
    return None if value is None else float(value)
