"""The page of an issue, where a person moves it by hand, and its files."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from aiohttp import web

from standins.jira import jira_changes
from standins.jira.adf_check import text_of
from standins.jira.jira_requests import WORLD
from standins.jira.jira_world import PRIORITIES, RESOLUTIONS, STEPS, JiraError, JiraIssue, JiraWorld

STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif;color:#172b4d}"
    "pre{white-space:pre-wrap;background:#f4f5f7;padding:.8rem;border-radius:4px;font:inherit}"
    "form{display:inline}button,input,select{font:inherit;padding:.25rem .6rem;margin:.15rem;border-radius:4px;"
    "border:1px solid #c1c7d0;background:#fff}.about{color:#5e6c84}img{max-width:100%}"
)


def page_routes() -> list[web.RouteDef]:
    return [
        web.get("/", _index),
        web.get("/browse/{key}", _show),
        web.post("/browse/{key}", _move),
        web.get(r"/secure/attachment/{id:\d+}/{name}", _file),
    ]


async def _index(request: web.Request) -> web.Response:
    issues = sorted(request.app[WORLD].seen(), key=lambda issue: issue.created, reverse=True)
    rows = "".join(
        f'<li><a href="/browse/{issue.key}">{issue.key}</a> {escape(issue.summary)} '
        f'<span class="about">{escape(issue.status.name)}</span></li>'
        for issue in issues
    )
    return _html("Issues", f"<ul>{rows}</ul>" if rows else "<p>No issue yet.</p>")


async def _show(request: web.Request) -> web.Response:
    issue = _issue(request)
    return _html(f"{issue.key} {issue.summary}", _body(request.app[WORLD], issue))


async def _move(request: web.Request) -> web.Response:
    issue, world = _issue(request), request.app[WORLD]
    form = {name: str(value) for name, value in (await request.post()).items()}
    person = world.users[min(1, len(world.users) - 1)]
    steps, projects = {step.id: step for step in STEPS}, {project.key: project for project in world.projects}
    by_name: dict[str, Callable[[str], None]] = {
        "step": lambda id: jira_changes.moved_to(world, issue, steps[id], person, "10000" if steps[id].asks else ""),
        "project": lambda key: jira_changes.moved_project(world, issue, projects[key], person),
        "due": lambda day: jira_changes.edited(world, issue, {"duedate": day or None}, person),
        "priority": lambda id: jira_changes.edited(world, issue, {"priority": {"id": id}}, person),
        "archive": lambda _: jira_changes.archived(world, issue, person),
        "delete": lambda _: jira_changes.deleted(world, issue),
    }
    try:
        for name, value in form.items():
            by_name[name](value)
    except (KeyError, JiraError) as error:
        raise web.HTTPBadRequest(text="The stand-in can't do this.") from error
    raise web.HTTPSeeOther(f"/browse/{issue.key}" if issue in world.issues else "/")


async def _file(request: web.Request) -> web.Response:
    for issue in request.app[WORLD].seen():
        for one in issue.attachments:
            if one.id == request.match_info["id"]:
                return web.Response(body=one.data, content_type=one.media_type)
    raise web.HTTPNotFound


def _body(world: JiraWorld, issue: JiraIssue) -> str:
    resolution = f" ({RESOLUTIONS[issue.resolution]})" if issue.resolution else ""
    about = f"{issue.type.name} · {issue.status.name}{resolution} · {PRIORITIES.get(issue.priority, 'no priority')}"
    about += f" · due {issue.due or '–'}" + (f" · {issue.assignee.name}" if issue.assignee else "")
    steps = "".join(_button("step", step.id, step.name) for step in STEPS)
    moves = "".join(
        _button("project", project.key, f"Move to {project.key}")
        for project in world.projects
        if project is not issue.project
    )
    moves += _button("archive", "1", "Archive") + _button("delete", "1", "Delete")
    due = (
        '<form method="post"><label>Due <input type="date" name="due" '
        f'value="{escape(issue.due or "")}"></label><button>Set</button></form>'
    )
    files = "".join(
        f'<p><img src="/secure/attachment/{one.id}/{escape(one.name)}" alt="{escape(one.name)}"></p>'
        if one.media_type.startswith("image/")
        else f'<p><a href="/secure/attachment/{one.id}/{escape(one.name)}">{escape(one.name)}</a></p>'
        for one in issue.attachments
    )
    links = "".join(
        f'<li><a href="{escape(link.body["object"]["url"])}">{escape(link.body["object"]["title"])}</a> '
        f"{escape(link.body['object'].get('summary', ''))}</li>"
        for link in issue.links
    )
    comments = "".join(f"<pre>{escape(text_of(comment.body))}</pre>" for comment in issue.comments)
    return (
        f'<p class="about">{escape(about)}</p><p>{steps}</p><p>{moves}</p><p>{due}</p>'
        f"<pre>{escape(text_of(issue.description))}</pre><h2>Files</h2>{files}<h2>Links</h2><ul>{links}</ul>"
        f"<h2>Comments</h2>{comments}"
    )


def _button(name: str, value: str, label: str) -> str:
    return f'<form method="post"><button name="{name}" value="{escape(value)}">{escape(label)}</button></form>'


def _issue(request: web.Request) -> JiraIssue:
    try:
        return request.app[WORLD].issue(request.match_info["key"])
    except JiraError as error:
        raise web.HTTPNotFound(text=str(error)) from None


def _html(title: str, body: str) -> web.Response:
    head = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
    )
    page = f"{head}<main><h1>{escape(title)}</h1>{body}</main></html>"
    return web.Response(text=page, content_type="text/html")
