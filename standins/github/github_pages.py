"""Issues as people see them, with a button for everything that may become of one."""

from __future__ import annotations

from html import escape

from aiohttp import web

from standins.github.github_api import WORLD
from standins.github.github_by_hand import announce, by_hand
from standins.github.github_world import Denied, StoredIssue

STYLE = (
    "body{max-width:52rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif;color:#1f2328}"
    "pre{white-space:pre-wrap;border:1px solid #d1d9e0;border-radius:6px;padding:1rem;background:#fff}"
    "button{font:inherit;padding:.3rem .8rem;margin:0 .4rem .4rem 0;border:1px solid #59636e;border-radius:6px}"
    ".state{font-weight:600}label{display:inline-block;margin-right:1rem}"
)
BUTTONS = {
    "finish": "Close as completed",
    "close": "Close as not planned",
    "duplicate": "Close as duplicate",
    "reopen": "Reopen",
    "move": "Transfer",
    "delete": "Delete",
}


def page_routes() -> list[web.RouteDef]:
    page = r"/{owner}/{name}/issues/{number:\d+}"
    return [web.get("/", _index), web.get(page, _show), web.post(page, _press)]


async def _index(request: web.Request) -> web.Response:
    shown = [each for each in request.app[WORLD].issues if not each.deleted]
    rows = "".join(
        f'<li><a href="/{each.repo}/issues/{each.number}">{escape(each.repo)}#{each.number}</a> '
        f"{escape(each.title)} ({_state(each)})</li>"
        for each in reversed(shown)
    )
    return _html("Issues", f"<ul>{rows}</ul>" if rows else "<p>No issues yet.</p>")


async def _show(request: web.Request) -> web.Response:
    issue = _issue(request)
    comments = "".join(f"<pre>{escape(each.body)}</pre>" for each in issue.comments)
    buttons = "".join(
        f'<button name="what" value="{what}">{label}</button>'
        for what, label in BUTTONS.items()
        if (what == "reopen") == (issue.state == "closed") or what in {"move", "delete"}
    )
    chosen = next((name for name in issue.labels if name in {"P1", "P2", "P3", "P4"}), "")
    fields = (
        f'<label>Priority <input name="priority" size="3" value="{escape(chosen)}"></label>'
        f'<label>Assignee <input name="assignee" size="14" value="{escape(" ".join(issue.assignees))}"></label>'
        '<button name="what" value="fields">Save</button>'
    )
    about = f'<p class="state">{_state(issue)} · {escape(", ".join(issue.labels))}</p>'
    form = f'<form method="post">{buttons}<p>{fields}</p></form>'
    return _html(
        f"{issue.title} · {issue.repo}#{issue.number}", f"{about}{form}<pre>{escape(issue.body)}</pre>{comments}"
    )


async def _press(request: web.Request) -> web.Response:
    world, issue, form = request.app[WORLD], _issue(request), await request.post()
    if form.get("what") == "fields":
        others = [name for name in issue.labels if name not in {"P1", "P2", "P3", "P4"}]
        issue.labels = [*others, *str(form.get("priority", "")).split()]
        issue.assignees = str(form.get("assignee", "")).split()
        issue.updated = world.clock()
        announce(world, "labeled", issue, "minseo-p")
    else:
        issue = by_hand(world, issue, str(form.get("what", "")))
    raise web.HTTPSeeOther("/" if issue.deleted else f"/{issue.repo}/issues/{issue.number}")


def _issue(request: web.Request) -> StoredIssue:
    repo = f"{request.match_info['owner']}/{request.match_info['name']}"
    issue = request.app[WORLD].find(repo, int(request.match_info["number"]))
    if issue is None or issue.deleted:
        raise Denied(404, "Not Found")
    return issue


def _state(issue: StoredIssue) -> str:
    return f"{issue.state} ({issue.reason.replace('_', ' ')})" if issue.reason else issue.state


def _html(title: str, body: str) -> web.Response:
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return web.Response(text=f"{head}<main><h1>{escape(title)}</h1>{body}</main></html>", content_type="text/html")
