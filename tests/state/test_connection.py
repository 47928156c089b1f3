"""The connection to Redis: many commands at once wait for each other, and whoever is in one can be stopped."""

from __future__ import annotations

import asyncio
from unittest.mock import Mock

import pytest
from redis import utils as redis_utils
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisAway

from bot.kernel.errors import Unavailable
from bot.state import connection
from bot.state.connection import connected
from tests.polling import until


async def test_more_commands_than_connections_wait_instead_of_failing(redis: Redis, redis_server: str) -> None:
    async with connected(redis_server, connections=8) as client:
        await asyncio.gather(*(client.incr("count") for _ in range(500)))
        assert await client.get("count") == b"500"
    assert int((await redis.info("clients"))["maxclients"]) > connection.CONNECTIONS


async def test_the_version_of_redis_py_is_looked_up_once_for_all_connections(
    redis_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = Mock(return_value="8")
    monkeypatch.setattr(redis_utils, "get_lib_version", look_up)
    async with connected(redis_server, connections=8) as client:
        await asyncio.gather(*(client.incr("count") for _ in range(50)))
        assert len({each["id"] for each in await client.client_list() if each["lib-ver"] == "8"}) > 1
    look_up.assert_called_once()


async def test_as_many_as_wait_at_the_default_are_answered(redis: Redis) -> None:
    waiting = [
        asyncio.ensure_future(redis.blpop([f"list:{n}"], timeout=60)) for n in range(connection.CONNECTIONS - 10)
    ]
    answers = await asyncio.gather(*(redis.incr("count") for _ in range(300)))
    assert max(answers) == 300
    async with redis.pipeline(transaction=False) as pipe:
        for n in range(len(waiting)):
            pipe.rpush(f"list:{n}", n)
        await pipe.execute()
    assert [int(value) for _, value in await asyncio.gather(*waiting)] == list(range(len(waiting)))


async def test_a_command_that_gets_no_connection_fails_in_the_end(
    redis: Redis, redis_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "WAIT_S", 0.1)
    async with connected(redis_server, connections=1, retries=0) as client:
        waiting = asyncio.ensure_future(client.blpop(["list"], timeout=60))

        async def blocked() -> bool:
            return bool(int((await redis.info("clients"))["blocked_clients"]))

        await until(blocked)
        with pytest.raises(RedisAway, match="No connection"):
            await client.get("anything")
        await redis.rpush("list", "end")
        await waiting


async def test_a_task_in_the_middle_of_a_command_can_be_cancelled_at_any_moment(redis: Redis) -> None:
    async def busy() -> None:
        while True:
            await redis.get("anything")

    for moment in range(60):
        task = asyncio.create_task(busy())
        for _ in range(moment):
            await asyncio.sleep(0)
        task.cancel()
        ended, _ = await asyncio.wait({task}, timeout=20)
        assert ended, f"cancelled {moment} steps of the loop after its beginning, it went on"
    assert await redis.ping()


async def test_a_redis_that_nobody_answers_for_is_reported() -> None:
    with pytest.raises(Unavailable, match="doesn’t answer"):
        async with connected("unix:///nowhere/redis.sock", retries=1):
            pass


async def test_a_command_on_a_connection_that_was_lost_meanwhile_is_one_without_redis(redis_server: str) -> None:
    """Python 3.13 has a TypeError of its own for that, which nobody would try again."""
    async with connected(redis_server, connections=1) as client:
        lost = await client.connection_pool.get_connection()
        lost._writer.transport.abort()
        for _ in range(3):
            await asyncio.sleep(0)
        with pytest.raises(RedisAway):
            await lost.send_command("PING", check_health=False)
        await client.connection_pool.release(lost)
        assert await client.ping(), "the next command has a new one"
