"""The page of an issue, where a person moves it by hand, and its files."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from aiohttp import web

from standins.jira import jira_changes
from standins.jira.adf_check import text_of
from standins.jira.adf_html import document_html
from standins.jira.jira_requests import WORLD
from standins.jira.jira_world import (
    PRIORITIES,
    RESOLUTIONS,
    STEPS,
    JiraAttachment,
    JiraError,
    JiraField,
    JiraStep,
    JiraWorld,
    StoredJiraIssue,
)
from standins.ticket_html import (
    button,
    choice,
    comment_list,
    date_field,
    issue_list,
    link_list,
    row,
    standing,
    ticket_page,
)

PAGE = "Jira"


def page_routes() -> list[web.RouteDef]:
    return [
        web.get("/", _index),
        web.get("/browse/{key}", _show),
        web.post("/browse/{key}", _move),
        web.get(r"/secure/attachment/{id:\d+}/{name}", _file),
    ]


async def _index(request: web.Request) -> web.Response:
    issues = sorted(request.app[WORLD].seen(), key=lambda issue: issue.created, reverse=True)
    rows = ((f"/browse/{issue.key}", issue.key, issue.summary, issue.status.name) for issue in issues)
    return ticket_page(PAGE, "Issues", issue_list(rows))


async def _show(request: web.Request) -> web.Response:
    issue = _issue(request)
    return ticket_page(PAGE, f"{issue.key} {issue.summary}", _body(request.app[WORLD], issue))


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
        "assignee": lambda id: jira_changes.edited(world, issue, {"assignee": _person(id)}, person),
        "archive": lambda _: jira_changes.archived(world, issue, person),
        "delete": lambda _: jira_changes.deleted(world, issue),
    }
    try:
        for name, value in form.items():
            by_name[name](value)
    except (KeyError, JiraError) as error:
        raise web.HTTPBadRequest(text="The stand-in can’t do this.") from error
    raise web.HTTPSeeOther(f"/browse/{issue.key}" if issue in world.issues else "/")


def _person(id: str) -> dict[str, str] | None:
    return {"accountId": id, "name": id} if id else None


async def _file(request: web.Request) -> web.Response:
    for issue in request.app[WORLD].seen():
        for one in issue.attachments:
            if one.id == request.match_info["id"]:
                return web.Response(body=one.data, content_type=one.media_type)
    raise web.HTTPNotFound


def _body(world: JiraWorld, issue: StoredJiraIssue) -> str:
    resolution = f" ({RESOLUTIONS[issue.resolution]})" if issue.resolution else ""
    others = [project.key for project in world.projects if project is not issue.project]
    people = {"": "nobody"} | {user.id: user.name for user in world.users}
    rows = (
        row("State", *(button("step", step.id, step.name, off=_is_there(issue, step)) for step in STEPS)),
        row("Due", date_field("due", issue.due or "", "Due")),
        row("Priority", choice("priority", PRIORITIES, issue.priority, "Priority")),
        row("Assignee", choice("assignee", people, issue.assignee.id if issue.assignee else "", "Assignee")),
        row(
            "Issue",
            *(button("project", key, f"Move to {key}") for key in others),
            button("archive", "1", "Archive", off=issue.archived),
            button("delete", "1", "Delete"),
        ),
    )
    links = ((link.body["object"]["url"], link.body["object"]["title"], link.body["object"]) for link in issue.links)
    return (
        standing(f"{issue.status.name}{resolution}", issue.type.name, "archived" if issue.archived else "")
        + "".join(rows)
        + f'<div class="card">{document_html(issue.description)}{_custom(issue)}</div>'
        + _files(issue)
        + link_list((url, title, about.get("summary", "")) for url, title, about in links)
        + comment_list(document_html(comment.body) for comment in issue.comments)
    )


def _is_there(issue: StoredJiraIssue, step: JiraStep) -> bool:
    return step.to == issue.status and (step.resolution or ("10000" if step.asks else "")) == issue.resolution


def _custom(issue: StoredJiraIssue) -> str:
    """What the project's own fields have."""
    known = {field.id: field for field in issue.type.fields}
    shown = ((known[id], value) for id, value in issue.custom.items() if id in known)
    return "".join(f"<p>{escape(field.name)}: {escape(_named(field, value))}</p>" for field, value in shown)


def _named(field: JiraField, value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    return ", ".join(field.options.get(str(one), text_of(one) or str(one)) for one in values)


def _files(issue: StoredJiraIssue) -> str:
    def linked(one: JiraAttachment) -> str:
        address, name = f"/secure/attachment/{one.id}/{escape(one.name)}", escape(one.name)
        picture = one.media_type.startswith("image/")
        return f'<p><img src="{address}" alt="{name}"></p>' if picture else f'<p><a href="{address}">{name}</a></p>'

    return "<h2>Files</h2>" + "".join(map(linked, issue.attachments)) if issue.attachments else ""


def _issue(request: web.Request) -> StoredJiraIssue:
    try:
        return request.app[WORLD].issue(request.match_info["key"])
    except JiraError as error:
        raise web.HTTPNotFound(text=str(error)) from None
