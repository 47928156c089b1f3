"""A lock has one owner, outlives no dead one, and tells an owner that has lost it."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Conflict
from bot.state.locks import LockLost, check_held_locks, held
from tests.polling import until


async def test_only_one_holds_it_at_a_time(redis: Redis) -> None:
    inside = most = 0

    async def enter() -> None:
        nonlocal inside, most
        async with held(redis, "T1:lock"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    await asyncio.gather(*(enter() for _ in range(8)))
    assert most == 1


async def test_who_does_not_wait_is_told_that_somebody_holds_it(redis: Redis) -> None:
    async with held(redis, "T1:lock"):
        with pytest.raises(Conflict, match="Someone else"):
            async with held(redis, "T1:lock", wait=0):
                pytest.fail("entered twice")


async def test_a_long_body_keeps_the_lock(redis: Redis) -> None:
    """Its lease is renewed long before it ends."""
    async with held(redis, "T1:lock", lease=6) as lock:
        await redis.pexpire("T1:lock", 5000)

        async def renewed() -> bool:
            return await redis.pttl("T1:lock") > 5000

        await until(renewed)
        assert await redis.get("T1:lock") == lock.token
        lock.check()


async def test_a_dead_owner_loses_it_after_the_lease(redis: Redis) -> None:
    await redis.set("T1:lock", b"somebody who died", px=200)
    async with held(redis, "T1:lock", wait=60):
        pass


async def test_who_lost_it_in_the_middle_is_stopped_and_leaves_the_new_owner_alone(redis: Redis) -> None:
    async def lose() -> None:
        async with held(redis, "T1:lock", lease=0.3):
            await redis.set("T1:lock", b"the new owner")
            await asyncio.Event().wait()

    with pytest.raises(LockLost, match="took over"):
        await lose()
    assert await redis.get("T1:lock") == b"the new owner"


async def test_cancelling_the_owner_from_outside_is_still_a_cancellation_and_frees_it(redis: Redis) -> None:
    inside = asyncio.Event()

    async def hold() -> None:
        async with held(redis, "T1:lock"):
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await redis.exists("T1:lock")


async def test_an_error_in_the_body_frees_it(redis: Redis) -> None:
    with pytest.raises(ZeroDivisionError):
        async with held(redis, "T1:lock"):
            raise ZeroDivisionError
    assert not await redis.exists("T1:lock")


async def test_a_lock_that_was_given_back_holds_nobody_up(redis: Redis) -> None:
    async with held(redis, "T1:outer"):
        async with held(redis, "T1:inner") as inner:
            check_held_locks()
        inner.lost = True
        check_held_locks()
    check_held_locks()


async def test_what_is_done_under_two_locks_stops_when_either_is_lost(redis: Redis) -> None:
    async with held(redis, "T1:outer") as outer, held(redis, "T1:inner"):
        outer.lost = True
        with pytest.raises(LockLost):
            check_held_locks()
