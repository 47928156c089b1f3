"""What hangs on an issue (links, files, comments), people, permissions, and the search."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from standins.jira.adf_check import checked_document
from standins.jira.issue_api import SentProperty
from standins.jira.jira_objects import shown_attachment, shown_comment, shown_issue, shown_user
from standins.jira.jira_requests import body_of, issue_of, json, parameters, world_of
from standins.jira.jira_world import JiraAttachment, JiraComment, JiraError, JiraLink, JiraWorld, StoredJiraIssue
from standins.jira.jql import found


class SentIcon(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    title: str = ""
    url16x16: str = ""
    link: str = ""


class SentLinkStatus(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    resolved: bool = False
    icon: SentIcon | None = None


class SentLinkObject(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    title: str
    url: str
    summary: str = ""
    icon: SentIcon | None = None
    status: SentLinkStatus | None = None


class SentApplication(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    name: str = ""
    type: str = ""


class SentLink(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    object: SentLinkObject
    global_id: str = msgspec.field(name="globalId", default="")
    application: SentApplication | None = None
    relationship: str = ""


class SentJiraComment(msgspec.Struct, forbid_unknown_fields=True):
    body: Any
    properties: list[SentProperty] = []


class SentSearch(msgspec.Struct, forbid_unknown_fields=True):
    """Of Cloud; `startAt` and `validateQuery` are Data Center's."""

    jql: str
    fields: list[str] = []
    properties: list[str] = []
    expand: str | list[str] = ""
    most: int = msgspec.field(name="maxResults", default=50)
    token: str | None = msgspec.field(name="nextPageToken", default=None)
    start: int | None = msgspec.field(name="startAt", default=None)
    validate: bool | None = msgspec.field(name="validateQuery", default=None)


def around_routes(base: str) -> list[web.RouteDef]:
    return [
        web.post(f"{base}/issue/{{key}}/remotelink", _link),
        web.get(f"{base}/issue/{{key}}/remotelink", _links),
        web.post(f"{base}/issue/{{key}}/attachments", _attach),
        web.get(f"{base}/issue/{{key}}/comment", _comments),
        web.post(f"{base}/issue/{{key}}/comment", _comment),
        web.post(f"{base}/search/jql", _search),
        web.post(f"{base}/search", _old_search),
        web.get(f"{base}/user/search", _people),
        web.get(f"{base}/myself", _myself),
        web.get(f"{base}/mypermissions", _permissions),
    ]


async def _link(request: web.Request) -> web.Response:
    """The same global id changes the link that is there: 200, not 201."""
    issue, sent = issue_of(request, "LINK_ISSUES"), await body_of(request, SentLink)
    if not sent.object.url.startswith(("https://", "http://")) or not sent.object.title or len(sent.global_id) > 255:
        raise JiraError(400, fields={"url": "The link must have a title and an address."})
    known = next((link for link in issue.links if sent.global_id and link.global_id == sent.global_id), None)
    if link := known:
        link.body, link.changes = msgspec.to_builtins(sent), link.changes + 1
    else:
        link = JiraLink(10_000 + len(issue.links), sent.global_id, msgspec.to_builtins(sent), 1)
        issue.links.append(link)
    return json({"id": link.id, "self": f"{request.path}/{link.id}"}, 200 if known else 201)


async def _links(request: web.Request) -> web.Response:
    issue, query = issue_of(request), parameters(request, "globalId")
    rows = [{"id": link.id, **link.body} for link in issue.links if link.global_id == query.get("globalId")]
    return json(rows)


async def _attach(request: web.Request) -> web.Response:
    if request.headers.get("X-Atlassian-Token") != "no-check":
        raise JiraError(403, "XSRF check failed")
    world, issue = world_of(request), issue_of(request, "CREATE_ATTACHMENTS")
    form = await request.post()
    files = [(name, part) for name, part in form.items() if isinstance(part, web.FileField)]
    if not files or any(name != "file" for name, _ in files):
        raise JiraError(400, "The part must be named file.")
    made = list[JiraAttachment]()
    for _, part in files:
        assert isinstance(part, web.FileField)  # noqa: S101 - chosen above
        data = part.file.read()
        if len(data) > world.most_bytes:
            raise JiraError(413, "The attachment is too large.")
        id = str(20_000 + sum(len(one.attachments) for one in world.issues))
        made.append(JiraAttachment(id, part.filename, part.content_type, data, world.clock()))
        issue.attachments.append(made[-1])
    return json([shown_attachment(world, one) for one in made])


