"""The page of an issue, where a person moves it by hand, and the files that were uploaded."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from aiohttp import web

from standins.linear import issue_changes
from standins.linear.linear_world import STATES, LinearError, LinearIssue, LinearWorld

STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif;color:#1b1c1f}"
    "pre{white-space:pre-wrap;background:#f4f5f8;padding:.8rem;border-radius:6px;font:inherit}"
    "form{display:inline}button,input,select{font:inherit;padding:.25rem .6rem;margin:.15rem;border-radius:6px;"
    "border:1px solid #c4c7cf;background:#fff}button[aria-pressed=true]{background:#5e6ad2;color:#fff}"
    ".about{color:#5c5f66}li{margin:.3rem 0}img{max-width:100%}"
)
MOVES = {"archive": "Archive", "trash": "Delete", "purge": "Delete for good"}


def page_routes(key: web.AppKey[LinearWorld]) -> list[web.RouteDef]:
    async def index(request: web.Request) -> web.Response:
        world = request.app[key]
        rows = "".join(
            f'<li><a href="/{world.url_key}/issue/{issue.identifier}">{issue.identifier}</a> {escape(issue.title)}'
            f" <span class=about>{escape(issue.state.name)}</span></li>"
            for issue in sorted(world.seen(), key=lambda issue: issue.created, reverse=True)
        )
        return _html("Issues", f"<ul>{rows}</ul>" if rows else "<p>No issue yet.</p>")

    async def show(request: web.Request) -> web.Response:
        world = request.app[key]
        issue = _issue(world, request)
        return _html(f"{issue.identifier} {issue.title}", _body(world, issue))

    async def move(request: web.Request) -> web.Response:
        world, form = request.app[key], await request.post()
        issue = _issue(world, request)
        _change(world, issue, {name: str(value) for name, value in form.items()})
        raise web.HTTPSeeOther("/" if issue.deleted else f"/{world.url_key}/issue/{issue.identifier}")

    async def asset(request: web.Request) -> web.Response:
        world, number = request.app[key], int(request.match_info["number"])
        upload = world.uploads[number - 1] if 0 < number <= len(world.uploads) else None
        if upload is None or upload.data is None:
            raise web.HTTPNotFound
        return web.Response(body=upload.data, content_type=upload.media_type)

    one = "/{workspace}/issue/{key}"
    return [
        web.get("/", index),
        web.get(r"/assets/{number:\d+}/{name}", asset),
        web.get(one, show),
        web.get(f"{one}/{{words}}", show),
        web.post(one, move),
    ]


def _change(world: LinearWorld, issue: LinearIssue, form: dict[str, str]) -> None:
    """What a person does, as the second of the workspace's people where there is one."""
    person = world.users[min(1, len(world.users) - 1)]
    teams = {team.key: team for team in world.teams}
    by_name: dict[str, Callable[[str], None]] = {
        "state": lambda kind: issue_changes.set_state(world, issue, kind, person),
        "team": lambda name: issue_changes.move_to_team(world, issue, teams[name], person),
        "due": lambda day: issue_changes.updated(world, issue, {"dueDate": day or None}, person),
        "priority": lambda level: issue_changes.updated(world, issue, {"priority": int(level)}, person),
        "archive": lambda _: issue_changes.archive(world, issue, person),
        "trash": lambda _: issue_changes.archive(world, issue, person, trash=True),
        "purge": lambda _: issue_changes.delete(world, issue, person),
    }
    try:
        for name, value in form.items():
            by_name[name](value)
    except (KeyError, ValueError, StopIteration, LinearError) as error:
        raise web.HTTPBadRequest(text="The stand-in can't do this.") from error


def _body(world: LinearWorld, issue: LinearIssue) -> str:
    about = f"{issue.state.name} · priority {issue.priority} · due {issue.due or '–'}"
    assignee = f" · {issue.assignee.name}" if issue.assignee else ""
    states = "".join(_button("state", kind, name, pressed=kind == issue.state.type) for name, kind in STATES)
    teams = "".join(_button("team", team.key, f"Move to {team.key}") for team in world.teams if team is not issue.team)
    moves = "".join(_button(name, "1", label) for name, label in MOVES.items())
    due = (
        '<form method="post"><label>Due <input type="date" name="due" '
        f'value="{escape(issue.due or "")}"></label><button>Set</button></form>'
    )
    links = "".join(
        f'<li><a href="{escape(one.url)}">{escape(one.title)}</a> {escape(one.subtitle)}</li>'
        for one in issue.attachments
        if one.url.startswith(("https://", "http://"))
    )
    comments = "".join(f"<pre>{escape(comment.body)}</pre>" for comment in issue.comments)
    return (
        f'<p class="about">{escape(about + assignee)}</p><p>{states}</p><p>{teams}{moves}</p><p>{due}</p>'
        f"<pre>{escape(issue.description)}</pre><h2>Links</h2><ul>{links}</ul><h2>Comments</h2>{comments}"
    )


def _button(name: str, value: str, label: str, *, pressed: bool = False) -> str:
    return (
        f'<form method="post"><button name="{name}" value="{escape(value)}" aria-pressed="{str(pressed).lower()}">'
        f"{escape(label)}</button></form>"
    )


def _issue(world: LinearWorld, request: web.Request) -> LinearIssue:
    try:
        return world.issue(request.match_info["key"])
    except LinearError as error:
        raise web.HTTPNotFound(text=str(error)) from None


def _html(title: str, body: str) -> web.Response:
    head = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
    )
    page = f"{head}<main><h1>{escape(title)}</h1>{body}</main></html>"
    return web.Response(text=page, content_type="text/html")
