"""The context of the jobs of these tests, which notes what ran and what failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from bot.kernel.metrics import Metrics
from bot.queue.job import JobFailure, JobTable
from bot.queue.job_worker import Worker
from bot.queue.queue import Lane


class Note(msgspec.Struct, frozen=True):
    text: str
    tags: tuple[str, ...] = ()


class Bench:
    """The context of the tests' jobs: what ran, and what failed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.runs: list[Note] = []
        self.failures: list[JobFailure] = []
        self.metrics = Metrics()

    async def report(self, failure: JobFailure) -> None:
        self.failures.append(failure)

    def worker(self, table: JobTable[Bench], *, concurrency: int = 4, idle: float = 30.0) -> Worker[Bench]:
        """So patient that a busy machine doesn't make it look dead."""
        return Worker(
            self.url, table, self, report=self.report, concurrency=concurrency, metrics=self.metrics, idle=idle
        )


async def note(bench: Bench, payload: Note) -> None:
    bench.runs.append(payload)


def failing(*errors: Exception) -> Callable[[Bench, Note], Awaitable[None]]:
    left = list(errors)

    async def fail(bench: Bench, payload: Note) -> None:
        bench.runs.append(payload)
        if left:
            raise left.pop(0)

    return fail


async def settled_empty(queue: Lane) -> None:
    for _ in range(6000):
        if not await queue.waiting():
            return
        await asyncio.sleep(0.02)
    pytest.fail("jobs are left")
