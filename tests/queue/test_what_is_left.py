"""The queue keeps nothing of jobs that have ended, however they ended; and takes as many at once as anybody puts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Missing, Unavailable
from bot.queue.job import Job, JobFailure, JobTable
from bot.queue.job_worker import Worker
from bot.queue.queue import Lane
from tests.polling import until


class Parcel(msgspec.Struct, frozen=True):
    number: int


async def deliver(_: None, parcel: Parcel) -> None:
    return


async def lose(_: None, parcel: Parcel) -> None:
    raise Missing("There is no such address.")


async def wait(_: None, parcel: Parcel) -> None:
    raise Unavailable("The road is closed.")


async def linger(_: None, parcel: Parcel) -> None:
    await asyncio.Event().wait()


TABLE: JobTable[None] = {"deliver": Job(deliver), "lose": Job(lose), "wait": Job(wait, tries=1), "linger": Job(linger)}


@pytest.fixture
async def queue(redis: Redis, redis_server: str) -> AsyncIterator[Lane]:
    async with Lane.opened(redis_server) as opened:
        yield opened


async def sizes(redis: Redis) -> dict[str, int]:
    """Every key of the queue that has no end, with the number of things in it."""
    counting = {
        b"stream": redis.xlen, b"set": redis.scard, b"zset": redis.zcard, b"hash": redis.hlen, b"string": redis.strlen,
    }  # fmt: skip
    found: dict[str, int] = {}
    async for key in redis.scan_iter():
        if await redis.ttl(key) == -1:
            found[key.decode()] = await counting[await redis.type(key)](key)
    return found


async def test_of_jobs_that_have_ended_nothing_is_left(queue: Lane, redis: Redis, redis_server: str) -> None:
    async def report(_: JobFailure) -> None:
        return

    async def empty() -> bool:
        return not await queue.waiting()

    async with Worker(redis_server, TABLE, None, report=report, concurrency=8, idle=5.0).working():
        for number in range(12):
            for name in ("deliver", "lose", "wait"):
                await queue.put(name, Parcel(number), id=f"{name}:{number}")
        await until(empty)
        for number in range(8):
            await queue.put("linger", Parcel(number), id=f"linger:{number}")
            await queue.put("deliver", Parcel(number), id=f"later:{number}", delay=600)
        for number in range(8):
            assert await queue.cancel(f"linger:{number}")
            assert await queue.cancel(f"later:{number}")
        await until(empty)
    left = await sizes(redis)
    assert {key: size for key, size in left.items() if size} == {}


async def test_three_hundred_may_put_a_job_at_once(queue: Lane) -> None:
    await asyncio.gather(*(queue.put("deliver", Parcel(number), id=str(number)) for number in range(300)))
    assert await queue.waiting() == 300
