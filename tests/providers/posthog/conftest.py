"""A world of the stand-in, its address, and a client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.kernel.patient_calls import CallPatience
from bot.providers.posthog.event_properties import EventProperties
from bot.providers.posthog.posthog_client import PostHogClient
from bot.providers.posthog.posthog_recordings import PostHogRecordings
from bot.providers.posthog.posthog_source import PostHogSource
from standins.posthog.posthog_server import running
from standins.posthog.posthog_world import PostHogWorld
from tests.providers.contract.events import NOW
from tests.providers.posthog.posthog_house import empty_world

QUICK = CallPatience(connect_s=60.0, answer_s=300.0, pause_s=0.001, limit_s=0.0)


@pytest.fixture
async def world() -> AsyncIterator[PostHogWorld]:
    async with empty_world(lambda: NOW) as world:
        yield world


@pytest.fixture
async def url(world: PostHogWorld) -> AsyncIterator[str]:
    async with running(world) as url:
        yield url


@pytest.fixture
async def client(world: PostHogWorld, url: str) -> AsyncIterator[PostHogClient]:
    async with PostHogClient.opened(url, str(world.project), world.key, patience=QUICK) as client:
        yield client


@pytest.fixture
def source(client: PostHogClient) -> PostHogSource:
    return PostHogSource(client, EventProperties(), PostHogRecordings(client), "secret", lambda: NOW)
