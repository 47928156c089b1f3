"""Plain pages where Datadog has its own: what was written is read here when a link of the bot leads here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any

import msgspec
from aiohttp import web

from standins.datadog.case_management import cases
from standins.datadog.denied import Denied
from standins.datadog.incident_management import incidents
from standins.datadog.notebook_service import StoredCell, notebooks
from standins.datadog.strict import WORLD

PICTURE = re.compile(r"!\[[^\]]*\]\((https?://[^)\s]+)\)")


def routes() -> list[web.RouteDef]:
    return [
        web.get(r"/notebook/{number:\d+}", _notebook),
        web.get("/cases/{key}", _case),
        web.get(r"/incidents/{number:\d+}", _incident),
    ]


async def _notebook(request: web.Request) -> web.Response:
    found = notebooks(request.app[WORLD]).by_number.get(int(request.match_info["number"]))
    if found is None:
        raise Denied(404, "Notebook not found")
    return _page(found.attributes.name, map(_cell, found.cells))


async def _case(request: web.Request) -> web.Response:
    found = next((it for it in cases(request.app[WORLD]).cases if it.key == request.match_info["key"]), None)
    if found is None:
        raise Denied(404, "Case not found")
    return _page(f"{found.key} {found.title}", map(_text, [found.status, found.description, *found.comments]))


async def _incident(request: web.Request) -> web.Response:
    number = int(request.match_info["number"])
    found = next((it for it in incidents(request.app[WORLD]) if it.number == number), None)
    if found is None:
        raise Denied(404, "Incident not found")
    links = [f"{it.attachment_type}: {it.attachment.title} {it.attachment.document_url}" for it in found.attachments]
    tasks = [f"{'☑' if it.completed else '☐'} {it.content}" for it in found.todos.values()]
    return _page(f"IR-{found.number} {found.title}", map(_text, [found.state, *links, *tasks]))


def _cell(cell: StoredCell) -> str:
    if cell.markdown:
        return _text(cell.text)
    definition: Any = msgspec.json.decode(bytes(cell.parts["attributes"]))["definition"]
    return _text(f"[{definition['type']}] " + msgspec.json.encode(definition.get("requests", [])).decode())


def _text(text: str) -> str:
    pictures = "".join(f'<img src="{escape(url)}" alt="">' for url in PICTURE.findall(text))
    return f"<section><pre>{escape(text)}</pre>{pictures}</section>"


def _page(title: str, parts: Iterable[str]) -> web.Response:
    style = "body{max-width:60rem;margin:2rem auto;font:1rem sans-serif}pre{white-space:pre-wrap}img{max-width:100%}"
    head = f"<!doctype html><meta charset=utf-8><title>{escape(title)}</title><style>{style}</style>"
    page = f"{head}<h1>{escape(title)}</h1>{''.join(parts)}"
    return web.Response(text=page, content_type="text/html")
