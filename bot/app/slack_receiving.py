"""What Slack delivers to: Bolt's app with the bot's routes, and the pages on which others install it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.app.base import Base
from bot.kernel.metrics import Metrics
from bot.kernel.turns import Turns
from bot.services.services import Services
from bot.slack.inbox import Inbox
from bot.slack.web_api import Clients
from handlers import register
from handlers.bolt_app import SlackApp
from handlers.bot_identity import BotIdentity, Identities, InstalledIdentities
from handlers.edge import slack_edge
from handlers.receiving import slack_routes


@asynccontextmanager
async def receiving(
    base: Base, services: Services, inbox: Inbox, metrics: Metrics, turns: Turns
) -> AsyncIterator[tuple[AsyncApp, list[web.RouteDef]]]:
    """Yields the app and its routes."""
    settings, installations = base.settings, base.access.installations
    install_url = f"{base.public_url}/slack/install" if installations else ""
    app = SlackApp(settings.slack_signing_secret or "", settings.slack_api_url, install_url)
    async with AsyncExitStack() as stack:
        own = None
        if base.access.own:
            clients = await stack.enter_async_context(Clients.opened(base.access.own, settings.slack_api_url))
            own = BotIdentity(clients)
            await stack.enter_async_context(own.learning())
        identities: Identities | None = InstalledIdentities(installations, own) if installations else own
        assert identities is not None  # noqa: S101 - `check_slack` wants one or the other
        bolt = await stack.enter_async_context(slack_edge(app, services, inbox, register, identities, metrics))
        bolt.turns = turns
        routes = slack_routes(bolt, app.signing_secret)
        if installations:
            from bot.app.installing import install_routes_of  # noqa: PLC0415 - one workspace needs none of it

            routes += install_routes_of(base)
        yield bolt, routes
