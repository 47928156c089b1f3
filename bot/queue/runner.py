"""Runs one job: gives it its payload, and decides what a failure means."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from typing import Any, Generic, TypeVar

import msgspec
import structlog
from anyio import CancelScope
from coredis.exceptions import RedisError
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow
from streaq import StreaqRetry

from bot.kernel.errors import RateLimited, ReplaybookError, Unauthorized, Unavailable, Upstream
from bot.kernel.telemetry import Metrics, reference
from bot.queue.job import Job, JobFailure, Repeat, Report
from bot.queue.streaq_patches import SteadyWorker
from bot.state import keys

C = TypeVar("C")

DEATHS = 3  # workers that may die of one job
PATIENCE = 20  # times a job may be told to come back later
KEEP_S = 7 * 24 * 3600
LONGEST_PAUSE_S = 60.0

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class Runner(Generic[C]):
    """Registers jobs with streaq, each wrapped in our rules.

    A hash of counts goes with every job until it ends: `begun` (runs whose end nobody has seen: the worker died),
    `failed` (runs that ended in Upstream), `waited` (runs that were told to come back later).
    """

    def __init__(self, streaq: SteadyWorker, context: C, report: Report, metrics: Metrics) -> None:
        self._streaq = streaq
        self._context = context
        self._report = report
        self._metrics = metrics

    def job(self, name: str, job: Job[C], payload: type[msgspec.Struct]) -> None:
        decoder = msgspec.json.Decoder(payload)

        async def run(data: str) -> None:
            id, ended = task.context.task_id, False
            try:
                await self._attempt(name, job, id, decoder, data)
                ended = True
            finally:
                with CancelScope(shield=True):
                    await self._forget(id, ended)

        task = self._streaq.task(name=name, max_tries=None, silent=True, ttl=0)(run)

    def repeat(self, name: str, repeat: Repeat[C]) -> None:
        async def run() -> None:
            try:
                await self._timed(name, repeat.run(self._context), repeat.limit_s)
            except Exception as error:  # noqa: BLE001 - an edge: the next time comes anyway
                await self._failed(name, name, None, error)
                await self._forget(name, True)

        limit = timedelta(seconds=repeat.limit_s + 10)
        self._streaq.cron(repeat.cron, name=name, max_tries=None, silent=True, ttl=0, timeout=limit)(run)

    async def _attempt(self, name: str, job: Job[C], id: str, decoder: msgspec.json.Decoder[Any], data: str) -> None:
        """One run, to its end or to the order to try again (StreaqRetry)."""
        payload: msgspec.Struct | None = None
        try:
            payload = decoder.decode(data)
            await self._alive(id)
            await self._timed(name, job.run(self._context, payload), job.limit_s)
        except (Upstream, RedisAway, RedisSlow) as error:
            reason = error if isinstance(error, Upstream) else Unavailable(f"Redis went away: {error}")
            await self._again(id, job, reason)
            await self._failed(name, id, payload, reason)
        except Exception as error:  # noqa: BLE001 - an edge: whatever a job raises is told to somebody
            await self._failed(name, id, payload, error)

    async def _alive(self, id: str) -> None:
        if await self._count(id, "begun") > DEATHS:
            raise RuntimeError(f"{DEATHS} workers died in the middle of it")

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

    async def _again(self, id: str, job: Job[C], error: Upstream) -> None:
        """Raise the order to try again, unless it was tried often enough or waiting can't help."""
        if isinstance(error, Unauthorized):
            return
        told_when = isinstance(error, RateLimited)
        try:
            tries = await self._count(id, "waited" if told_when else "failed")
        except Unavailable:
            raise StreaqRetry(delay=timedelta(seconds=1)) from error
        if tries >= (PATIENCE if told_when else job.tries):
            return
        pause = error.retry_after if isinstance(error, RateLimited) else min(2.0**tries / 2, LONGEST_PAUSE_S)
        log.info("a job will be tried again", id=id, why=error.sentence, seconds=pause, tries=tries)
        raise StreaqRetry(delay=timedelta(seconds=pause))

    async def _failed(self, name: str, id: str, payload: msgspec.Struct | None, error: Exception) -> None:
        """Tell the operator and whoever waits. Done once: the job ends with it."""
        known = isinstance(error, ReplaybookError)
        number = await self._reference(id)
        sentence = str(error) if known else "Something is wrong with the bot itself."
        log.error("a job failed", job=name, id=id, reference=number, why=str(error), exc_info=None if known else error)
        try:
            await self._report(JobFailure(name, id, payload, error, sentence, number))
        except Exception:  # an edge: the log has the failure, and telling of it must not end the worker
            log.exception("a failure couldn't be reported", job=name, id=id, reference=number)

    async def _reference(self, id: str) -> str:
        """The same one if the worker dies while it tells of the failure, so that nobody is told twice."""
        fresh = reference()
        try:
            await self._streaq.redis.hsetnx(keys.job(id), "reference", fresh)
            await self._streaq.redis.expire(keys.job(id), KEEP_S)
            return str(await self._streaq.redis.hget(keys.job(id), "reference"))
        except (RedisError, OSError):
            return fresh  # the log still gets one

    async def _count(self, id: str, field: str) -> int:
        """Raises Unavailable without Redis."""
        try:
            count = await self._streaq.redis.hincrby(keys.job(id), field, 1)
            await self._streaq.redis.expire(keys.job(id), KEEP_S)
        except (RedisError, OSError) as error:
            raise Unavailable("Redis went away.") from error
        return count

    async def _forget(self, id: str, ended: bool) -> None:
        with suppress(RedisError, OSError):  # it must not hide how the run ended
            if ended:
                await self._streaq.redis.delete([keys.job(id)])
            else:
                await self._streaq.redis.hdel(keys.job(id), ["begun"])
