"""The doctor says of a Redis what would lose work, and nothing of one that keeps it."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.kernel.clock import system_clock
from bot.kernel.errors import ReplaybookError
from bot.state import redis_check
from bot.state.connection import connected
from bot.state.embedded_server import private_redis
from bot.state.redis_check import check, examined
from tests.state.several import cluster

WELL = {"redis_version": "7.2.4", "aof_enabled": 1, "maxmemory": 0, "maxmemory_policy": "noeviction"}


@pytest.mark.parametrize(
    "info",
    [
        WELL,
        WELL | {"maxmemory_policy": "allkeys-lru"},
        WELL | {"maxmemory": 1000, "used_memory": 900},
        WELL | {"aof_enabled": 0, "connected_slaves": 1},
        {"redis_version": "8.0.0", "aof_enabled": 1},
    ],
    ids=["as it should be", "evicts but has no limit", "not yet full", "kept by a replica", "says little"],
)
def test_a_redis_that_keeps_what_it_is_given_will_do(info: dict[str, Any]) -> None:
    check(info)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"redis_version": "6.2.14"}, "version 6.2.14; 7 "),
        ({"maxmemory": 1000, "maxmemory_policy": "volatile-ttl"}, "volatile-ttl"),
        ({"maxmemory": 1000, "used_memory": 901}, "90 % of its memory"),
        ({"aof_enabled": 0}, "appendonly"),
        ({"aof_enabled": 0, "connected_slaves": 0}, "appendonly"),
    ],
)
def test_what_would_lose_work_is_one_sentence(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ReplaybookError) as caught:
        check(WELL | wrong)
    assert said in caught.value.sentence
    assert "\n" not in caught.value.sentence


async def test_a_real_server_is_examined(tmp_path: Path) -> None:
    async with private_redis(tmp_path) as url, connected(url) as redis:
        assert ", appends to disk, " in await examined(redis)
        await redis.config_set("appendonly", "no")
        with pytest.raises(ReplaybookError, match="appendonly"):
            await examined(redis)
        await redis.config_set("appendonly", "yes")

        await redis.execute_command("ACL", "SETUSER", "reader", "on", "nopass", "~*", "+@all", "-function")
        async with Redis(unix_socket_path=url.removeprefix("unix://"), username="reader", password="-") as limited:
            with pytest.raises(ReplaybookError, match="doesn’t allow this user"):
                await examined(limited)

        await redis.execute_command("REPLICAOF", "127.0.0.1", str(1 + os.getpid() % 2))
        with pytest.raises(ReplaybookError, match="is a replica"):
            await examined(redis)


async def test_clocks_that_are_apart_are_named(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    async def later() -> tuple[int, int]:
        seconds, micros = await type(redis).time(redis)
        return seconds + 3600, micros

    monkeypatch.setattr(redis, "time", later)
    with pytest.raises(ReplaybookError, match=r"3[56]\d\d seconds apart"):
        await examined(redis)


async def test_a_cluster_is_examined_server_by_server(tmp_path: Path) -> None:
    async with cluster(tmp_path) as three, connected(three.url) as redis:
        assert " × 3, " in await examined(redis)


async def test_an_answer_that_took_long_says_nothing_of_clocks(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    took = timedelta()
    monkeypatch.setattr(redis_check, "system_clock", lambda: system_clock() + took)

    async def slowly() -> tuple[int, int]:
        nonlocal took
        told = await type(redis).time(redis)
        took = timedelta(minutes=1)
        return told

    monkeypatch.setattr(redis, "time", slowly)
    assert "appends to disk" in await examined(redis)
