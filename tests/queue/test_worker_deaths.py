"""Workers in processes of their own are killed with -9: their jobs are finished by others, within reason."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from redis.asyncio import Redis

from bot.queue.queue import Lane
from tests.queue.queue_worker import Sleep


@pytest.fixture
async def queue(redis: Redis, redis_server: str) -> AsyncIterator[Lane]:
    async with Lane.opened(redis_server) as opened:
        yield opened


@contextmanager
def processes(url: str, count: int, *more: str) -> Iterator[dict[int, subprocess.Popen[str]]]:
    """Workers of their own, by process id."""
    with ExitStack() as stack:
        started = []
        for _ in range(count):
            command = [sys.executable, "-m", "tests.queue.queue_worker", url, *more]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            stack.callback(process.kill)
            started.append(process)
        for process in started:
            assert process.stdout
            assert process.stdout.readline() == "working\n"
        yield {process.pid: process for process in started}


async def test_a_killed_workers_job_is_finished_by_another(queue: Lane, redis: Redis, redis_server: str) -> None:
    with processes(redis_server, 2) as workers:
        await queue.put("sleep", Sleep("x", 1.5), id="1")
        first = int((await redis.blpop(["begun:x"], timeout=120))[1])
        workers[first].kill()
        second = int((await redis.blpop(["begun:x"], timeout=120))[1])
        assert second != first
        assert int((await redis.blpop(["ended:x"], timeout=120))[1]) == second
        assert await redis.llen("begun:x") == 0


async def test_a_job_that_kills_its_workers_is_given_up(queue: Lane, redis: Redis, redis_server: str) -> None:
    await queue.put("die", Sleep("x", 0), id="1")
    with processes(redis_server, 4):
        assert await redis.blpop(["failed:1"], timeout=240)
    assert await redis.llen("begun:x") == 3


async def test_one_process_at_a_time_has_the_clock_and_another_goes_on_when_it_is_killed(
    redis: Redis, redis_server: str
) -> None:
    with processes(redis_server, 3, "*/2 * * * * * *") as workers:
        first = int((await redis.blpop(["begun:tick"], timeout=120))[1])
        workers[first].kill()
        await asyncio.to_thread(workers[first].wait)
        await redis.delete("ended:tick")  # it may have ended its tick before it was killed
        for _ in range(3):
            assert int((await redis.blpop(["ended:tick"], timeout=120))[1]) != first
        ticks = [number for each in await redis.lrange("ticks", 0, -1) if (number := int(each)) != first]
    assert ticks[0:6:2] == ticks[1:6:2], "whoever began ended it before anybody else began"
