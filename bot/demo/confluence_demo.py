"""Confluence's stand-in beside the demo, so that publishing can be tried without an account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.kernel.settings import Secret, Settings
from bot.providers.confluence.confluence_settings import ConfluenceSettings
from standins.confluence.confluence_server import running_confluence
from standins.confluence.confluence_world import ConfluenceWorld


@asynccontextmanager
async def confluence_stand_in(settings: Settings) -> AsyncIterator[Settings]:
    """The settings for a bot that publishes there; unchanged where Confluence is set up already."""
    if settings.of(ConfluenceSettings).configured:
        yield settings
        return
    world = ConfluenceWorld()
    async with running_confluence(world) as url:
        account = ConfluenceSettings(url=url, email=world.email, token=Secret(world.token), space=world.space_key)
        yield settings.with_provider(account)
