"""The queue of slow work. The rest of the code sees this and bot.queue.job, never the library behind it (streaq)."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
from coredis import Redis, RedisCluster
from coredis.exceptions import RedisError, ReplicationError
from streaq import Worker
from streaq.task import Task

from bot.kernel.errors import Unavailable
from bot.kernel.metrics import Metrics
from bot.kernel.origin import handed_on
from bot.kernel.reply_address import who_waits
from bot.kernel.telemetry import current_reference
from bot.queue.job import Priority, QueuedJob
from bot.queue.streaq_options import LOWEST_FIRST, library
from bot.state import keys
from bot.state.redis_address import RedisAddress

PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0)
"""Between tries to put a job: as patient as the other connections, so that a restart of Redis goes unnoticed."""
MEASURED_S = 2.0  # whoever collects metrics doesn't wait for long
CONFIRMED_MS = 1000
ALONE_S = 30.0  # how long no replica is waited for after one didn't answer


class Load(NamedTuple):
    """What a lane has to do now: its jobs that wait or run, and the age of the oldest in seconds."""

    jobs: int
    oldest_s: float


class Lane:
    """The queue of one lane, for jobs that only some processes can do. Jobs are named and numbered by the caller."""

    def __init__(self, streaq: Worker[None], *, replicated: bool = False) -> None:
        """`replicated`: where the Redis is several servers, a job was put once a replica has it, if there is one."""
        self._streaq = streaq
        self._alone_until = 0.0 if replicated else math.inf

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, lane: str = "jobs") -> AsyncIterator[Lane]:
        """The lane, connected. Raises Unavailable when Redis can't be reached.

        The library's connections belong to the task that opened them, so they get a task of their own: then it doesn't
        matter which tasks enter and leave here, and a connection that breaks cancels nobody else.
        """
        streaq, ready, leaving = Worker[None](**library(url, lane)), asyncio.Event(), asyncio.Event()

        async def hold() -> None:
            async with streaq:
                ready.set()
                await leaving.wait()

        holding = asyncio.create_task(hold())
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait((holding, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if holding.done():
            raise Unavailable("The queue can’t reach Redis.") from holding.exception()
        try:
            yield cls(streaq, replicated=RedisAddress.of(url).kind != "server")
        finally:
            leaving.set()
            with suppress(RedisError, OSError, ExceptionGroup):  # connections that broke have told their callers
                await holding

    async def put(
        self, job: str, payload: msgspec.Struct, *, id: str, delay: float | None = None, priority: Priority = "normal"
    ) -> None:
        """Run `job` with `payload`, in `delay` seconds or as soon as a worker is free.

        While a job with this id waits or runs, putting another does nothing. Once it has ended the id is free again:
        what must never happen twice goes through `Once` inside the job. Raises Unavailable without Redis.
        """
        data, later = msgspec.json.encode(payload).decode(), None if delay is None else timedelta(seconds=delay)
        for pause in (*PAUSES_S, None):
            task = self._streaq.enqueue_unsafe(job, data)
            task.id = id
            try:
                with _reaching_redis():
                    await self._started(task.start(delay=later, priority=priority))
            except Unavailable:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return

    async def _started(self, task: Task[Any, Any]) -> None:
        if time.monotonic() < self._alone_until:
            await task
            return
        try:
            with self._streaq.redis.ensure_replication(1, CONFIRMED_MS):
                await task
        except ReplicationError:  # it is there, and there is no replica to have it, or none that answers
            self._alone_until = time.monotonic() + ALONE_S

    async def cancel(self, id: str) -> bool:
        """Stop a job that waits or runs (within half a second). False when there is none by this id."""
        with _reaching_redis():
            if not await self._known(id):
                return False
            await self._streaq.abort_by_id(id, timeout=0)
            if not await self._known(id):  # it ended meanwhile: its successor must not inherit the order to stop
                await self._streaq.redis.srem(self._streaq._abort_key, [id])
            await self._streaq.redis.delete([keys.job(id)])
            return True

    async def waiting(self) -> int:
        """Jobs that wait, delayed ones included, or run."""
        with _reaching_redis():
            return await self._streaq.queue_size()

    async def load(self) -> Load:
        """Jobs that wait or run, delayed ones left out. Redis numbers them by its clock as they are put.

        Raises Unavailable without Redis.
        """
        streams = [self._streaq.stream_key + priority for priority in LOWEST_FIRST]
        with _reaching_redis():
            async with self._streaq.redis.pipeline(transaction=False) as pipe:
                counts = [pipe.xlen(stream) for stream in streams]
                first = [pipe.xrange(stream, count=1) for stream in streams]
                clock = pipe.eval(_TIME, [streams[0]], [])  # of the server that has them
            put = [int(str(entry.identifier).partition("-")[0]) for entries in first for entry in await entries]
            now: Any = await clock
            return Load(sum([await count for count in counts]), max(0.0, int(now) - min(put) / 1000) if put else 0.0)

    async def _known(self, id: str) -> bool:
        return bool(await self._streaq.redis.exists([self._streaq.task_key + id]))


class Queue:
    """All lanes: `await queue.put(RenderClipJob(...))`. A job knows its name, its lane and its id."""

    def __init__(self, lanes: Mapping[str, Lane]) -> None:
        self._lanes = lanes

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, *lanes: str) -> AsyncIterator[Queue]:
        """Raises Unavailable when Redis can't be reached."""
        async with AsyncExitStack() as stack:
            yield cls({name: await stack.enter_async_context(Lane.opened(url, name)) for name in lanes})

    async def put(self, job: QueuedJob, *, delay: float | None = None, priority: Priority = "normal") -> None:
        """Runs the job in `delay` seconds or as soon as a worker is free. Raises Unavailable without Redis."""
        lane = self._lanes[job.lane]
        job = msgspec.structs.replace(job, waits=job.waits or who_waits(), origin=job.origin or handed_on())
        await lane.put(job.job_name, job, id=job.job_id, delay=delay, priority=priority)

    async def cancel(self, job: QueuedJob) -> bool:
        """Stops the job if it waits or runs (within half a second). False when it does neither."""
        return await self._lanes[job.lane].cancel(job.job_id)

    async def waiting(self, lane: str) -> int:
        """Jobs of one lane that wait, delayed ones included, or run."""
        return await self._lanes[lane].waiting()

    async def measure(self, metrics: Metrics) -> None:
        """Sets the gauges of the queue; without Redis, or when it is slow, they are gone rather than of before."""
        gauges = (metrics.queue_jobs, metrics.queue_oldest)
        try:
            async with asyncio.timeout(MEASURED_S):
                loads = {name: await lane.load() for name, lane in self._lanes.items()}
        except (Unavailable, TimeoutError):
            loads = {}
            for gauge in gauges:
                gauge.clear()
        for name, load in loads.items():
            for gauge, value in zip(gauges, load, strict=True):
                gauge.labels(name).set(value)


