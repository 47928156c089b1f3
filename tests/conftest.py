"""What tests of every room may use: a real Redis server of their own."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.state.connection import connected
from bot.state.embedded_server import private_redis


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a private server that lives as long as the test session, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="replaybook-test-"))
    with asyncio.Runner() as runner:
        server = private_redis(folder)
        url = runner.run(server.__aenter__())
        try:
            yield url
        finally:
            runner.run(server.__aexit__(None, None, None))
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def redis(redis_server: str) -> AsyncIterator[Redis]:
    """A client of that server, emptied before the test."""
    async with connected(redis_server) as client:
        await client.flushall()
        yield client
