from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.providers.linear.linear_tracker import LinearTracker
from standins.linear.linear_world import LinearWorld
from tests.providers.linear.linear_house import a_world, linear_tracker


@pytest.fixture
def world() -> LinearWorld:
    return a_world()


@pytest.fixture
async def tracker(world: LinearWorld, redis: Redis, tmp_path: Path) -> AsyncIterator[LinearTracker]:
    async with linear_tracker(world, redis, tmp_path) as tracker:
        yield tracker
