"""A job that was put runs, also when the server that took it is killed right afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Unavailable
from bot.queue.job import Job, JobFailure
from bot.queue.job_worker import Worker
from bot.queue.queue import Lane
from tests.polling import until
from tests.queue.queue_worker import Sleep
from tests.state.several import Several, cluster, sentinel

JOBS = 120


async def sleep(done: set[str], payload: Sleep) -> None:
    await asyncio.sleep(payload.seconds)
    done.add(payload.name)


@pytest.mark.parametrize("servers", [sentinel, partial(cluster, replicas=True)], ids=["sentinel", "cluster"])
async def test_every_job_that_was_put_runs_though_a_server_is_killed(
    tmp_path: Path, servers: Callable[[Path], AbstractAsyncContextManager[Several]]
) -> None:
    done: set[str] = set()
    put: set[str] = set()
    failures: list[JobFailure] = []

    async def report(failure: JobFailure) -> None:
        failures.append(failure)

    async def insist(queue: Lane, number: int) -> None:
        while str(number) not in put:
            try:
                await queue.put("sleep", Sleep(str(number), 0.05), id=f"T1:{number}")
                put.add(str(number))
            except Unavailable:
                await asyncio.sleep(0.1)

    async with servers(tmp_path) as several, Lane.opened(several.url) as queue:
        putting = asyncio.gather(*(insist(queue, number) for number in range(JOBS)))
        worker = Worker(several.url, {"sleep": Job(sleep)}, done, report=report, concurrency=8, idle=1.0)
        async with worker.working():

            async def in_the_middle() -> bool:
                return len(put) > JOBS // 4

            await until(in_the_middle)
            for server in several.primaries:
                if await _has_the_queue(server.port):
                    await server.kill()
            await putting

            async def all_done() -> bool:
                return done == put

            await until(all_done)
    assert len(put) == JOBS
    assert not failures


async def _has_the_queue(port: int) -> bool:
    async with Redis(host="127.0.0.1", port=port, password="pass/w%rd:@") as client:
        return bool([key async for key in client.scan_iter("streaq:*")])
