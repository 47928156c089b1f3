"""The stand-in and a client for it, for the tests of notebooks, incidents, cases and owners."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.providers.datadog.client import Client, Patience
from bot.providers.datadog.site import Site
from bot.providers.datadog.standin.server import running
from bot.providers.datadog.standin.world import World

QUICK = Patience(connect_s=1.0, answer_s=2.0, pause_s=0.01)


@asynccontextmanager
async def asked(world: World) -> AsyncIterator[Client]:
    async with running(world) as url, Client.opened(Site(url=url), "api", "app", patience=QUICK) as client:
        yield client


def sent(world: World, method: str) -> list[str]:
    """The paths that were asked for with this method."""
    return [it.path for it in world.seen if it.method == method]
