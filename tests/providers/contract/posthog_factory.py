"""PostHog, on its stand-in: the same clicks as everywhere, as posthog-js would have sent them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.settings import Secret, Settings
from bot.providers.posthog.posthog_settings import PostHogSettings
from bot.providers.provider import Setup
from bot.state.redis_records import RedisRecords
from standins.posthog.posthog_server import running
from standins.posthog.posthog_world import PostHogWorld
from tests.moments import starting_at
from tests.providers.contract.events import NOW
from tests.providers.contract.provided import PUBLIC_URL, Content, Prepared
from tests.providers.posthog.posthog_house import empty_world, fill


@asynccontextmanager
async def prepared(content: Content, folder: Path, redis: Redis) -> AsyncIterator[Prepared]:
    async with world_of(content, starting_at(NOW), NOW) as world, running(world) as url:
        settings = PostHogSettings(key=Secret(world.key), project=str(world.project), url=url)
        chosen = Settings(data=folder).with_provider(settings)
        yield Prepared(Setup(chosen, redis, RedisRecords(redis), PUBLIC_URL, clock=world.clock))


@asynccontextmanager
async def world_of(content: Content, clock: Clock, now: datetime) -> AsyncIterator[PostHogWorld]:
    async with empty_world(clock) as world:
        await fill(world, content.events, content.recording, now)
        yield world
