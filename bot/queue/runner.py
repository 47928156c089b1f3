"""Runs one job: gives it its payload, and decides what a failure means."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
import structlog
from anyio import CancelScope
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow
from streaq import StreaqRetry

from bot.kernel.errors import RateLimited, ReplaybookError, Unauthorized, Unavailable, Upstream
from bot.kernel.telemetry import Metrics, reference
from bot.queue.job import Job, JobFailure, Repeat, Report
from bot.queue.queue import JobCounts
from bot.queue.streaq_patches import SteadyWorker
from bot.state.locks import LockLost

C = TypeVar("C")

DEATHS = 3  # workers that may die of one job
PATIENCE = 20  # times a job may be told to come back later
LONGEST_PAUSE_S = 60.0

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class JobRun(NamedTuple):
    """One run of a job. `token` tells it from those of other workers."""

    name: str
    id: str
    token: str


class Runner(Generic[C]):
    """Registers jobs with streaq, each wrapped in our rules."""

    def __init__(self, streaq: SteadyWorker, context: C, report: Report, metrics: Metrics) -> None:
        self._streaq = streaq
        self._context = context
        self._report = report
        self._metrics = metrics

    @property
    def _counts(self) -> JobCounts:
        return JobCounts(self._streaq.redis)

    def job(self, name: str, job: Job[C], payload: type[msgspec.Struct]) -> None:
        decoder = msgspec.json.Decoder(payload)

        async def run(data: str) -> None:
            this, ended = JobRun(name, task.context.task_id, secrets.token_hex(8)), False
            try:
                await self._attempt(this, job, decoder, data)
                ended = True
            finally:
                with CancelScope(shield=True):
                    await self._counts.forget(this.id, this.token, ended=ended)

        task = self._streaq.task(name=name, max_tries=None, silent=True, ttl=0)(run)

    def repeat(self, name: str, repeat: Repeat[C]) -> None:
        async def run() -> None:
            try:
                await self._timed(name, repeat.run(self._context), repeat.limit_s)
            except Exception as error:  # noqa: BLE001 - an edge: the next time comes anyway
                await self._failed(name, name, None, error, reference())

        limit = timedelta(seconds=repeat.limit_s + 10)
        self._streaq.cron(repeat.cron, name=name, max_tries=None, silent=True, ttl=0, timeout=limit)(run)

    async def _attempt(self, run: JobRun, job: Job[C], decoder: msgspec.json.Decoder[Any], data: str) -> None:
        """One run, to its end or to the order to try again (StreaqRetry)."""
        payload: msgspec.Struct | None = None
        try:
            begun = await self._counts.begin(run.id, run.token)
            payload = decoder.decode(data)
            if begun > DEATHS:
                raise RuntimeError(f"{DEATHS} workers died in the middle of it")  # noqa: TRY301 - told like any other
            await self._timed(run.name, job.run(self._context, payload), job.limit_s)
        except (Upstream, LockLost, RedisAway, RedisSlow) as error:
            reason = (
                error if isinstance(error, ReplaybookError) else Unavailable("Redis went away: %(error)s", error=error)
            )
            if await self._ours(run, reason):
                await self._again(run.id, job, reason)
                await self._failed(run.name, run.id, payload, reason, await self._counts.reference(run.id))
        except Exception as error:  # noqa: BLE001 - an edge: whatever a job raises is told to somebody
            if await self._ours(run, error):
                await self._failed(run.name, run.id, payload, error, await self._counts.reference(run.id))

    async def _ours(self, run: JobRun, error: Exception) -> bool:
        """Whether this run decides. What happens to a worker that stalled is no news for those who wait."""
        if await self._counts.is_latest(run.id, run.token):
            return True
        log.info("a run failed that another worker has taken over", job=run.name, id=run.id, why=str(error))
        return False

    async def _timed(self, name: str, work: Awaitable[None], limit_s: float) -> None:
        started, outcome = time.monotonic(), "stopped"
        try:
            async with asyncio.timeout(limit_s):
                await work
            outcome = "done"
        except Exception as error:
            outcome = type(error).__name__.lower()
            raise
        finally:
            self._metrics.jobs.labels(name, outcome).inc()
            self._metrics.job_seconds.labels(name).observe(time.monotonic() - started)

    async def _again(self, id: str, job: Job[C], error: ReplaybookError) -> None:
        """Raise the order to try again, unless it was tried often enough or waiting can't help."""
        if isinstance(error, Unauthorized):
            return
        waits = isinstance(error, RateLimited)
        try:
            tries = await self._counts.count(id, "waited" if waits else "failed")
        except Unavailable:
            raise StreaqRetry(delay=timedelta(seconds=1)) from error
        if tries >= (PATIENCE if waits else job.tries):
            return
        pause = error.retry_after if isinstance(error, RateLimited) else min(2.0**tries / 2, LONGEST_PAUSE_S)
        log.info("a job will be tried again", id=id, why=error.sentence, seconds=pause, tries=tries)
        raise StreaqRetry(delay=timedelta(seconds=pause))

    async def _failed(self, name: str, id: str, payload: msgspec.Struct | None, error: Exception, number: str) -> None:
        """Tell the operator and whoever waits. Done once: the job ends with it."""
        known = isinstance(error, ReplaybookError)
        sentence = str(error) if known else "Something is wrong with the bot itself."
        log.error("a job failed", job=name, id=id, reference=number, why=str(error), exc_info=None if known else error)
        try:
            await self._report(JobFailure(name, id, payload, error, sentence, number))
        except Exception:  # an edge: the log has the failure, and telling of it must not end the worker
            log.exception("a failure couldn't be reported", job=name, id=id, reference=number)
