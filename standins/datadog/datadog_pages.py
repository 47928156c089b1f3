"""Plain pages in place of Datadog's own, where the bot's links lead: they show what was written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any

import msgspec
from aiohttp import web

from standins.datadog.case_management import cases
from standins.datadog.denied import DatadogDenied
from standins.datadog.incident_management import StoredIncident, incidents
from standins.datadog.notebook_service import StoredCell, notebooks
from standins.datadog.strict import WORLD

PICTURE = re.compile(r"!\[[^\]]*\]\((https?://[^)\s]+)\)")


def routes() -> list[web.RouteDef]:
    return [
        web.get(r"/notebook/{number:\d+}", _notebook),
        web.get("/cases/{key}", _case),
        web.get(r"/incidents/{number:\d+}", _incident),
        web.get(r"/incidents/{number:\d+}/postmortems/{document:\d+}", _postmortem),
    ]


async def _notebook(request: web.Request) -> web.Response:
    notebook = notebooks(request.app[WORLD]).by_number.get(int(request.match_info["number"]))
    if notebook is None:
        raise DatadogDenied(404, "Notebook not found")
    return _page(notebook.attributes.name, map(_cell, notebook.cells))


async def _case(request: web.Request) -> web.Response:
    key = request.match_info["key"]
    case = next((case for case in cases(request.app[WORLD]).cases if case.key == key), None)
    if case is None:
        raise DatadogDenied(404, "Case not found")
    return _page(f"{case.key} {case.title}", map(_text, [case.status, case.description, *case.comments]))


async def _postmortem(request: web.Request) -> web.Response:
    documents, number = _incident_of(request).documents, int(request.match_info["document"])
    if not 1 <= number <= len(documents):
        raise DatadogDenied(404, "Document not found")
    return _page(documents[number - 1].title, [_text(documents[number - 1].content)])


def _incident_of(request: web.Request) -> StoredIncident:
    number = int(request.match_info["number"])
    incident = next((one for one in incidents(request.app[WORLD]) if one.number == number), None)
    if incident is None:
        raise DatadogDenied(404, "Incident not found")
    return incident


async def _incident(request: web.Request) -> web.Response:
    incident = _incident_of(request)
    links = [
        f"{attached.attachment_type}: {attached.attachment.title} {attached.attachment.document_url}"
        for attached in incident.attachments
    ]
    tasks = [f"{'☑' if task.completed else '☐'} {task.content}" for task in incident.todos.values()]
    return _page(f"IR-{incident.number} {incident.title}", map(_text, [incident.state, *links, *tasks]))


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
