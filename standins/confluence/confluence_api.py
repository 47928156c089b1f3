"""The API: spaces and pages of v2, uploads of v1."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

import msgspec
from aiohttp import web

from standins.confluence.confluence_world import ConfluenceRefusal, ConfluenceWorld, PageAttachment, StoredPage
from standins.confluence.storage_check import parsed

WORLD: web.AppKey[ConfluenceWorld] = web.AppKey("confluence", ConfluenceWorld)
T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SentBody(msgspec.Struct, forbid_unknown_fields=True):
    representation: Literal["storage"]
    value: str


class SentVersion(msgspec.Struct, forbid_unknown_fields=True):
    number: int
    message: str = ""


class NewPage(msgspec.Struct, forbid_unknown_fields=True):
    space_id: str = msgspec.field(name="spaceId")
    status: Literal["current"]
    title: str
    body: SentBody
    parent_id: str | None = msgspec.field(name="parentId", default=None)


class ChangedPage(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    status: Literal["current"]
    title: str
    body: SentBody
    version: SentVersion


def api_routes() -> list[web.RouteDef]:
    page = r"/wiki/api/v2/pages/{id:\d+}"
    return [
        web.get("/wiki/api/v2/spaces", _spaces),
        web.get("/wiki/api/v2/pages", _pages),
        web.post("/wiki/api/v2/pages", _create),
        web.get(page, _page),
        web.put(page, _replace),
        web.get(f"{page}/versions", _versions),
        web.get(f"{page}/attachments", _attachments),
        web.put(r"/wiki/rest/api/content/{id:\d+}/child/attachment", _attach),
    ]


async def _spaces(request: web.Request) -> web.Response:
    world, query = _known(request), _query(request, "keys")
    space = {"id": world.space_id, "key": world.space_key, "name": "Operations", "homepageId": world.home}
    return _json({"results": [space] if query.get("keys") == world.space_key else [], "_links": {}})


async def _pages(request: web.Request) -> web.Response:
    world, query = _known(request), _query(request, "space-id", "title", "status", "body-format")
    if query.get("space-id") != world.space_id:
        raise ConfluenceRefusal(404, "Space not found")
    page = world.titled(query.get("title", ""))
    return _json({"results": [_shown(page, query)] if page else [], "_links": {}})


async def _create(request: web.Request) -> web.Response:
    world = _known(request, writing=True)
    sent = await _read(request, NewPage)
    if sent.space_id != world.space_id:
        raise ConfluenceRefusal(404, "Space not found")
    parent = sent.parent_id or world.home
    if parent not in world.pages:
        raise ConfluenceRefusal(404, "Parent not found")
    _fit(world, sent.title, sent.body.value)
    page = StoredPage(str(70_000 + len(world.pages)), world.space_id, parent, sent.title, sent.body.value)
    world.pages[page.id] = page
    return _json(_shown(page, {"body-format": "storage"}))


async def _page(request: web.Request) -> web.Response:
    return _json(_shown(_stored(request), _query(request, "body-format")))


async def _replace(request: web.Request) -> web.Response:
    page, world = _stored(request, writing=True), request.app[WORLD]
    sent = await _read(request, ChangedPage)
    if sent.id != page.id:
        raise ConfluenceRefusal(400, "The id of the body is not that of the address")
    if sent.version.number != page.version + 1:
        raise ConfluenceRefusal(409, f"Version must be incremented on update. Current version is: {page.version}")
    _fit(world, sent.title, sent.body.value, page)
    page.title, page.body = sent.title, sent.body.value
    page.messages.append(sent.version.message)
    return _json(_shown(page, {"body-format": "storage"}))


async def _versions(request: web.Request) -> web.Response:
    page, query = _stored(request), _query(request, "limit", "cursor")
    rows = [{"number": number, "message": message} for number, message in enumerate(page.messages, 1)]
    return _json({"results": rows[::-1][: int(query.get("limit", "50"))], "_links": {}})


async def _attachments(request: web.Request) -> web.Response:
    page, query = _stored(request), _query(request, "limit", "cursor")
    files, begin = list(page.files.values()), int(query.get("cursor", "0"))
    end = begin + min(int(query.get("limit", "50")), 2)  # few to a page, so that lists are really paged through
    rows = [{"id": f"att{at}", "title": file.name, "fileSize": len(file.data), "mediaType": file.media_type}
            for at, file in enumerate(files[begin:end], begin)]  # fmt: skip
    more = {"next": f"/wiki/api/v2/pages/{page.id}/attachments?limit={end - begin}&cursor={end}"}
    return _json({"results": rows, "_links": more if end < len(files) else {}})


async def _attach(request: web.Request) -> web.Response:
    page, world = _stored(request, writing=True), request.app[WORLD]
    if request.headers.get("X-Atlassian-Token") not in {"no-check", "nocheck"}:
        raise ConfluenceRefusal(403, "XSRF check failed")
    form = await request.post()
    file = form.get("file")
    if not isinstance(file, web.FileField) or form.get("minorEdit") not in {"true", "false"}:
        raise ConfluenceRefusal(400, "A file and minorEdit are needed")
    data = file.file.read()
    if len(data) > world.most_bytes:
        raise ConfluenceRefusal(413, "The attachment is too large")
    before = page.files.get(file.filename)
    page.files[file.filename] = PageAttachment(
        file.filename, file.content_type, data, before.versions + 1 if before else 1
    )
    return _json({"results": [{"id": "att1", "title": file.filename, "type": "attachment"}], "size": 1})


def _fit(world: ConfluenceWorld, title: str, body: str, page: StoredPage | None = None) -> None:
    if not title.strip() or len(title) > 255:
        raise ConfluenceRefusal(400, "Title must be between 1 and 255 characters")
    other = world.titled(title)
    if other is not None and other is not page:
        raise ConfluenceRefusal(400, "A page already exists with the same TITLE in this space")
    parsed(body)


def _stored(request: web.Request, *, writing: bool = False) -> StoredPage:
    page = _known(request, writing=writing).pages.get(request.match_info["id"])
    if page is None or page.trashed:
        raise ConfluenceRefusal(404, "Page not found")
    return page


def _known(request: web.Request, *, writing: bool = False) -> ConfluenceWorld:
    """The world, if the account is known and may do it."""
    world = request.app[WORLD]
    wanted = "Basic " + base64.b64encode(f"{world.email}:{world.token}".encode()).decode()
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), wanted.encode()):
        raise ConfluenceRefusal(401, "Unauthorized")
    if writing and not world.may_write:
        raise ConfluenceRefusal(403, "Forbidden")
    return world


def _query(request: web.Request, *allowed: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in request.query.items():
        if name not in allowed or name in values:
            raise ConfluenceRefusal(400, f"Invalid parameter {name}")
        values[name] = value
    return values


async def _read(request: web.Request, kind: type[T]) -> T:
    if request.content_type != "application/json":
        raise ConfluenceRefusal(415, "Unsupported Media Type")
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfluenceRefusal(400, f"Invalid body: {error}") from None


def _shown(page: StoredPage, query: dict[str, str]) -> dict[str, Any]:
    body = {"storage": {"value": page.body, "representation": "storage"}}
    return {
        "id": page.id,
        "status": "current",
        "title": page.title,
        "spaceId": page.space,
        "parentId": page.parent,
        "version": {"number": page.version, "message": page.messages[-1]},
        "body": body if query.get("body-format") == "storage" else {},
        "_links": {"webui": f"/spaces/OPS/pages/{page.id}"},
    }


def _json(data: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(data), content_type="application/json")
