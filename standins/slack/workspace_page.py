"""The page: one HTML document from a template, scripts and styles of its own, and a strict content policy."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import jinja2
from aiohttp import web
from jinja2.utils import htmlsafe_json_dumps

from bot.kernel.locale import LANGUAGES, Locale
from bot.kernel.paths import TEMPLATES
from standins.slack.page_api.page_uploads import COOKIE, page_secret
from standins.slack.page_templates import page_template
from standins.slack.page_texts import PAGE_TEXTS
from standins.slack.workspace_team import WorkspaceTeam

STATIC = Path(__file__).parent / "static"
# Pictures in messages may come from https and from this machine; nothing else comes from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; "
    "img-src 'self' data: https: http://127.0.0.1:* http://localhost:*; media-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def routes(team: WorkspaceTeam) -> list[web.AbstractRouteDef]:
    show = partial(_page, team, page_template("page.html"))
    return [
        web.get("/", show),
        web.get("/archives/{channel}", show),
        web.get("/archives/{channel}/{message}", show),
        web.get("/static/workspace/emoji.json", _emoji),
        web.static("/static/workspace", STATIC),
    ]


async def _page(team: WorkspaceTeam, template: jinja2.Template, request: web.Request) -> web.Response:
    locale = Locale.of(first_language(request))
    texts = (*PAGE_TEXTS, *(link.label for link in team.config.links))
    html = template.render(
        _=locale.text,
        language=locale.tag,
        team=team.seed.team_name,
        personas=htmlsafe_json_dumps([person.id for person in team.seed.people]),
        words=htmlsafe_json_dumps({tag: _translations(texts, Locale.of(tag)) for tag in LANGUAGES}),
    )
    headers = {
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    response = web.Response(text=html, content_type="text/html", headers=headers)
    response.set_cookie(COOKIE, page_secret(team), httponly=True, samesite="Strict")
    return response


async def _emoji(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(TEMPLATES / "emoji.json", headers={"Content-Type": "application/json; charset=utf-8"})


def _translations(texts: Iterable[str], locale: Locale) -> dict[str, str]:
    """Returns the texts that differ from their source."""
    return {source: text for source in texts if (text := locale.text(source)) != source}


def first_language(request: web.Request) -> str:
    """Returns the browser's first language."""
    return request.headers.get("Accept-Language", "en").partition(",")[0].partition(";")[0].strip() or "en"
