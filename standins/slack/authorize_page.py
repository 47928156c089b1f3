"""`/oauth/v2/authorize`: where a person lets the app into a workspace, or into a whole organization."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

import jinja2
from aiohttp import web

from bot.kernel.locale import Locale
from standins.slack.app_grants import AppGrants, OAuthApp
from standins.slack.page_templates import page_template
from standins.slack.workspace_team import WorkspaceTeam

HEADERS = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Referrer-Policy": "same-origin"}


def routes(team: WorkspaceTeam) -> list[web.AbstractRouteDef]:
    """None for a workspace whose token is configured."""
    if team.grants.oauth is None:
        return []
    show = partial(_show, team.grants, team.grants.oauth, page_template("authorize.html"))
    return [
        web.get("/oauth/v2/authorize", show),
        web.post("/oauth/v2/authorize", partial(_decide, team.grants, team.grants.oauth, team.config.scopes)),
    ]


async def _show(grants: AppGrants, app: OAuthApp, template: jinja2.Template, request: web.Request) -> web.Response:
    query = request.query
    problem = _problem(app, query.get("client_id", ""), query.get("redirect_uri", ""))
    if problem:
        return web.Response(status=400, text=problem)
    locale = Locale.of(request.headers.get("Accept-Language", "en").partition(",")[0].partition(";")[0] or "en")
    team = next(iter(grants.teams.values()))
    html = template.render(
        _=locale.text,
        language=locale.tag,
        app=team.seed.app_name,
        scopes=[scope for scope in query.get("scope", "").split(",") if scope],
        query={name: query.get(name, "") for name in ("client_id", "redirect_uri", "scope", "state")},
        teams=[(each.seed.team_id, each.seed.team_name) for each in grants.teams.values()],
        organizations=app.organizations,
    )
    return web.Response(text=html, content_type="text/html", headers=HEADERS)


async def _decide(grants: AppGrants, app: OAuthApp, known: frozenset[str], request: web.Request) -> web.Response:
    form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    redirect = form.get("redirect_uri", "")
    problem = _problem(app, form.get("client_id", ""), redirect)
    if problem:
        return web.Response(status=400, text=problem)
    state = {"state": form.get("state", "")}
    target, scopes = form.get("target", ""), frozenset(form.get("scope", "").split(",")) - {""}
    if form.get("decision") != "allow":
        return _back(redirect, {"error": "access_denied", **state})
    if not scopes or not scopes <= known:
        return _back(redirect, {"error": "invalid_scope", **state})
    if target not in grants.teams and grants.organization(target) is None:
        return _back(redirect, {"error": "invalid_team_for_non_distributed_app", **state})
    home = grants.teams[target if target in grants.teams else grants.organization(target).teams[0]]  # type: ignore[union-attr]
    user = form.get("user") or home.seed.people[0].id
    return _back(redirect, {"code": grants.code(target, user, scopes, redirect), **state})


def _problem(app: OAuthApp, client_id: str, redirect: str) -> str:
    if client_id != app.client_id:
        return "invalid_client_id"
    return "" if redirect in app.redirect_uris else "bad_redirect_uri"


def _back(redirect: str, query: dict[str, str]) -> web.Response:
    return web.Response(status=302, headers={"Location": f"{redirect}?{urlencode(query)}", **HEADERS})
