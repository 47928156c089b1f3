"""A worker: takes jobs from the queue and runs them, for as long as it is asked to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

import structlog
from coredis.exceptions import RedisError

from bot.kernel.metrics import Metrics
from bot.kernel.turns import Turns
from bot.queue.job import Job, JobTable, Report
from bot.queue.runner import Runner, SteadyWorker
from bot.queue.streaq_options import library

C = TypeVar("C")

IDLE_S = 3.0  # a worker not heard of for so long is dead, and its jobs are taken over
GRACE_S = 5  # what running jobs get to finish when the worker is told to stop; then they go back to the queue

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class Worker(Generic[C]):
    """`async with Worker(url, table, context, report=…).working(): …` - in a process of its own or beside a server.

    `context` is handed to every job; `report` is told of each job that failed for good.
    """

    def __init__(  # noqa: PLR0913 - all of it is decided at the roof
        self,
        url: str,
        table: JobTable[C],
        context: C,
        *,
        report: Report,
        lane: str = "jobs",
        concurrency: int = 2,
        metrics: Metrics | None = None,
        idle: float = IDLE_S,
    ) -> None:
        self._url = url
        self._lane = lane
        self._table = table
        self._payloads = {name: row.payload for name, row in table.items() if isinstance(row, Job)}
        self._context = context
        self._report = report
        self._options = {"concurrency": concurrency, "idle_timeout": idle, "grace_period": GRACE_S}
        self._metrics = metrics or Metrics()
        self._stopping = False
        self._streaq: SteadyWorker | None = None
        self._running: asyncio.Task[None] | None = None
        self.turns: Turns | None = None
        """With what else in this process its jobs begin in turn."""

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Worker[C]]:
        self._running = asyncio.create_task(self.run())
        try:
            yield self
        finally:
            await self.drained()
            if not self._running.cancelled():
                self._running.result()

    async def drained(self) -> None:
        """Takes no new job; returns when the running ones are done or have gone back to the queue."""
        self.stop()
        if self._running:
            await asyncio.wait((self._running,))

    def stop(self) -> None:
        """Take no new job; `run` returns when the running ones are done or have gone back to the queue."""
        self._stopping = True
        if self._streaq is None:
            return
        self._streaq.stopping.set()
        if self._running and not self._streaq.connected:
            self._running.cancel()  # a Redis that takes connections and answers nothing holds up no end

    async def run(self) -> None:
        """Work until `stop`. Outlives a Redis that goes away for a while."""
        while not self._stopping:
            self._streaq = self._made()
            try:
                await self._streaq.run_async()
            except Exception as error:  # an edge; the jobs are safe in Redis
                known = _redis_went_away(error)
                log.exception("the worker starts anew", why=str(error), exc_info=None if known else error)
                await asyncio.sleep(1)

    def _made(self) -> SteadyWorker:
        streaq = SteadyWorker(**library(self._url, self._lane, **self._options))
        runner = Runner(streaq, self._context, self._report, self._metrics, self.turns)
        for name, row in self._table.items():
            if isinstance(row, Job):
                runner.job(name, row, self._payloads[name])
            else:
                runner.repeat(name, row)
        return streaq


def _redis_went_away(error: Exception) -> bool:
    if isinstance(error, ExceptionGroup):
        return error.split((RedisError, OSError))[1] is None
    return isinstance(error, RedisError | OSError)
