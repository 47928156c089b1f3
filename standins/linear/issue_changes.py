"""What can be done to an issue, by the API or by hand: each change is made in one place, and told to the webhooks."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from standins.linear.linear_world import (
    PAST_TRIAGE,
    LinearChange,
    LinearComment,
    LinearError,
    LinearLabel,
    LinearState,
    LinearUser,
    LinearWorld,
    StoredLinearIssue,
    StoredLinearTeam,
    forbidden,
    not_found,
)

MOST_TITLE = 512


def created(world: LinearWorld, sent: dict[str, Any], by: LinearUser) -> StoredLinearIssue:
    """A new issue from an IssueCreateInput. Raises LinearError."""
    team, now = world.team_by_id(sent["teamId"]), world.clock()
    id = sent.get("id") or str(uuid.uuid4())
    _is_new(world, id)
    title = (sent.get("title") or "").strip()
    if not title or len(title) > MOST_TITLE:
        raise LinearError("Argument Validation Error", words="title must be between 1 and 512 characters.")
    state = _state(team, sent["stateId"]) if sent.get("stateId") else team.states[PAST_TRIAGE]
    team.last += 1
    issue = StoredLinearIssue(id, team, team.last, title, state, now, now)
    try:
        _fill(world, issue, sent)
    except LinearError:
        team.last -= 1
        raise
    world.issues.append(issue)
    world.deliver("create", issue, {}, by)
    return issue


def updated(world: LinearWorld, issue: StoredLinearIssue, sent: dict[str, Any], by: LinearUser) -> None:
    """Changes an issue by an IssueUpdateInput. What is there already changes nothing. Raises LinearError."""
    before = _state_of(issue)
    if sent.get("teamId") and sent["teamId"] != issue.team.id:
        _moved(issue, world.team_by_id(sent["teamId"]))
    if sent.get("stateId"):
        _set_state(world, issue, _state(issue.team, sent["stateId"]))
    if sent.get("title"):
        issue.title = sent["title"]
    _fill(world, issue, sent)
    _tell_changes(world, issue, before, by)


def set_state(world: LinearWorld, issue: StoredLinearIssue, kind: str, by: LinearUser) -> None:
    """Puts the issue into the first state of a type, such as `canceled`."""
    before = _state_of(issue)
    _set_state(world, issue, next(state for state in issue.team.states if state.type == kind))
    _tell_changes(world, issue, before, by)


def move_to_team(world: LinearWorld, issue: StoredLinearIssue, team: StoredLinearTeam, by: LinearUser) -> None:
    """Gives the issue the next number of another team; by the old one it is still known."""
    before = _state_of(issue)
    _moved(issue, team)
    _tell_changes(world, issue, before, by)


def archive(world: LinearWorld, issue: StoredLinearIssue, by: LinearUser, *, trash: bool = False) -> None:
    """Archives the issue, or puts it into the bin, where it can be read for thirty days."""
    before = _state_of(issue)
    issue.archived, issue.trashed = world.clock(), trash
    _tell_changes(world, issue, before, by, "remove" if trash else "update")


def delete(world: LinearWorld, issue: StoredLinearIssue, by: LinearUser) -> None:
    """Takes the issue out of the bin for good."""
    issue.deleted = True
    world.deliver("remove", issue, {}, by)


def comment(world: LinearWorld, issue: StoredLinearIssue, sent: dict[str, Any]) -> LinearComment:
    """Raises LinearError."""
    id = sent.get("id") or str(uuid.uuid4())
    if any(known.id == id for other in world.issues for known in other.comments):
        raise LinearError("Entity already exists: Comment")
    _uuid4(id)
    if not (sent.get("body") or "").strip():
        raise LinearError("Argument Validation Error", words="body must not be empty.")
    made = LinearComment(id, sent["body"], world.clock())
    issue.comments.append(made)
    return made


def label(world: LinearWorld, sent: dict[str, Any]) -> LinearLabel:
    """A new label of the workspace, or of a team. Raises LinearError."""
    if not world.makes_labels:
        raise forbidden("You don't have permission to create labels.")
    id, name = sent.get("id") or str(uuid.uuid4()), sent["name"].strip()
    team = world.team_by_id(sent["teamId"]) if sent.get("teamId") else None
    same = (one for one in world.labels if one.team in (None, team) and one.name.casefold() == name.casefold())
    if not name or any(one.id == id for one in world.labels) or any(same):
        raise LinearError("Duplicate label name", words="A label with this name already exists.")
    _uuid4(id)
    world.labels.append(LinearLabel(name, team, id))
    return world.labels[-1]


def _fill(world: LinearWorld, issue: StoredLinearIssue, sent: dict[str, Any]) -> None:
    if sent.get("description") is not None:
        issue.description = sent["description"]
    if sent.get("priority") is not None:
        if not 0 <= sent["priority"] <= 4:
            raise LinearError("Argument Validation Error", words="priority must be between 0 and 4.")
        issue.priority = sent["priority"]
    if "dueDate" in sent:
        issue.due = _day(sent["dueDate"])
    if "assigneeId" in sent:
        issue.assignee = _user(world, sent["assigneeId"]) if sent["assigneeId"] else None
    if sent.get("labelIds") is not None:
        issue.labels = [_label(world, issue.team, id) for id in sent["labelIds"]]
    if sent.get("parentId"):
        issue.parent = world.issue(sent["parentId"])


def _set_state(world: LinearWorld, issue: StoredLinearIssue, state: LinearState) -> None:
    if state is issue.state:
        return
    now = world.clock()
    issue.state = state
    issue.started = (issue.started or now) if state.type in {"started", "completed"} else None
    issue.completed = now if state.type == "completed" else None
    issue.canceled = now if state.type in {"canceled", "duplicate"} else None


def _moved(issue: StoredLinearIssue, team: StoredLinearTeam) -> None:
    issue.previous.append(issue.identifier)
    team.last += 1
    issue.team, issue.number = team, team.last
    issue.state = next(state for state in team.states if state.type == issue.state.type)


def _state_of(issue: StoredLinearIssue) -> dict[str, Any]:
    return {
        "title": issue.title,
        "description": issue.description,
        "priority": issue.priority,
        "dueDate": issue.due,
        "assigneeId": issue.assignee and issue.assignee.id,
        "stateId": issue.state.id,
        "teamId": issue.team.id,
        "archivedAt": issue.archived and issue.archived.isoformat(),
        "trashed": issue.trashed or None,
        "labelIds": [label.id for label in issue.labels],
    }


def _tell_changes(
    world: LinearWorld, issue: StoredLinearIssue, before: dict[str, Any], by: LinearUser, action: str = "update"
) -> None:
    after = _state_of(issue)
    changed = {name: value for name, value in before.items() if after[name] != value}
    if changed:
        issue.history.append(LinearChange(by, world.clock(), changed, {name: after[name] for name in changed}))
        changed = dict(changed)
        changed["updatedAt"] = issue.updated.isoformat()
        issue.updated = world.clock()
        world.deliver(action, issue, changed, by)


def _is_new(world: LinearWorld, id: str) -> None:
    """An id is used once, also by an issue that is deleted."""
    _uuid4(id)
    if any(issue.id == id for issue in world.issues):
        raise LinearError("Entity already exists: Issue", words="An issue with this id already exists.")


def _uuid4(id: str) -> None:
    try:
        right = uuid.UUID(id).version == 4 and str(uuid.UUID(id)) == id
    except ValueError:
        right = False
    if not right:
        raise LinearError("Argument Validation Error", words="id must be a UUID v4.")


def _state(team: StoredLinearTeam, id: str) -> LinearState:
    for state in team.states:
        if state.id == id:
            return state
    raise not_found("WorkflowState")


def _user(world: LinearWorld, id: str) -> LinearUser:
    for user in world.users:
        if user.id == id and user.active:
            return user
    raise not_found("User")


def _label(world: LinearWorld, team: StoredLinearTeam, id: str) -> LinearLabel:
    for label in world.labels:
        if label.id == id and label.team in (None, team):
            if label.group or label.retired:
                raise LinearError("Argument Validation Error", words="The label can't be applied.")
            return label
    raise not_found("IssueLabel")


def _day(text: str | None) -> str | None:
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError:
        raise LinearError("Argument Validation Error", words="dueDate must be a date.") from None
