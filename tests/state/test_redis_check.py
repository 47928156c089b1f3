"""What the doctor says of a Redis."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import NoPermissionError

from bot.kernel.errors import Missing, Unavailable
from bot.state.connection import connected
from bot.state.redis_check import checked
from tests.state.several import sentinel


async def test_a_private_server_is_as_it_must_be(redis: Redis, redis_server: str) -> None:
    found = await checked(redis, redis_server)
    assert found.startswith(("valkey ", "redis "))
    assert found.endswith(" ms")


async def test_sentinels_and_replicas_are_named(tmp_path: Path) -> None:
    async with sentinel(tmp_path) as servers, connected(servers.url) as redis:
        assert "behind Sentinels, 1 replicas" in await checked(redis, servers.url)


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        ({"redis_version": "6.2.14"}, "6.2.14 is too old"),
        ({"maxmemory": 1 << 30, "maxmemory_policy": "allkeys-lru"}, "noeviction, not allkeys-lru"),
        (NoPermissionError("INFO"), "ask for INFO"),
    ],
)
async def test_what_is_wrong_is_said_with_what_to_do(
    redis: Redis, redis_server: str, monkeypatch: pytest.MonkeyPatch, says: object, sentence: str
) -> None:
    told = await redis.info("everything")

    async def info(*_: object) -> object:
        if isinstance(says, Exception):
            raise says
        assert isinstance(says, dict)
        return {**told, **says}

    monkeypatch.setattr(redis, "info", info)
    with pytest.raises(Missing, match=sentence):
        await checked(redis, redis_server)


async def test_what_evicts_nothing_for_want_of_a_limit_is_no_fault(redis: Redis, redis_server: str) -> None:
    await redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert await checked(redis, redis_server)
    finally:
        await redis.config_set("maxmemory-policy", "noeviction")


async def test_a_clock_that_is_wrong_and_a_redis_that_goes_away_are_told(
    redis: Redis, redis_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def late() -> tuple[int, int]:
        return int(time.time()) - 90, 0

    async def away() -> tuple[int, int]:
        raise RedisAway("gone")

    monkeypatch.setattr(redis, "time", late)
    with pytest.raises(Missing, match="s apart"):
        await checked(redis, redis_server)
    monkeypatch.setattr(redis, "time", away)
    with pytest.raises(Unavailable, match="doesn't answer: gone"):
        await checked(redis, redis_server)
