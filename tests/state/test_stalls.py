"""A loop that stalls for longer than its lease wakes up when somebody else has the lock: it has no effect any more."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from redis.asyncio import Redis

from bot.state import keys
from bot.state.connection import connected
from bot.state.locks import FencedScript, HeldLock, Leases, LockLost, check_held_locks, fence, held
from bot.state.once import Once, Outcome
from tests.http_server import answering
from tests.polling import until
from tests.stalling import Stall, other_loop

NAME = keys.lock(keys.once("T1", "effect"))
VALUE = keys.once("T1", "value")
KEY = keys.once("T1", "C1", "1700.1", "clip")
LEASE_S = 1.0
WRITE = "redis.call('RPUSH', KEYS[1], ARGV[1]) return 1"


async def write(redis: Redis, lock: HeldLock, who: str) -> None:
    await FencedScript(redis, WRITE)(lock, [VALUE], [who])


async def gone(redis: Redis, key: str) -> bool:
    return not await redis.exists(key)


@pytest.mark.parametrize("still_held", [True, False])
async def test_who_lost_the_lock_in_a_stall_writes_nothing(redis: Redis, redis_server: str, still_held: bool) -> None:
    stall = Stall()

    async def stalled() -> None:
        async with connected(redis_server) as client, held(client, NAME, lease=LEASE_S) as lock:
            await write(client, lock, "first")
            stall.block()
            await write(client, lock, "too late")

    with other_loop(stalled, stall) as ending:
        await stall.reached()
        async with held(redis, NAME) as lock:
            await write(redis, lock, "second")
            if still_held:
                stall.end()
                with pytest.raises(LockLost):
                    await ending
        stall.end()
        with pytest.raises(LockLost):
            await ending
    assert await redis.lrange(VALUE, 0, -1) == [b"first", b"second"]


async def test_who_stalled_knows_by_its_own_clock_before_it_asks_anyone(redis: Redis, redis_server: str) -> None:
    stall = Stall()

    async def stalled() -> None:
        async with connected(redis_server) as client, held(client, NAME, lease=LEASE_S):
            check_held_locks()
            stall.block()
            check_held_locks()

    with other_loop(stalled, stall) as ending:
        await stall.reached()
        await until(lambda: gone(redis, NAME))
        stall.end()
        with pytest.raises(LockLost):
            await ending


@pytest.mark.parametrize("moment", ["before the request", "while it connects", "before a connection is used again"])
async def test_a_request_is_not_sent_after_a_stall(redis: Redis, redis_server: str, moment: str) -> None:
    stall, requests = Stall(), list[str]()

    async def answer(request: web.Request) -> web.Response:
        requests.append(request.path)
        return web.Response()

    def blocks() -> aiohttp.TraceConfig:
        async def block(*_: object) -> None:
            stall.block()

        config = aiohttp.TraceConfig()
        if moment == "while it connects":
            config.on_connection_create_start.append(block)
        if moment == "before a connection is used again":
            config.on_connection_reuseconn.append(block)
        return config

    async def stalled(url: str) -> None:
        async with (
            connected(redis_server) as client,
            aiohttp.ClientSession(trace_configs=[blocks(), fence()]) as session,
        ):
            if moment == "before a connection is used again":
                await (await session.get(f"{url}/first")).read()
            async with held(client, NAME, lease=LEASE_S):
                if moment == "before the request":
                    stall.block()
                await session.post(f"{url}/too-late")

    async with answering(answer) as url:
        with other_loop(lambda: stalled(url), stall) as ending:
            await stall.reached()
            await until(lambda: gone(redis, NAME))
            stall.end()
            with pytest.raises(LockLost):
                await ending
    assert "/too-late" not in requests


async def test_a_request_after_the_lock_was_given_back_is_sent(redis: Redis) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="fine")

    async with answering(answer) as url, aiohttp.ClientSession(trace_configs=[fence()]) as session:
        async with held(redis, NAME):
            assert await (await session.get(url)).text() == "fine"
        assert await (await session.get(url)).text() == "fine"


async def test_of_an_effect_that_two_ran_because_one_stalled_one_result_counts_for_both(
    redis: Redis, redis_server: str
) -> None:
    stall = Stall()

    async def stalling() -> str:
        stall.block()
        return "first"

    async def quick() -> str:
        return "second"

    async def stalled() -> Outcome:
        async with connected(redis_server) as client:
            return await Once(client).run(KEY, stalling, lease=LEASE_S)

    with other_loop(stalled, stall) as ending:
        await stall.reached()
        assert await Once(redis).run(KEY, quick) == Outcome(True, "second")
        stall.end()
        assert await ending == Outcome(False, "second")
    assert await Once(redis).done(KEY) == "second"


async def test_an_effect_in_a_stall_that_nobody_noticed_is_not_run_again(redis: Redis, redis_server: str) -> None:
    stall, runs = Stall(), list[str]()

    async def stalling() -> str:
        runs.append("run")
        stall.block()
        return "done"

    async def stalled() -> Outcome:
        async with connected(redis_server) as client:
            return await Once(client).run(KEY, stalling, lease=LEASE_S)

    with other_loop(stalled, stall) as ending:
        await stall.reached()
        await until(lambda: gone(redis, keys.lock(KEY)))
        stall.end()
        assert (await ending).result == "done"
    assert runs == ["run"]


async def test_a_lease_that_went_to_another_in_a_stall_stays_there(redis: Redis, redis_server: str) -> None:
    stall = Stall()
    lease = keys.running("T1", "C1", "how many clicks")

    async def stalled() -> None:
        async with connected(redis_server) as client:
            leases = Leases(client)
            assert await leases.take(lease, "first", 1) == "first"
            stall.block()
            await leases.keep(lease, "first", 60)
            await leases.drop(lease, "first")

    with other_loop(stalled, stall) as ending:
        await stall.reached()
        await until(lambda: gone(redis, lease))
        assert await Leases(redis).take(lease, "second", 60) == "second"
        stall.end()
        await ending
    assert await Leases(redis).take(lease, "third", 60) == "second"


async def test_a_stalled_owner_is_not_the_owner_for_asyncio_either(redis: Redis, redis_server: str) -> None:
    """The body is cancelled as soon as it waits for anything, whether or not it asks for its lock."""
    stall = Stall()

    async def stalled() -> None:
        async with connected(redis_server) as client, held(client, NAME, lease=LEASE_S):
            stall.block()
            await asyncio.Event().wait()

    with other_loop(stalled, stall) as ending:
        await stall.reached()
        async with held(redis, NAME):
            stall.end()
            with pytest.raises(LockLost):
                await ending
