"""A stand-in for Datadog of the test's own, and a client of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.kernel.patient_calls import CallPatience
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.site import Site
from standins.datadog.datadog_server import running
from standins.datadog.world import World
from tests.moments import starting_at
from tests.providers.datadog.examples import NOW

QUICK = CallPatience(pause_s=0.001, limit_s=0.5)
"""Tries again at once, and gives a busy machine all the time to answer."""


@pytest.fixture
def world() -> World:
    return World(clock=starting_at(NOW))


@pytest.fixture
async def url(world: World) -> AsyncIterator[str]:
    async with running(world) as url:
        yield url


@pytest.fixture
async def client(world: World, url: str) -> AsyncIterator[Client]:
    async with Client.opened(Site(url=url), world.api_key, world.app_key, patience=QUICK) as client:
        yield client