@contextmanager
def _reaching_redis() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unavailable("The queue can’t reach Redis.") from error


KEEP_S = 7 * 24 * 3600

# KEYS stream
_TIME = "return redis.call('TIME')[1]"
# KEYS job; ARGV run, seconds
_BEGIN = """
redis.call('HSET', KEYS[1], 'run', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('HINCRBY', KEYS[1], 'begun', 1)
"""
# KEYS job; ARGV field, seconds
_COUNT = """
local count = redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
return count
"""
# KEYS job; ARGV fresh reference, seconds
_REFERENCE = """
redis.call('HSETNX', KEYS[1], 'reference', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('HGET', KEYS[1], 'reference')
"""
# KEYS job; ARGV run, '1' when the job ended
_FORGET = """
if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] then return 0 end
if ARGV[2] == '1' then return redis.call('DEL', KEYS[1]) end
return redis.call('HDEL', KEYS[1], 'begun')
"""


class JobCounts:
    """A hash for each job: `begun` (runs whose end nobody has seen: the worker died), `failed` (runs that ended in
    Upstream), `waited` (runs that were told to come back later), `run` (the latest run, which alone may end the job).
    """

    def __init__(self, redis: Redis[str] | RedisCluster[str]) -> None:
        self._redis = redis

    async def begin(self, id: str, run: str) -> int:
        """How often the job was begun without an end, this time included. Raises Unavailable without Redis."""
        return await self._counted(_BEGIN, id, run)

    async def count(self, id: str, field: str) -> int:
        """Raises Unavailable without Redis."""
        return await self._counted(_COUNT, id, field)

    async def is_latest(self, id: str, run: str) -> bool:
        """False when another worker began the job after this run did. Without Redis: True."""
        try:
            latest = await self._redis.hget(keys.job(id), "run")
        except (RedisError, OSError):
            return True
        return latest == run

    async def reference(self, id: str) -> str:
        """The same one if the worker dies while it tells of the failure, so that nobody is told twice."""
        fresh = current_reference()
        try:
            return str(await self._redis.eval(_REFERENCE, [keys.job(id)], [fresh, KEEP_S]))
        except (RedisError, OSError):
            return fresh  # the log still gets one

    async def forget(self, id: str, run: str, *, ended: bool) -> None:
        """Of a run that another worker has taken over, nothing is forgotten."""
        with suppress(RedisError, OSError):  # it must not hide how the run ended
            await self._redis.eval(_FORGET, [keys.job(id)], [run, "1" if ended else "0"])

    async def _counted(self, script: str, id: str, argument: str) -> int:
        try:
            return int(str(await self._redis.eval(script, [keys.job(id)], [argument, KEEP_S])))
        except (RedisError, OSError) as error:
            raise Unavailable("Redis went away.") from error
