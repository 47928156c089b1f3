"""The page of an issue, where a person moves it by hand, and the files that were uploaded."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from standins.linear import issue_changes
from standins.linear.linear_world import STATES, LinearError, LinearWorld, StoredLinearIssue
from standins.ticket_html import (
    button,
    choice,
    comment_list,
    date_field,
    issue_list,
    link_list,
    markdown,
    row,
    standing,
    ticket_page,
)

PAGE = "Linear"
PRIORITIES = {"0": "none", "1": "Urgent", "2": "High", "3": "Medium", "4": "Low"}
MOVES = {"archive": "Archive", "trash": "Delete", "purge": "Delete for good"}


def page_routes(key: web.AppKey[LinearWorld]) -> list[web.RouteDef]:
    async def index(request: web.Request) -> web.Response:
        world = request.app[key]
        rows = (
            (f"/{world.url_key}/issue/{issue.identifier}", issue.identifier, issue.title, issue.state.name)
            for issue in sorted(world.seen(), key=lambda issue: issue.created, reverse=True)
        )
        return ticket_page(PAGE, "Issues", issue_list(rows))

    async def show(request: web.Request) -> web.Response:
        world = request.app[key]
        issue = _issue(world, request)
        return ticket_page(PAGE, f"{issue.identifier} {issue.title}", _body(world, issue))

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
        web.post(f"{one}/{{words}}", move),
    ]


def _change(world: LinearWorld, issue: StoredLinearIssue, form: dict[str, str]) -> None:
    """What a person does, as the second of the workspace's people where there is one."""
    person = world.users[min(1, len(world.users) - 1)]
    teams = {team.key: team for team in world.teams}
    by_name: dict[str, Callable[[str], None]] = {
        "state": lambda kind: issue_changes.set_state(world, issue, kind, person),
        "team": lambda name: issue_changes.move_to_team(world, issue, teams[name], person),
        "due": lambda day: issue_changes.updated(world, issue, {"dueDate": day or None}, person),
        "priority": lambda level: issue_changes.updated(world, issue, {"priority": int(level)}, person),
        "assignee": lambda id: issue_changes.updated(world, issue, {"assigneeId": id or None}, person),
        "archive": lambda _: issue_changes.archive(world, issue, person),
        "trash": lambda _: issue_changes.archive(world, issue, person, trash=True),
        "purge": lambda _: issue_changes.delete(world, issue, person),
    }
    try:
        for name, value in form.items():
            by_name[name](value)
    except (KeyError, ValueError, StopIteration, LinearError) as error:
        raise web.HTTPBadRequest(text="The stand-in can’t do this.") from error


def _body(world: LinearWorld, issue: StoredLinearIssue) -> str:
    teams = [team.key for team in world.teams if team is not issue.team]
    people = {"": "nobody"} | {user.id: user.name for user in world.users}
    rows = (
        row("State", *(button("state", kind, name, off=kind == issue.state.type) for name, kind in STATES)),
        row("Due", date_field("due", issue.due or "", "Due")),
        row("Priority", choice("priority", PRIORITIES, str(issue.priority), "Priority")),
        row("Assignee", choice("assignee", people, issue.assignee.id if issue.assignee else "", "Assignee")),
        row(
            "Issue",
            *(button("team", team, f"Move to {team}") for team in teams),
            *(button(name, "1", label) for name, label in MOVES.items()),
        ),
    )
    gone = "in the bin" if issue.trashed else "archived" if issue.archived else ""
    labels = ", ".join(label.name for label in issue.labels)
    return (
        standing(issue.state.name, labels, gone)
        + "".join(rows)
        + f'<div class="card">{markdown(issue.description)}</div>'
        + link_list((one.url, one.title, one.subtitle) for one in issue.attachments)
        + comment_list(markdown(comment.body) for comment in issue.comments)
    )


def _issue(world: LinearWorld, request: web.Request) -> StoredLinearIssue:
    try:
        return world.issue(request.match_info["key"])
    except LinearError as error:
        raise web.HTTPNotFound(text=str(error)) from None
