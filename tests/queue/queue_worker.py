"""A worker in a process of its own, for tests that kill it: `python -m tests.queue.queue_worker URL [CRON]`.

With CRON it has a clock and nothing else.

Its job writes to Redis when it begins and when it ends: `begun:<name>` and `ended:<name>` are lists of process ids.
"""

from __future__ import annotations

import asyncio
import os
import sys

import msgspec
from redis.asyncio import Redis

from bot.queue.job import Job, JobFailure, JobTable, Repeat
from bot.queue.job_worker import IDLE_S, Worker
from bot.state.connection import connected


class Sleep(msgspec.Struct, frozen=True):
    name: str
    seconds: float


async def sleep(redis: Redis, payload: Sleep) -> None:
    await redis.rpush(f"begun:{payload.name}", os.getpid())
    await asyncio.sleep(payload.seconds)
    await redis.rpush(f"ended:{payload.name}", os.getpid())


async def die(redis: Redis, payload: Sleep) -> None:
    await redis.rpush(f"begun:{payload.name}", os.getpid())
    os.kill(os.getpid(), 9)


async def tick(redis: Redis) -> None:
    """`ticks` has both in their order."""
    await redis.rpush("ticks", os.getpid())
    await redis.rpush("begun:tick", os.getpid())
    await asyncio.sleep(0.5)
    await redis.rpush("ticks", os.getpid())
    await redis.rpush("ended:tick", os.getpid())


async def main(url: str, cron: str = "") -> None:
    async with connected(url) as redis:

        async def report(failure: JobFailure) -> None:
            await redis.rpush(f"failed:{failure.id}", failure.reference)

        table: JobTable[Redis] = {"tick": Repeat(tick, cron)} if cron else {"sleep": Job(sleep), "die": Job(die)}
        async with Worker(url, table, redis, report=report, idle=IDLE_S if cron else 1.0).working():
            print("working", flush=True)  # noqa: T201
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
