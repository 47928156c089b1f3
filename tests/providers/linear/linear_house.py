"""Linear's stand-in with a tracker on it, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from redis.asyncio import Redis

from bot.kernel.patient_calls import CallPatience
from bot.kernel.settings import Secret, Settings
from bot.providers.linear.linear_settings import LinearSettings
from bot.providers.linear.linear_tracker import LinearTracker
from bot.providers.linear.open_linear import open_linear
from bot.providers.provider import Setup
from bot.state.redis_records import RedisRecords
from standins.linear.linear_server import running_linear
from standins.linear.linear_world import LinearUser, LinearWorld
from tests.moments import starting_at

NOON = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
JISOO = "jisoo@example.com"


def a_world() -> LinearWorld:
    world = LinearWorld(clock=starting_at(NOON))
    world.users.append(LinearUser("Jisoo Kim", JISOO))
    return world


def settings_of(world: LinearWorld, url: str) -> LinearSettings:
    return LinearSettings(api_key=Secret(world.api_key), url=url, workspace=world.url_key)


@asynccontextmanager
async def linear_tracker(
    world: LinearWorld, redis: Redis, folder: Path, project: str = ""
) -> AsyncIterator[LinearTracker]:
    async with running_linear(world) as url:
        settings = Settings(data=folder, tracker_project=project).with_provider(settings_of(world, url))
        setup = Setup(settings, redis, RedisRecords(redis), "https://bot.example", clock=world.clock)
        async with open_linear(setup) as parts:
            assert isinstance(parts.tracker, LinearTracker)
            parts.tracker._client._patience = CallPatience(pause_s=0.0)
            yield parts.tracker
