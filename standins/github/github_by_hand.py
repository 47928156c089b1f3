"""What people do with an issue on GitHub's pages, each with the webhook that it sends."""

from __future__ import annotations

from typing import Any

from standins.github.github_resources import account, issue_resource, repository
from standins.github.github_world import GitHubWorld, StoredHook, StoredIssue

REASONS = {"finish": "completed", "close": "not_planned", "duplicate": "duplicate"}
ACTIONS = (*REASONS, "reopen", "move", "delete")


def by_hand(world: GitHubWorld, issue: StoredIssue, what: str, who: str = "minseo-p") -> StoredIssue:
    """Returns the issue as it is afterwards: a transfer makes another one of it."""
    if what in REASONS:
        close(world, issue, REASONS[what], who)
    elif what == "reopen":
        reopen(world, issue, who)
    elif what == "move":
        return transfer(world, issue, who)
    elif what == "delete":
        issue.deleted = True
        announce(world, "deleted", issue, who)
    else:
        raise ValueError(f"nobody can {what} an issue")
    return issue


def close(world: GitHubWorld, issue: StoredIssue, reason: str, who: str) -> None:
    issue.state, issue.reason, issue.closed, issue.closed_by = "closed", reason, world.clock(), who
    issue.updated = world.clock()
    announce(world, "closed", issue, who)


def reopen(world: GitHubWorld, issue: StoredIssue, who: str) -> None:
    issue.state, issue.reason, issue.closed, issue.closed_by = "open", "reopened", None, ""
    issue.updated = world.clock()
    announce(world, "reopened", issue, who)


def transfer(world: GitHubWorld, issue: StoredIssue, who: str) -> StoredIssue:
    """To the other repository, with a new number and id; the old address leads there from then on."""
    target = next(repo for repo in world.repos if repo != issue.repo)
    moved = world.add(
        target, issue.title, issue.body, state=issue.state, reason=issue.reason, labels=[*issue.labels],
        assignees=[*issue.assignees], closed=issue.closed, closed_by=issue.closed_by, comments=[*issue.comments],
    )  # fmt: skip
    world.moved[(issue.repo, issue.number)] = (moved.repo, moved.number)
    world.issues.remove(issue)
    changes = {"new_issue": issue_resource(world, moved), "new_repository": repository(world, target)}
    announce(world, "transferred", issue, who, changes=changes)
    return moved


def announce(world: GitHubWorld, action: str, issue: StoredIssue, who: str, **more: Any) -> None:
    payload = {
        "action": action,
        "issue": issue_resource(world, issue),
        "repository": repository(world, issue.repo),
        "sender": account(world, who),
        **more,
    }
    hook = StoredHook("issues", payload)
    world.hooks.append(hook)
    if world.on_hook:
        world.on_hook(hook)
