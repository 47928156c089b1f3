"""What a request must be like: signed in, with parameters and a body of the contract, and not too often."""

from __future__ import annotations

import base64
import hmac
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from standins.jira.jira_world import JiraError, JiraWorld, StoredJiraIssue, no_issue

WORLD: web.AppKey[JiraWorld] = web.AppKey("jira", JiraWorld)
T = TypeVar("T")


def world_of(request: web.Request) -> JiraWorld:
    """The world, if the account is known and the version of the API is that of its flavour."""
    world = request.app[WORLD]
    if world.cloud:
        wanted = "Basic " + base64.b64encode(f"{world.email}:{world.token}".encode()).decode()
    else:
        wanted = f"Bearer {world.token}"
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), wanted.encode()):
        raise JiraError(401, "You are not authenticated. Authentication required to perform this operation.")
    if request.match_info["version"] != ("3" if world.cloud else "2"):
        raise JiraError(404, "No such version here")
    return world


def issue_of(request: web.Request, permission: str = "") -> StoredJiraIssue:
    """The issue that the address names. With a permission it is about to be written to."""
    world = world_of(request)
    issue = world.issue(request.match_info["key"])
    if not permission:
        return issue
    if "BROWSE_PROJECTS" not in issue.project.permissions:
        raise no_issue()
    if permission not in issue.project.permissions:
        raise JiraError(403, "You do not have the permission to do this on the issue.")
    if issue.archived:
        raise JiraError(400, "Issue is archived and can't be changed.")
    _count_write(world, issue)
    return issue


def _count_write(world: JiraWorld, issue: StoredJiraIssue) -> None:
    most, seconds = world.writes_in
    now = world.clock()
    issue.writes = [at for at in issue.writes if now - at < timedelta(seconds=seconds)]
    if len(issue.writes) >= most:
        error = JiraError(429, "Rate limit exceeded.")
        error.headers = {"Retry-After": str(max(1, round(seconds))), "RateLimit-Reason": "jira-per-issue-on-write"}
        raise error
    issue.writes.append(now)


def parameters(request: web.Request, *allowed: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in request.query.items():
        if name not in allowed or name in values:
            raise JiraError(400, f"The parameter {name} isn't known here.")
        values[name] = value
    return values


async def body_of(request: web.Request, kind: type[T]) -> T:
    if request.content_type != "application/json":
        raise JiraError(415, "Unsupported Media Type")
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JiraError(400, f"Invalid request payload: {error}") from None


def json(data: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(data), content_type="application/json")
