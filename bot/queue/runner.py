"""Runs one job: gives it its payload, and decides what a failure means.

Jobs are registered with streaq's worker, four habits of which are changed for the sake of "never twice, never lost".
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any, Generic, NamedTuple, TypeVar

import anyio
import msgspec
import structlog
from anyio import CancelScope, current_time
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow
from streaq import StreaqRetry, Worker
from streaq.constants import REDIS_GROUP, REDIS_HEALTH
from streaq.types import StreamMessage, Streaq
from streaq.utils import now_ms

from bot.kernel.errors import (
    Conflict,
    Missing,
    Misunderstood,
    RateLimited,
    ReplaybookError,
    Unauthorized,
    Unavailable,
    Upstream,
)
from bot.kernel.metrics import Metrics, outcome_of
from bot.kernel.origin import Origin, working_for
from bot.kernel.reply_address import waited_for_by
from bot.kernel.telemetry import current_reference, in_the_log, reference
from bot.kernel.tracing import span
from bot.kernel.turns import Turns
from bot.queue.job import Job, JobFailure, Repeat, Report
from bot.queue.queue import JobCounts
from bot.state.locks import LockLost


class SteadyWorker(Worker[None]):
    """As the library's, but

    - it never takes more jobs than it can run at once: one that waits in memory for longer than the idle time-out is
      claimed again by the very same worker, and then runs twice;
    - it renews its claims three times within the idle time-out instead of just before its end, so that a busy machine
      doesn't lose them;
    - what it lost while it stalled it neither claims back nor ends: the run is cancelled, and whatever it comes to is
      dropped. The library would delete the job of whoever took over, or the next one by the same id;
    - what it doesn't finish when told to end it puts on the queue anew, which wakes a worker that waits; the library
      leaves it where others look for it now and then;
    - it ends when told to and leaves the process's signals alone.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.prefetch = self.concurrency
        self.stopping = anyio.Event()
        self.connected = False
        """From here on it ends when it is told to."""
        self._claimed: dict[str, StreamMessage] = {}  # by task id

    async def signal_handler(self, scope: CancelScope) -> None:
        """Wait for `stopping`; then take nothing new, give running jobs the grace period, and put them back after."""
        self.connected = True
        await self.stopping.wait()
        scope.cancel("told to stop")
        deadline = current_time() + self.grace_period
        for running in self._cancel_scopes.values():
            running.deadline = min(running.deadline, deadline)

    async def renew_idle_timeouts(self, scope: CancelScope) -> None:
        health = f"{self.prefix}{REDIS_HEALTH}:{self.id}"
        with scope:
            while True:
                async with self.redis.pipeline(transaction=False) as pipe:
                    pipe.set(health, str(self), px=self.idle_timeout)
                    pipe.zremrangebyscore(self._results_set, 0, now_ms())
                    renewals = [(message, self._renewed(Streaq(pipe), message)) for message in self._claimed.values()]
                for message, renewed in renewals:
                    if not await renewed:
                        self._abandon(message)
                await anyio.sleep(self.idle_timeout / 3000)

    async def run_task(self, msg: StreamMessage) -> None:
        """Not while this worker runs the job already: after a stall it may be handed what it is at."""
        if msg.task_id in self._claimed:
            return
        self._claimed[msg.task_id] = msg
        try:
            await super().run_task(msg)
        finally:
            self._release(msg)

    async def finish_task(self, msg: StreamMessage, *args: Any, **options: Any) -> None:
        if not await self._is_ours(msg):
            return
        self._release(msg)
        if options["finish"] or options["schedule"]:
            await super().finish_task(msg, *args, **options)
        else:
            await self._hand_back(msg)

    async def _hand_back(self, message: StreamMessage) -> None:
        stream = self.stream_key + message.priority
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.xack(stream, REDIS_GROUP, [message.message_id])
            pipe.xdel(stream, [message.message_id])
            pipe.srem(self._running_set, [message.task_id])
            pipe.xadd(stream, {"task_id": message.task_id, "enqueue_time": message.enqueue_time})

    async def finish_failed_task(self, msg: StreamMessage, *args: Any, **options: Any) -> None:
        if await self._is_ours(msg):
            self._release(msg)
            await super().finish_failed_task(msg, *args, **options)

    async def _is_ours(self, message: StreamMessage) -> bool:
        """Whether nobody has taken over the job; then nobody can for another idle time-out."""
        if await self._renewed(self._lib, message):
            return True
        self.counters["relinquished"] += 1
        return False

    def _renewed(self, library: Streaq, message: StreamMessage) -> Any:
        stream = self.stream_key + message.priority
        return library.refresh_timeout(
            stream, self._running_set, REDIS_GROUP, self.id, message.message_id, message.task_id
        )

    def _abandon(self, message: StreamMessage) -> None:
        if self._claimed.get(message.task_id) is message and (scope := self._cancel_scopes.get(message.task_id)):
            scope.cancel("another worker has taken over")

    def _release(self, message: StreamMessage) -> None:
        if self._claimed.get(message.task_id) is message:
            del self._claimed[message.task_id]


C = TypeVar("C")

