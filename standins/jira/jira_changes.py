"""What can be done to an issue, by the API or by hand: each change has an entry in the changelog, and is told."""

from __future__ import annotations

from typing import Any

from standins.jira.jira_fields import chosen_type, set_fields
from standins.jira.jira_world import (
    PRIORITIES,
    RESOLUTIONS,
    JiraChange,
    JiraError,
    JiraProject,
    JiraStep,
    JiraUser,
    JiraWorld,
    StoredJiraIssue,
)


def created(world: JiraWorld, fields: dict[str, Any], properties: dict[str, Any]) -> StoredJiraIssue:
    """Raises JiraError."""
    named = fields.get("project") or {}
    try:
        project = world.project(str(named.get("key") or named.get("id") or ""))
    except JiraError:
        raise JiraError(400, fields={"project": "Specify a valid project ID or key"}) from None
    if "CREATE_ISSUES" not in project.permissions:
        raise JiraError(403, "You do not have permission to create issues in this project.")
    now = world.clock()
    issue = StoredJiraIssue(
        str(10_000 + len(world.issues)), project, project.last + 1, chosen_type(project, fields.get("issuetype")), "",
        now, now, properties=properties, creator=world.users[0],
    )  # fmt: skip
    set_fields(world, issue, fields, creating=True)
    if issue.parent and world.cloud and world.issue(issue.parent).type.level != issue.type.level + 1:
        raise JiraError(400, fields={"parent": "Given parent issue does not belong to the hierarchy of this type."})
    project.last += 1
    world.issues.append(issue)
    world.deliver("jira:issue_created", issue, None)
    return issue


def edited(world: JiraWorld, issue: StoredJiraIssue, fields: dict[str, Any], by: JiraUser) -> None:
    before = _values(issue)
    set_fields(world, issue, fields, creating=False)
    _note(world, issue, before, by)


def moved_to(world: JiraWorld, issue: StoredJiraIssue, step: JiraStep, by: JiraUser, resolution: str = "") -> None:
    """Does a transition. What is done has a resolution where the step or its screen gives one."""
    before = _values(issue)
    issue.status = step.to
    done = step.to.category == "done"
    issue.resolution = (resolution or step.resolution) if done else ""
    issue.resolved = world.clock() if issue.resolution else None
    _note(world, issue, before, by)


def moved_project(world: JiraWorld, issue: StoredJiraIssue, project: JiraProject, by: JiraUser) -> None:
    """Gives the issue the next number of another project; by the old key it is still found."""
    before = _values(issue)
    issue.former.append(issue.key)
    project.last += 1
    issue.project, issue.number = project, project.last
    issue.type = next((kind for kind in project.types if kind.name == issue.type.name), project.types[0])
    _note(world, issue, before, by)


def deleted(world: JiraWorld, issue: StoredJiraIssue) -> None:
    world.issues.remove(issue)
    world.deliver("jira:issue_deleted", issue, None)


def archived(world: JiraWorld, issue: StoredJiraIssue, by: JiraUser) -> None:
    issue.archived = True
    world.deliver("jira:issue_updated", issue, JiraChange(by, world.clock(), ()))


def _values(issue: StoredJiraIssue) -> dict[str, tuple[str | None, str | None]]:
    """What the changelog is about: the value and how it is shown."""
    return {
        "summary": (None, issue.summary),
        "status": (issue.status.id, issue.status.name),
        "resolution": (issue.resolution or None, RESOLUTIONS.get(issue.resolution)),
        "priority": (issue.priority, PRIORITIES.get(issue.priority)),
        "duedate": (issue.due, issue.due),
        "assignee": (issue.assignee.id, issue.assignee.name) if issue.assignee else (None, None),
        "Key": (None, issue.key),
    }


def _note(world: JiraWorld, issue: StoredJiraIssue, before: dict[str, Any], by: JiraUser) -> None:
    after = _values(issue)
    items = tuple(
        {
            "field": name,
            "fieldtype": "jira",
            "fieldId": name,
            "from": before[name][0],
            "fromString": before[name][1],
            "to": value[0],
            "toString": value[1],
        }
        for name, value in after.items()
        if before[name] != value
    )
    if items:
        issue.updated = world.clock()
        change = JiraChange(by, issue.updated, items)
        issue.changes.append(change)
        world.deliver("jira:issue_updated", issue, change)
