"""The tests of state, inbox, outbox and queue once more, on a Cluster of three servers."""

# ruff: noqa: F403, F401 (fixtures and tests are run by being here)

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from bot.state.connection import connected
from bot.state.records import RecordStore
from bot.state.redis_records import RedisRecords
from tests.queue.conftest import bench, queue
from tests.queue.test_queue import *
from tests.slack.conftest import outbox, slack
from tests.slack.test_inbox import *
from tests.slack.test_outbox import *
from tests.state.several import cluster
from tests.state.test_creation_order import *
from tests.state.test_due_index import *
from tests.state.test_locks import *
from tests.state.test_once import *
from tests.state.test_records import *  # type: ignore[assignment]


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            yield runner.run(stack.enter_async_context(cluster(tmp_path_factory.mktemp("cluster")))).url
        finally:
            runner.run(stack.aclose())


@pytest.fixture
async def redis(redis_server: str) -> AsyncIterator[Redis]:
    async with connected(redis_server) as client:
        await client.flushall()
        yield client


@pytest.fixture
def records(redis: Redis) -> RecordStore:
    return RedisRecords(redis)
