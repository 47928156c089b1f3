"""Issues as people see them, with a button for everything that may become of one."""

from __future__ import annotations

from aiohttp import web

from standins.github.github_api import WORLD
from standins.github.github_by_hand import REASONS, announce, by_hand
from standins.github.github_world import GitHubDenied, GitHubWorld, StoredIssue
from standins.ticket_html import button, choice, comment_list, issue_list, markdown, row, standing, ticket_page

PAGE = "GitHub"
PRIORITIES = ("P1", "P2", "P3", "P4")
BUTTONS = {
    "finish": "Close as completed",
    "close": "Close as not planned",
    "duplicate": "Close as duplicate",
    "reopen": "Reopen",
    "move": "Transfer",
    "delete": "Delete",
}
WITH_THE_ISSUE = ("move", "delete")


def page_routes() -> list[web.RouteDef]:
    page = r"/{owner}/{name}/issues/{number:\d+}"
    return [web.get("/", _index), web.get(page, _show), web.post(page, _press)]


async def _index(request: web.Request) -> web.Response:
    rows = (
        (f"/{each.repo}/issues/{each.number}", f"{each.repo}#{each.number}", each.title, _state(each))
        for each in reversed(request.app[WORLD].issues)
        if not each.deleted
    )
    return ticket_page(PAGE, "Issues", issue_list(rows))


async def _show(request: web.Request) -> web.Response:
    issue = _issue(request)
    return ticket_page(PAGE, f"{issue.title} · {issue.repo}#{issue.number}", _body(request.app[WORLD], issue))


def _body(world: GitHubWorld, issue: StoredIssue) -> str:
    states = [name for name in BUTTONS if name not in WITH_THE_ISSUE]
    chosen = next((name for name in issue.labels if name in PRIORITIES), "")
    people = {"": "nobody"} | {login: login for login in sorted(world.assignable)}
    rows = (
        row("State", *(button("what", each, BUTTONS[each], off=_is_there(issue, each)) for each in states)),
        row("Priority", choice("priority", {"": "none"} | {each: each for each in PRIORITIES}, chosen, "Priority")),
        row("Assignee", choice("assignee", people, " ".join(issue.assignees[:1]), "Assignee")),
        row("Issue", *(button("what", each, BUTTONS[each]) for each in WITH_THE_ISSUE)),
    )
    return (
        standing(_state(issue), ", ".join(issue.labels))
        + "".join(rows)
        + f'<div class="card">{markdown(issue.body)}</div>'
        + comment_list(markdown(each.body) for each in issue.comments)
    )


def _is_there(issue: StoredIssue, what: str) -> bool:
    """Whether the issue is so already: an open one can't be reopened."""
    return issue.state == "open" if what == "reopen" else (issue.state, issue.reason) == ("closed", REASONS[what])


async def _press(request: web.Request) -> web.Response:
    """As the first of the people that the stand-in knows."""
    world, issue, form = request.app[WORLD], _issue(request), await request.post()
    who = next(iter(world.accounts))
    if "what" not in form:
        _set(issue, {name: str(value) for name, value in form.items()})
        issue.updated = world.clock()
        announce(world, "labeled" if "priority" in form else "assigned", issue, who)
    else:
        issue = by_hand(world, issue, str(form.get("what", "")), who)
    raise web.HTTPSeeOther("/" if issue.deleted else f"/{issue.repo}/issues/{issue.number}")


def _set(issue: StoredIssue, form: dict[str, str]) -> None:
    if "priority" in form:
        others = [name for name in issue.labels if name not in PRIORITIES]
        issue.labels = [*others, *form["priority"].split()]
    if "assignee" in form:
        issue.assignees = form["assignee"].split()


def _issue(request: web.Request) -> StoredIssue:
    repo = f"{request.match_info['owner']}/{request.match_info['name']}"
    issue = request.app[WORLD].find(repo, int(request.match_info["number"]))
    if issue is None or issue.deleted:
        raise GitHubDenied(404, "Not Found")
    return issue


def _state(issue: StoredIssue) -> str:
    return f"{issue.state} ({issue.reason.replace('_', ' ')})" if issue.reason else issue.state