DEATHS = 3  # workers that may die of one job
PATIENCE = 25  # times a job may be told to come back later, which is ten minutes at least
LONGEST_PAUSE_S, LONGEST_WAIT_S = 60.0, 30.0

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class JobRun(NamedTuple):
    """One run of a job. `token` tells it from those of other workers."""

    name: str
    id: str
    token: str


@contextmanager
def of_payload(name: str, payload: msgspec.Struct) -> Iterator[Origin]:
    """What the body does is done for whoever waits, under the reference and in the trace of what they did."""
    values = {field: getattr(payload, field) for field in payload.__struct_fields__}
    origin: Origin = values.get("origin") or Origin(reference=reference())
    place = {part: getattr(origin, part) or str(values.get(part) or "") for part in ("team", "channel")}
    words = tuple(text for text in values.values() if isinstance(text, str) and " " in text)
    origin = msgspec.structs.replace(origin, **place)
    with (
        working_for(origin, words),
        waited_for_by(values.get("waits")),
        span(f"job {name}", kind="consumer", parent=origin.trace, **{"replaybook.reference": origin.reference}),
    ):
        yield origin


class Runner(Generic[C]):
    """Registers jobs with streaq, each wrapped in our rules."""

    def __init__(
        self, streaq: SteadyWorker, context: C, report: Report, metrics: Metrics, turns: Turns | None = None
    ) -> None:
        self._streaq = streaq
        self._context = context
        self._report = report
        self._metrics = metrics
        self._turns = turns

    @property
    def _counts(self) -> JobCounts:
        return JobCounts(self._streaq.redis)

    def job(self, name: str, job: Job[C], payload: type[msgspec.Struct]) -> None:
        decoder = msgspec.json.Decoder(payload)

        async def run(data: str) -> None:
            this, ended = JobRun(name, task.context.task_id, secrets.token_hex(8)), False
            try:
                with ExitStack() as work:
                    if self._turns:
                        work.callback((await self._turns.take()).end)
                    await self._attempt(this, job, decoder, data, work)
                ended = True
            finally:
                with CancelScope(shield=True):
                    await self._counts.forget(this.id, this.token, ended=ended)

        task = self._streaq.task(name=name, max_tries=None, silent=True, ttl=0)(run)

    def repeat(self, name: str, repeat: Repeat[C]) -> None:
        async def run() -> None:
            with working_for(Origin(reference=reference())):
                try:
                    await self._timed(name, repeat.run(self._context), repeat.limit_s)
                except Exception as error:  # noqa: BLE001 - an edge: the next time comes anyway
                    await self._failed(name, name, None, error, current_reference())

        limit = timedelta(seconds=repeat.limit_s + 10)
        self._streaq.cron(repeat.cron, name=name, max_tries=None, silent=True, ttl=0, timeout=limit)(run)

    async def _attempt(
        self, run: JobRun, job: Job[C], decoder: msgspec.json.Decoder[Any], data: str, work: ExitStack
    ) -> None:
        """One run, to its end or to the order to try again (StreaqRetry)."""
        payload: msgspec.Struct | None = None
        try:
            begun = await self._counts.begin(run.id, run.token)
            payload = decoder.decode(data)
            origin = work.enter_context(of_payload(run.name, payload))
            if begun > DEATHS:
                raise RuntimeError(f"{DEATHS} workers died in the middle of it")  # noqa: TRY301 - told like any other
            await self._timed(run.name, job.run(self._context, payload), job.limit_s)
            if origin.at:
                self._metrics.job_waited_seconds.labels(run.name).observe(max(time.time() - origin.at, 0.0))
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
        log.info("a run failed that another worker has taken over", job=run.name, id=run.id, why=in_the_log(error))
        return False

    async def _timed(self, name: str, work: Awaitable[None], limit_s: float) -> None:
        started, outcome = time.monotonic(), "stopped"
        try:
            async with asyncio.timeout(limit_s):
                await work
            outcome = "done"
        except Exception as error:
            outcome = outcome_of(error)
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
        pause = min(2.0**tries / 2, LONGEST_PAUSE_S)
        if isinstance(error, RateLimited):
            pause = max(min(pause, LONGEST_WAIT_S), error.retry_after)
        log.info("a job will be tried again", id=id, why=error.sentence, seconds=pause, tries=tries)
        raise StreaqRetry(delay=timedelta(seconds=pause))

    async def _failed(self, name: str, id: str, payload: msgspec.Struct | None, error: Exception, number: str) -> None:
        """Tell the operator and whoever waits. Done once: the job ends with it."""
        known = isinstance(error, ReplaybookError)
        sentence = str(error) if known else "Something is wrong with the bot itself."
        tell = log.warning if isinstance(error, Conflict | Misunderstood | Missing) else log.error
        tell(
            "a job failed", job=name, id=id, reference=number, why=in_the_log(error), exc_info=None if known else error
        )
        try:
            await self._report(JobFailure(name, id, payload, error, sentence, number))
        except Exception:  # an edge: the log has the failure, and telling of it must not end the worker
            log.exception("a failure couldn't be reported", job=name, id=id, reference=number)
