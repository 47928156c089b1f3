"""The page at which people sign in to an app with Slack: here they choose who they are."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

import jinja2
from aiohttp import web

from bot.kernel.locale import Locale
from standins.slack.page_templates import page_template
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_page import first_language
from standins.slack.workspace_team import WorkspaceTeam

AUTHORIZE, DECIDE = "/openid/connect/authorize", "/openid/connect/decide"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def routes(team: WorkspaceTeam) -> list[web.AbstractRouteDef]:
    template = page_template("sign_in.html")
    return [web.get(AUTHORIZE, partial(_ask, team, template)), web.get(DECIDE, partial(_decide, team, template))]


async def _ask(team: WorkspaceTeam, template: jinja2.Template, request: web.Request) -> web.Response:
    try:
        id = team.openid.begin(dict(request.query))
    except WorkspaceRefused as refused:
        return _page(team, template, request, problem=refused.code)
    return _page(team, template, request, id=id)


async def _decide(team: WorkspaceTeam, template: jinja2.Template, request: web.Request) -> web.Response:
    """Sends the person back to the app, with a code for who they are, or with the news that they don't want to."""
    try:
        user = request.query.get("user", "")
        person = team.person(user) if user else None
        wanted = team.openid.take(request.query.get("request", ""))
    except WorkspaceRefused as refused:
        return _page(team, template, request, problem=refused.code)
    answer = {"code": team.openid.allow(wanted, person.id)} if person else {"error": "access_denied"}
    answer |= {"state": wanted.state} if wanted.state else {}
    mark = "&" if "?" in wanted.redirect_uri else "?"
    headers = {"Location": f"{wanted.redirect_uri}{mark}{urlencode(answer)}", "Cache-Control": "no-store"}
    return web.Response(status=302, headers=headers)


def _page(
    team: WorkspaceTeam, template: jinja2.Template, request: web.Request, *, id: str = "", problem: str = ""
) -> web.Response:
    locale = Locale.of(first_language(request))
    choices = [(f"{DECIDE}?{urlencode({'request': id, 'user': each.id})}", each) for each in team.seed.people]
    html = template.render(
        _=locale.text,
        language=locale.tag,
        team=team.seed.team_name,
        app=team.seed.app_name,
        choices=choices,
        cancel=f"{DECIDE}?{urlencode({'request': id})}",
        problem=problem,
    )
    return web.Response(text=html, status=400 if problem else 200, content_type="text/html", headers=HEADERS)
