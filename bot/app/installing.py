"""The pages of installing by OAuth, put together."""

from __future__ import annotations

from aiohttp import web
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings

from bot.app.build import Base
from bot.slack.app_manifest import FEATURES, scopes_of
from bot.slack.installs.bolt_stores import RecordedInstallations, RecordedStates
from bot.slack.web_api import base_address
from bot.web.html_pages import HtmlPages
from bot.web.install_pages import INSTALL, REDIRECT, InstallFlow, install_routes


def install_routes_of(base: Base) -> list[web.RouteDef]:
    """For a bot whose settings have keys for tokens."""
    settings, access, pages = base.settings, base.access, HtmlPages.load()
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
        state_cookie_name="replaybook-install",
    )
    return install_routes(InstallFlow(access.oauth.web, flow, pages, settings.install_teams), pages)
