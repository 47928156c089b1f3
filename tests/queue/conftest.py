"""A lane and the context of its jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.queue.queue import Lane
from tests.queue.queue_bench import Bench


@pytest.fixture
def bench(redis: Redis, redis_server: str) -> Bench:
    return Bench(redis_server)


@pytest.fixture
async def queue(redis: Redis, redis_server: str) -> AsyncIterator[Lane]:
    async with Lane.opened(redis_server) as opened:
        yield opened
