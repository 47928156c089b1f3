"""The pages of installing by OAuth, put together."""

from __future__ import annotations

from aiohttp import web
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import Installation

from bot.app.base import Base
from bot.services.access.audit_log import AuditEntry
from bot.slack.app_manifest import FEATURES, scopes_of
from bot.slack.installs.bolt_stores import RecordedInstallations, RecordedStates
from bot.slack.installs.tenants import installed_for
from bot.slack.web_api import base_address
from bot.web.html_pages import HtmlPages
from bot.web.install_pages import INSTALL, REDIRECT, InstallCookies, InstallFlow, Noted, install_routes


def install_routes_of(base: Base) -> list[web.RouteDef]:
    """For a bot whose settings have keys for tokens."""
    settings, access, pages = base.settings, base.access, HtmlPages.load(base.path)
    assert access.installations is not None  # noqa: S101 - whoever calls has looked
    assert access.oauth is not None  # noqa: S101
    api = base_address(settings.slack_api_url)
    flow = AsyncOAuthSettings(
        client_id=settings.slack_client_id or "",
        client_secret=settings.slack_client_secret or "",
        scopes=scopes_of(FEATURES),
        redirect_uri=f"{base.public_url}{REDIRECT}",
        install_path=INSTALL,
        redirect_uri_path=REDIRECT,
        authorization_url=f"{api.removesuffix('api/')}oauth/v2/authorize",
        installation_store=RecordedInstallations(access.installations, base.clock),
        state_store=RecordedStates(base.records),
    )
    flow.state_utils = InstallCookies("replaybook-install", base.path.cookies)
    return install_routes(InstallFlow(access.oauth.web, flow, pages, _noted(base), settings.install_teams), pages)


def _noted(base: Base) -> Noted:
    """In the audit log."""

    async def noted(installation: Installation, allowed: bool) -> None:
        tenant = installed_for(installation.enterprise_id, installation.team_id, installation.is_enterprise_install)
        by, outcome, reason = installation.user_id or "", "success", ""
        if not allowed:
            outcome, reason = "failure", "not allowed"
        entry = AuditEntry(
            action="app.installed",
            team=tenant,
            user=by,
            kind="workspace",
            target=tenant,
            outcome=outcome,
            reason=reason,
        )
        await base.policies.audit.note(entry, base.clock().isoformat())

    return noted
