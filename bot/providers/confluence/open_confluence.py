"""Opens Confluence as the settings say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.kernel.errors import Misunderstood
from bot.providers.confluence.confluence_client import ConfluenceClient
from bot.providers.confluence.confluence_exporter import ConfluenceExporter
from bot.providers.confluence.confluence_settings import ConfluenceSettings
from bot.providers.provider import Parts, Setup


@asynccontextmanager
async def open_confluence(setup: Setup) -> AsyncIterator[Parts]:
    """Nothing is sent yet. Raises Misunderstood naming the variable that isn't set."""
    settings = setup.settings.of(ConfluenceSettings)
    async with open_client(settings) as client:
        yield Parts(exporter=ConfluenceExporter(client, setup.redis, setup.records, settings.space, settings.parent))


@asynccontextmanager
async def open_client(settings: ConfluenceSettings) -> AsyncIterator[ConfluenceClient]:
    """Raises Misunderstood naming the variable that isn't set."""
    for name in ("url", "email", "token", "space"):
        if not getattr(settings, name):
            variable = settings.variable(name)
            raise Misunderstood("Confluence needs %(variable)s, too; it isn’t set.", at=variable, variable=variable)
    async with ConfluenceClient.opened(str(settings.url), settings.email, str(settings.token)) as client:
        yield client
