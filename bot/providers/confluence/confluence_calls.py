"""The requests for pages and attachments, and the parts of their answers that are read.

Pages are of the API v2; attachments can be written by v1 alone.
https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from bot.kernel.errors import Missing
from bot.providers.confluence.confluence_client import ConfluenceClient

OURS = "Kept up to date by Replaybook"
"""The message of the versions that we write."""
LONGEST_TITLE = 255
STORAGE = {"body-format": "storage"}
MOST_PAGES_OF_LIST = 20


class Space(msgspec.Struct):
    id: str
    key: str = ""
    name: str = ""


class Spaces(msgspec.Struct):
    results: list[Space] = []


class PageVersion(msgspec.Struct):
    number: int
    message: str | None = None


class PageVersions(msgspec.Struct):
    results: list[PageVersion] = []


class Storage(msgspec.Struct):
    value: str = ""


class PageBody(msgspec.Struct):
    storage: Storage = msgspec.field(default_factory=Storage)


class PageLinks(msgspec.Struct):
    webui: str = ""


class Page(msgspec.Struct):
    """A page as it is; `links.webui` is its address below /wiki."""

    id: str
    title: str
    version: PageVersion
    body: PageBody = msgspec.field(default_factory=PageBody)
    links: PageLinks = msgspec.field(name="_links", default_factory=PageLinks)

    @property
    def storage(self) -> str:
        return self.body.storage.value


class Pages(msgspec.Struct):
    results: list[Page] = []


class Attachment(msgspec.Struct):
    title: str
    file_size: int = msgspec.field(name="fileSize", default=-1)


class NextLink(msgspec.Struct):
    next: str = ""


class AttachmentList(msgspec.Struct):
    results: list[Attachment] = []
    links: NextLink = msgspec.field(name="_links", default_factory=NextLink)


async def space_of(client: ConfluenceClient, key: str) -> Space:
    """Raises Missing where the account doesn't see the space."""
    spaces = await client.read("/api/v2/spaces", Spaces, {"keys": key})
    if not spaces.results:
        raise Missing("The Confluence account sees no space “%(space)s”; check REPLAYBOOK_CONFLUENCE_SPACE.", space=key)
    return spaces.results[0]


async def page_of(client: ConfluenceClient, id: str) -> Page:
    """Raises Missing."""
    return await client.read(f"/api/v2/pages/{quote(id, safe='')}", Page, STORAGE)


async def page_titled(client: ConfluenceClient, space: str, title: str) -> Page | None:
    """The page of this title; there is one at most in a space."""
    query = {"space-id": space, "title": title, "status": "current", **STORAGE}
    pages = (await client.read("/api/v2/pages", Pages, query)).results
    return next((page for page in pages if page.title == title), None)


async def create_page(client: ConfluenceClient, space: str, parent: str, title: str, body: str) -> Page:
    sent = {"spaceId": space, "status": "current", "title": title, "body": _body(body)}
    return await client.write("POST", "/api/v2/pages", sent | ({"parentId": parent} if parent else {}), Page)


async def replace_page(client: ConfluenceClient, page: Page, title: str, body: str) -> Page:
    """The page's next version. Raises Conflict when there is one already."""
    version = {"number": page.version.number + 1, "message": OURS}
    sent = {"id": page.id, "status": "current", "title": title, "body": _body(body), "version": version}
    return await client.write("PUT", f"/api/v2/pages/{quote(page.id, safe='')}", sent, Page)


async def all_versions_are_ours(client: ConfluenceClient, page: Page) -> bool:
    """Whether every version but the first has our message. Of a very long history: no."""
    path = f"/api/v2/pages/{quote(page.id, safe='')}/versions"
    versions = (await client.read(path, PageVersions, {"limit": "250"})).results
    return len(versions) == page.version.number and all(each.message == OURS for each in versions if each.number > 1)


async def attachments_of(client: ConfluenceClient, page: str) -> Sequence[Attachment]:
    attachments, query = list[Attachment](), {"limit": "250"}
    for _ in range(MOST_PAGES_OF_LIST):
        part = await client.read(f"/api/v2/pages/{quote(page, safe='')}/attachments", AttachmentList, query)
        attachments += part.results
        if not part.links.next:
            break
        query = dict(parse_qsl(urlsplit(part.links.next).query))
    return attachments


async def attach(client: ConfluenceClient, page: str, name: str, data: bytes, content_type: str) -> None:
    await client.upload(f"/rest/api/content/{quote(page, safe='')}/child/attachment", name, data, content_type)


def address_of(client: ConfluenceClient, page: Page) -> str:
    """Where people read the page."""
    path = page.links.webui
    known = path.startswith("/") and not path.startswith("//")
    return f"{client.base}/wiki{path}" if known else f"{client.base}/wiki/pages/viewpage.action?pageId={page.id}"


def _body(value: str) -> dict[str, str]:
    return {"representation": "storage", "value": value}
