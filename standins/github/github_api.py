"""The REST API: issues, comments, assignees, searches, and an App's tokens."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Literal, TypeVar

import msgspec
from aiohttp import web

from standins.github.github_by_hand import announce, close, reopen
from standins.github.github_resources import account, comment_resource, issue_resource, moment, repository
from standins.github.github_world import GitHubDenied, GitHubWorld, StoredIssue, StoredIssueComment

WORLD: web.AppKey[GitHubWorld] = web.AppKey("github", GitHubWorld)
T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
VERSIONS = frozenset({"2022-11-28", "2026-03-10"})
BOT = "replaybook-bot"
MOST_BODY = 65_536


class NewIssue(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    body: str = ""
    labels: list[str] = []
    assignees: list[str] = []
    parent_issue_id: int | None = None


class GitHubIssueChange(msgspec.Struct, forbid_unknown_fields=True):
    state: Literal["open", "closed"] | None = None
    state_reason: Literal["completed", "not_planned", "duplicate", "reopened"] | None = None
    labels: list[str] | None = None
    assignees: list[str] | None = None


class SentGitHubComment(msgspec.Struct, forbid_unknown_fields=True):
    body: str


def api_routes() -> list[web.RouteDef]:
    repo = "/api/v3/repos/{owner}/{name}"
    return [
        web.get("/api/v3/rate_limit", _rate_limit),
        web.get("/api/v3/search/issues", _search),
        web.get("/api/v3/search/users", _users),
        web.post(r"/api/v3/app/installations/{id:\d+}/access_tokens", _app_token),
        web.get(repo, _repository),
        web.get(f"{repo}/issues", _list),
        web.post(f"{repo}/issues", _create),
        web.patch(f"{repo}/issues/comments/{{id:\\d+}}", _change_comment),
        web.get(f"{repo}/issues/{{number:\\d+}}", _get),
        web.patch(f"{repo}/issues/{{number:\\d+}}", _change),
        web.get(f"{repo}/issues/{{number:\\d+}}/comments", _comments),
        web.post(f"{repo}/issues/{{number:\\d+}}/comments", _comment),
        web.get(f"{repo}/assignees/{{login}}", _assignee),
    ]


async def _rate_limit(request: web.Request) -> web.Response:
    _known(request)
    return _json({"resources": {}, "rate": {"limit": 5000, "remaining": 4999, "reset": 0, "used": 1}})


async def _repository(request: web.Request) -> web.Response:
    world = _known(request)
    return _json(repository(world, _repo(request)))


async def _list(request: web.Request) -> web.Response:
    world, query = _known(request), _query(request, "state", "sort", "direction", "per_page", "page")
    shown = [each for each in world.issues if each.repo == _repo(request) and not each.deleted]
    if query.get("state", "open") != "all":
        shown = [each for each in shown if each.state == query.get("state", "open")]
    by = {"created": lambda each: (each.created, each.number), "updated": lambda each: (each.updated, each.number)}
    shown.sort(key=by[query.get("sort", "created")], reverse=query.get("direction", "desc") == "desc")
    return _json([issue_resource(world, each, alone=False) for each in _paged(shown, query)])


async def _create(request: web.Request) -> web.Response:
    world, repo = _known(request), _repo(request)
    sent = await _read(request, NewIssue)
    if not sent.title.strip() or len(sent.title) > 256:
        raise _invalid("title")
    _fits(sent.body)
    _may_be_assigned(world, sent.assignees)
    if sent.parent_issue_id is not None and all(each.id != sent.parent_issue_id for each in world.issues):
        raise _invalid("parent_issue_id")
    issue = world.add(
        repo, sent.title, sent.body, labels=sent.labels, assignees=sent.assignees, parent=sent.parent_issue_id
    )
    announce(world, "opened", issue, BOT)
    return _json(issue_resource(world, issue), 201)


async def _get(request: web.Request) -> web.Response:
    world = _known(request)
    return _json(issue_resource(world, _issue(request, world)))


async def _change(request: web.Request) -> web.Response:
    world = _known(request)
    issue, sent = _issue(request, world), await _read(request, GitHubIssueChange)
    _may_be_assigned(world, sent.assignees or [])
    if sent.labels is not None:
        issue.labels = sent.labels
    if sent.assignees is not None:
        issue.assignees = sent.assignees
    issue.updated = world.clock()
    if sent.state == "closed":
        close(world, issue, sent.state_reason or "completed", BOT)
    elif sent.state == "open" and issue.state == "closed":
        reopen(world, issue, BOT)
    else:
        announce(world, "edited", issue, BOT)
    return _json(issue_resource(world, issue))


async def _comments(request: web.Request) -> web.Response:
    world, query = _known(request), _query(request, "per_page", "page")
    issue = _issue(request, world)
    return _json([comment_resource(world, issue, each) for each in _paged(issue.comments, query)])


async def _comment(request: web.Request) -> web.Response:
    world = _known(request)
    issue, sent = _issue(request, world), await _read(request, SentGitHubComment)
    _fits(sent.body)
    world.comment_ids += 1
    comment = StoredIssueComment(world.comment_ids, sent.body, world.clock(), world.clock())
    issue.comments.append(comment)
    issue.updated = world.clock()
    return _json(comment_resource(world, issue, comment), 201)


async def _change_comment(request: web.Request) -> web.Response:
    world, repo, id = _known(request), _repo(request), int(request.match_info["id"])
    for issue in (each for each in world.issues if each.repo == repo):
        for comment in issue.comments:
            if comment.id == id:
                comment.body = (await _read(request, SentGitHubComment)).body
                _fits(comment.body)
                comment.updated = world.clock()
                return _json(comment_resource(world, issue, comment))
    raise GitHubDenied(404, "Not Found")


async def _assignee(request: web.Request) -> web.Response:
    world = _known(request)
    _repo(request)
    if request.match_info["login"] not in world.assignable:
        raise GitHubDenied(404, "Not Found")
    return web.Response(status=204)


async def _search(request: web.Request) -> web.Response:
    """Terms of the form that is documented: a repository, `is:issue`, `in:title`, and a phrase in quotes."""
    world, query = _known(request), _query(request, "q", "sort", "order", "per_page", "page")
    match = re.fullmatch(r'repo:(\S+) is:issue in:title "([^"]*)"', query.get("q", ""))
    if match is None:
        raise GitHubDenied(422, "Validation Failed", errors=[{"resource": "Search", "field": "q", "code": "invalid"}])
    repo, words = match[1], match[2].casefold()
    issues = [each for each in world.issues if each.repo == repo and not each.deleted and not each.pull]
    issues = [each for each in issues if words in each.title.casefold()]
    issues.sort(key=lambda each: (each.created, each.number), reverse=True)
    items = [{**issue_resource(world, each, alone=False), "score": 1.0} for each in _paged(issues, query)]
    return _json({"total_count": len(issues), "incomplete_results": False, "items": items})


async def _users(request: web.Request) -> web.Response:
    world, query = _known(request), _query(request, "q", "per_page", "page")
    match = re.fullmatch(r'"([^"]*)" in:email', query.get("q", ""))
    if match is None:
        raise GitHubDenied(422, "Validation Failed")
    logins = [login for login, email in world.accounts.items() if email and email == match[1]]
    items = [{**account(world, login), "score": 1.0} for login in logins]
    return _json({"total_count": len(items), "incomplete_results": False, "items": items})


async def _app_token(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    _headers(request)
    jwt = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if world.proves_app is None or not world.proves_app(jwt):
        raise GitHubDenied(401, "A JSON web token could not be decoded")
    token = f"ghs_{secrets.token_hex(12)}"
    world.app_tokens.add(token)
    return _json({"token": token, "expires_at": moment(world.clock() + timedelta(hours=1)), "permissions": {}}, 201)


def _issue(request: web.Request, world: GitHubWorld) -> StoredIssue:
    repo, number = _repo(request), int(request.match_info["number"])
    if target := world.moved.get((repo, number)):
        rest = request.path.split(f"/issues/{number}", 1)[1]
        raise GitHubDenied(
            301, "Moved Permanently", {"Location": f"{world.api}/repos/{target[0]}/issues/{target[1]}{rest}"}
        )
    issue = world.find(repo, number)
    if issue is None:
        raise GitHubDenied(404, "Not Found")
    if issue.deleted:
        raise GitHubDenied(410, "This issue was deleted")
    return issue


def _repo(request: web.Request) -> str:
    world, wanted = request.app[WORLD], f"{request.match_info['owner']}/{request.match_info['name']}"
    repo = next((each for each in world.repos if each.casefold() == wanted.casefold()), "")
    if not repo or repo in world.hidden:
        raise GitHubDenied(404, "Not Found")
    return repo


def _known(request: web.Request) -> GitHubWorld:
    world = request.app[WORLD]
    _headers(request)
    given = request.headers.get("Authorization", "").encode()
    known = (f"Bearer {token}".encode() for token in (world.token, *world.app_tokens))
    if not any(hmac.compare_digest(given, each) for each in known):
        raise GitHubDenied(401, "Bad credentials")
    return world


def _headers(request: web.Request) -> None:
    if not request.headers.get("User-Agent"):
        raise GitHubDenied(
            403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent"
        )
    if request.headers.get("X-GitHub-Api-Version") not in VERSIONS:
        raise GitHubDenied(400, "Invalid API version")
    if request.headers.get("Accept") != "application/vnd.github+json":
        raise GitHubDenied(415, "Must accept 'application/vnd.github+json'")


def _may_be_assigned(world: GitHubWorld, logins: list[str]) -> None:
    if not set(logins) <= world.assignable:
        raise _invalid("assignees")


def _fits(body: str) -> None:
    if len(body) > MOST_BODY:
        raise GitHubDenied(422, "Validation Failed", errors=["body is too long (maximum is 65536 characters)"])


def _invalid(name: str) -> GitHubDenied:
    return GitHubDenied(422, "Validation Failed", errors=[{"resource": "Issue", "field": name, "code": "invalid"}])


def _paged(rows: list[T], query: dict[str, str]) -> list[T]:
    size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
    if not 1 <= size <= 100 or page < 1:
        raise GitHubDenied(422, "Validation Failed")
    return rows[(page - 1) * size : page * size]


def _query(request: web.Request, *allowed: str) -> dict[str, str]:
    if unknown := set(request.query) - set(allowed):
        raise GitHubDenied(400, f"Unknown parameters: {sorted(unknown)}")
    return dict(request.query)


async def _read(request: web.Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GitHubDenied(422, f"Invalid request. {error}") from None


def _json(data: Any, status: int = 200) -> web.Response:
    headers = {"X-RateLimit-Remaining": "4999"}
    return web.Response(status=status, body=msgspec.json.encode(data), content_type="application/json", headers=headers)
