"""The page as people read it: storage format as HTML, boxes around excerpts, attachments as pictures."""

from __future__ import annotations

from html import escape
from xml.etree import ElementTree

from aiohttp import web

from standins.confluence.confluence_api import WORLD
from standins.confluence.confluence_world import ConfluenceRefusal, StoredPage
from standins.confluence.storage_check import AC, RI, parsed

STYLE = (
    "body{max-width:48rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif;color:#172b4d}"
    "table{border-collapse:collapse}th,td{border:1px solid #c1c7d0;padding:.3rem .6rem;text-align:left}"
    "img{max-width:100%;display:block}"
    ".excerpt{border:1px solid #dfe1e6;border-radius:4px;padding:.2rem 1rem;margin:1rem 0}"
    "code,pre{background:#f4f5f7}pre{white-space:pre-wrap}.about{color:#5e6c84}"
)


def page_routes() -> list[web.RouteDef]:
    return [
        web.get("/", _index),
        web.get(r"/wiki/spaces/OPS/pages/{id:\d+}", _page),
        web.get(r"/wiki/download/attachments/{id:\d+}/{name}", _file),
    ]


async def _index(request: web.Request) -> web.Response:
    pages = request.app[WORLD].pages.values()
    rows = "".join(
        f'<li><a href="/wiki/spaces/OPS/pages/{page.id}">{escape(page.title)}</a></li>'
        for page in pages
        if not page.trashed
    )
    return _html("Operations", f"<ul>{rows}</ul>")


async def _page(request: web.Request) -> web.Response:
    page = _known(request)
    message = f": {escape(page.messages[-1])}" if page.messages[-1] else ""
    about = f'<p class="about">Version {page.version}{message}</p>'
    return _html(page.title, about + _inside(parsed(page.body), page))


async def _file(request: web.Request) -> web.Response:
    file = _known(request).files.get(request.match_info["name"])
    if file is None:
        raise ConfluenceRefusal(404, "Attachment not found")
    return web.Response(body=file.data, content_type=file.media_type)


def _known(request: web.Request) -> StoredPage:
    page = request.app[WORLD].pages.get(request.match_info["id"])
    if page is None or page.trashed:
        raise ConfluenceRefusal(404, "Page not found")
    return page


def _inside(element: ElementTree.Element, page: StoredPage) -> str:
    parts = [escape(element.text or "")]
    for child in element:
        parts += [_drawn(child, page), escape(child.tail or "")]
    return "".join(parts)


def _drawn(element: ElementTree.Element, page: StoredPage) -> str:
    attached = element.find(f"{{{RI}}}attachment")
    name = "" if attached is None else attached.get(f"{{{RI}}}filename", "")
    address = f"/wiki/download/attachments/{page.id}/{name}"
    match element.tag.removeprefix(f"{{{AC}}}"):
        case "image":
            return f'<img src="{escape(address)}" alt="{escape(element.get(f"{{{AC}}}alt", ""))}">'
        case "link":
            return f'<a href="{escape(address)}">{_inside(element, page)}</a>'
        case "structured-macro":
            return f'<section class="excerpt">{_inside(element, page)}</section>'
        case "rich-text-body" | "link-body":
            return _inside(element, page)
    if element.tag.startswith("{"):
        return ""  # parameters of macros
    href = f' href="{escape(element.get("href", ""))}"' if element.tag == "a" else ""
    return f"<{element.tag}{href}>{_inside(element, page)}</{element.tag}>"


def _html(title: str, body: str) -> web.Response:
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return web.Response(text=f"{head}<main><h1>{escape(title)}</h1>{body}</main></html>", content_type="text/html")
