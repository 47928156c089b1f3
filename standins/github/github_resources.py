"""Accounts, repositories, issues and comments as GitHub's REST API gives them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from standins.github.github_world import GitHubWorld, StoredIssue, StoredIssueComment


def moment(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def account(world: GitHubWorld, login: str) -> dict[str, Any]:
    base = f"{world.api}/users/{login}"
    parts = ("followers", "subscriptions", "organizations", "repos", "received_events")
    return {
        "login": login,
        "id": 1 + sorted({*world.accounts, login}).index(login),
        "node_id": f"U_{login}",
        "avatar_url": f"{world.web}/{login}.png",
        "gravatar_id": "",
        "url": base,
        "html_url": f"{world.web}/{login}",
        **{f"{part}_url": f"{base}/{part}" for part in parts},
        "following_url": f"{base}/following{{/other_user}}",
        "gists_url": f"{base}/gists{{/gist_id}}",
        "starred_url": f"{base}/starred{{/owner}}{{/repo}}",
        "events_url": f"{base}/events{{/privacy}}",
        "type": "User",
        "site_admin": False,
    }


def repository(world: GitHubWorld, repo: str) -> dict[str, Any]:
    owner, name = repo.split("/")
    return {
        "id": 1 + world.repos.index(repo),
        "node_id": f"R_{name}",
        "name": name,
        "full_name": repo,
        "private": True,
        "owner": account(world, owner),
        "html_url": f"{world.web}/{repo}",
        "url": f"{world.api}/repos/{repo}",
        "has_issues": True,
        "archived": False,
    }


def issue_resource(world: GitHubWorld, issue: StoredIssue, *, alone: bool = True) -> dict[str, Any]:
    """Only an issue that is read by itself says who closed it."""
    url = f"{world.api}/repos/{issue.repo}/issues/{issue.number}"
    resource: dict[str, Any] = {
        "id": issue.id,
        "node_id": f"I_{issue.id}",
        "url": url,
        "repository_url": f"{world.api}/repos/{issue.repo}",
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{world.web}/{issue.repo}/{'pull' if issue.pull else 'issues'}/{issue.number}",
        "number": issue.number,
        "state": issue.state,
        "state_reason": issue.reason,
        "title": issue.title,
        "body": issue.body or None,
        "user": account(world, "replaybook-bot"),
        "labels": [_label(world, issue.repo, name, number) for number, name in enumerate(issue.labels, 1)],
        "assignee": account(world, issue.assignees[0]) if issue.assignees else None,
        "assignees": [account(world, login) for login in issue.assignees],
        "milestone": None,
        "locked": False,
        "comments": len(issue.comments),
        "closed_at": moment(issue.closed),
        "created_at": moment(issue.created),
        "updated_at": moment(issue.updated),
        "author_association": "MEMBER",
    }
    if alone:
        resource["closed_by"] = account(world, issue.closed_by) if issue.closed_by else None
    if issue.pull:
        resource["pull_request"] = {"url": url, "html_url": resource["html_url"], "diff_url": url, "patch_url": url}
    return resource


def _label(world: GitHubWorld, repo: str, name: str, id: int) -> dict[str, Any]:
    return {
        "id": id,
        "node_id": f"LA_{id}",
        "url": f"{world.api}/repos/{repo}/labels/{name}",
        "name": name,
        "description": None,
        "color": "ededed",
        "default": False,
    }


def comment_resource(world: GitHubWorld, issue: StoredIssue, comment: StoredIssueComment) -> dict[str, Any]:
    url = f"{world.api}/repos/{issue.repo}/issues"
    return {
        "id": comment.id,
        "node_id": f"IC_{comment.id}",
        "url": f"{url}/comments/{comment.id}",
        "html_url": f"{world.web}/{issue.repo}/issues/{issue.number}#issuecomment-{comment.id}",
        "body": comment.body,
        "user": account(world, "replaybook-bot"),
        "created_at": moment(comment.created),
        "updated_at": moment(comment.updated),
        "issue_url": f"{url}/{issue.number}",
        "author_association": "MEMBER",
    }