async def _comments(request: web.Request) -> web.Response:
    issue, query = issue_of(request), parameters(request, "startAt", "maxResults", "orderBy", "expand")
    rows = issue.comments[::-1] if query.get("orderBy") == "-created" else issue.comments
    start, size = int(query.get("startAt", "0")), min(int(query.get("maxResults", "50")), 100)
    shown = [
        shown_comment(world_of(request), one, properties=query.get("expand") == "properties")
        for one in rows[start : start + size]
    ]
    return json({"comments": shown, "startAt": start, "maxResults": size, "total": len(rows)})


async def _comment(request: web.Request) -> web.Response:
    world, issue = world_of(request), issue_of(request, "ADD_COMMENTS")
    sent = await body_of(request, SentJiraComment)
    if world.cloud:
        checked_document(sent.body, "comment")
    elif not isinstance(sent.body, str) or not sent.body.strip():
        raise JiraError(400, fields={"comment": "Comment body can not be empty!"})
    id = str(30_000 + sum(len(one.comments) for one in world.issues))
    comment = JiraComment(id, sent.body, world.clock(), {one.key: one.value for one in sent.properties})
    issue.comments.append(comment)
    return json(shown_comment(world, comment), 201)


async def _search(request: web.Request) -> web.Response:
    """Cloud's search: a token leads to the next page, and nobody says how many there are."""
    world, sent = world_of(request), await body_of(request, SentSearch)
    if not world.cloud or sent.start is not None or sent.validate is not None:
        raise JiraError(400, "Invalid request payload.")
    issues, start = _fitting(world, sent), int(sent.token or "0")
    page = issues[start : start + min(sent.most, 100)]
    end = start + len(page)
    more = {"nextPageToken": str(end), "isLast": False} if end < len(issues) else {"isLast": True}
    return json({"issues": [_row(world, issue, sent) for issue in page], **more})


async def _old_search(request: web.Request) -> web.Response:
    """Gone from Cloud since 2025; Data Center still has it."""
    world = world_of(request)
    if world.cloud:
        raise JiraError(410, "The requested API has been removed. Please migrate to /rest/api/3/search/jql.")
    sent = await body_of(request, SentSearch)
    if sent.token is not None:
        raise JiraError(400, 'Unrecognized field "nextPageToken"')
    issues, start = _fitting(world, sent, strict=sent.validate is not False), sent.start or 0
    page = issues[start : start + min(sent.most, 1000)]
    shown = [_row(world, issue, sent) for issue in page]
    return json({"issues": shown, "startAt": start, "maxResults": sent.most, "total": len(issues)})


def _row(world: JiraWorld, issue: StoredJiraIssue, sent: SentSearch) -> dict[str, Any]:
    if isinstance(sent.expand, str) != world.cloud and sent.expand:
        raise JiraError(400, "Invalid request payload.")
    wanted = set(sent.fields or (["id"] if world.cloud else [])) or None
    row = shown_issue(world, issue, wanted, changelog="changelog" in sent.expand)
    kept = {name: issue.properties[name] for name in sent.properties if name in issue.properties}
    return row | ({"properties": kept} if sent.properties else {})


def _fitting(world: JiraWorld, sent: SentSearch, *, strict: bool = True) -> list[StoredJiraIssue]:
    return found(world, sent.jql, strict=strict)


async def _people(request: web.Request) -> web.Response:
    world = world_of(request)
    query = parameters(request, "query" if world.cloud else "username", "maxResults")
    wanted = (query.get("query") or query.get("username") or "").casefold()
    if not wanted:
        raise JiraError(400, "The query must be given.")
    return json([shown_user(world, user) for user in world.users if wanted in f"{user.name} {user.email}".casefold()])


async def _myself(request: web.Request) -> web.Response:
    world = world_of(request)
    return json(shown_user(world, world.users[0]))


async def _permissions(request: web.Request) -> web.Response:
    world, query = world_of(request), parameters(request, "projectKey", "permissions")
    project = world.project(query.get("projectKey", ""))
    wanted = query.get("permissions", "").split(",")
    return json({"permissions": {name: {"havePermission": name in project.permissions} for name in wanted}})
