"""Locks that have an owner, expire when it dies, and are renewed while it lives.

A process may stall for longer than its lease and wake up when somebody else holds the lock. What it does then must have
no effect: `check_held_locks` stops it before it speaks to anyone (over HTTP by `fence`), and a `FencedScript` refuses
what it writes to Redis. `Leases` only spare work, and guard nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from typing import Any

import aiohttp
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError, ResponseError

from bot.kernel.errors import Conflict, ReplaybookError
from bot.state import keys

LEASE_S = 6.0
POLL_S = 0.05

# The lock is the last key, its token the last argument.
_FENCE = """
if redis.call('GET', KEYS[#KEYS]) ~= ARGV[#ARGV] then return redis.error_reply('LOCKLOST') end
"""


class LockLost(ReplaybookError):
    """The lock went to somebody else, or its lease ran out, while the body was at work: it is tried again.

    No Conflict, which says what somebody did: whoever expects that takes the loss of a lock for no answer.
    """

    def __init__(self) -> None:
        super().__init__("This took so long that someone else took over.")


class HeldLock:
    """A lock as its owner knows it. `good_until` is a time of the event loop's clock."""

    def __init__(self, lock: Lock, lease: float, good_until: float) -> None:
        self.name = str(lock.name)
        self.token: bytes = lock.local.token
        self.lost = False
        self._lock = lock
        self._lease = lease
        self._good_until = good_until

    def check(self) -> None:
        """Raises LockLost when the lease may have run out, by this process's own clock."""
        if self.lost or asyncio.get_running_loop().time() >= self._good_until:
            self.lost = True
            raise LockLost

    async def renew(self) -> None:
        """Begins the lease anew. Raises LockLost, and RedisError while the old lease may still be good."""
        asked = asyncio.get_running_loop().time()
        try:
            await self._lock.reacquire()
        except LockError as error:
            self.lost = True
            raise LockLost from error
        except RedisError:
            self.check()
            raise
        self._good_until = asked + self._lease

    async def release(self) -> None:
        with suppress(LockError, RedisError):
            await self._lock.release()


_held: ContextVar[tuple[HeldLock, ...]] = ContextVar("held_locks", default=())


def check_held_locks() -> None:
    """Raises LockLost when the caller runs under a lock that it can't be sure of any more."""
    for lock in _held.get():
        lock.check()


@asynccontextmanager
async def held(
    redis: Redis, name: str, *, lease: float | None = None, wait: float | None = None
) -> AsyncIterator[HeldLock]:
    """Hold the lock `name` for the body.

    `lease`: seconds until a dead owner's lock is free; None: LEASE_S.
    `wait`: how long to wait for the lock; 0: not at all, None: for ever.
    Raises Conflict when somebody else keeps it, and LockLost when it was lost in the middle: the body is cancelled.
    """
    lease = LEASE_S if lease is None else lease
    lock = await _acquired(redis, name, lease, wait)
    body = asyncio.current_task()
    assert body is not None  # noqa: S101 - a coroutine always runs in a task
    renewing = asyncio.create_task(_renew(lock, lease, body))
    outer = _held.get()
    _held.set((*outer, lock))
    try:
        try:
            yield lock
        finally:
            _held.set(outer)
            renewing.cancel()
            await lock.release()
    except asyncio.CancelledError:
        if renewing.done() and not renewing.cancelled() and body.uncancel() == 0:
            raise LockLost from None
        raise


DUTY_S = 5.0
"""How often a process asks whether a duty is free."""


async def on_duty(redis: Redis, name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Does work that doesn't end, such as looking at something once a day, in one process at a time.

    The others wait; when the one that does it is killed or stalls for longer than its lease, the next begins it anew.
    """
    while True:
        try:
            async with held(redis, keys.lock(keys.duty(name)), wait=0):
                await work()
        except (Conflict, LockLost, RedisError, OSError):  # somebody else has it, or by now, or nobody can tell
            await asyncio.sleep(DUTY_S)


async def _acquired(redis: Redis, name: str, lease: float, wait: float | None) -> HeldLock:
    lock = redis.lock(name, timeout=lease, thread_local=False)
    loop = asyncio.get_running_loop()
    deadline = None if wait is None else loop.time() + wait
    while True:
        asked = loop.time()
        if await lock.acquire(blocking=False):
            return HeldLock(lock, lease, asked + lease)
        if deadline is not None and loop.time() + POLL_S > deadline:
            raise Conflict("Someone else is doing this right now.")
        await asyncio.sleep(POLL_S)


async def _renew(lock: HeldLock, lease: float, body: asyncio.Task[object]) -> None:
    """Returns, having cancelled the body, when the lock is lost."""
    while True:
        await asyncio.sleep(lease / 3)
        try:
            await lock.renew()
        except LockLost:
            break
        except RedisError:
            continue
    body.cancel()


class FencedScript:
    """A script that does nothing for anyone but the holder of a lock. Cluster: the lock lies where the keys lie."""

    def __init__(self, redis: Redis, code: str) -> None:
        self._script = redis.register_script(_FENCE + code)

    async def __call__(self, lock: HeldLock, keys: Sequence[str], args: Sequence[str | bytes | float]) -> Any:
        """The script's answer. Raises LockLost."""
        try:
            return await self._script(keys=[*keys, lock.name], args=[*args, lock.token])
        except ResponseError as error:
            if "LOCKLOST" not in str(error):
                raise
            lock.lost = True
            raise LockLost from error


# KEYS lease; ARGV who, seconds. Whoever lost the lease to another leaves it alone.
_KEEP = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
"""
# KEYS lease; ARGV who
_DROP = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class Leases:
    """Who does something right now, or did it a moment ago. They end by themselves, so a dead worker blocks nobody."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._keep = redis.register_script(_KEEP)
        self._drop = redis.register_script(_DROP)

    async def take(self, key: str, who: str, seconds: int) -> str:
        """Who holds the lease now: `who`, unless somebody was faster."""
        holder: Any = await self._redis.set(key, who, nx=True, get=True, ex=seconds)
        return who if holder is None else str(holder.decode())

    async def keep(self, key: str, who: str, seconds: int) -> None:
        """Hold it for so long from now, unless it went to somebody else."""
        await self._keep(keys=[key], args=[who, seconds])

    async def drop(self, key: str, who: str) -> None:
        """Give it up, if it is `who`'s."""
        await self._drop(keys=[key], args=[who])


def fence() -> aiohttp.TraceConfig:
    """Checks the locks when a request has its connection, which is right before its bytes are sent.

    For `ClientSession(trace_configs=[fence()])`. The request raises LockLost.
    """
    config = aiohttp.TraceConfig()
    config.on_request_start.append(_check)
    config.on_connection_create_end.append(_check)
    config.on_connection_reuseconn.append(_check)
    return config


async def _check(*_: object) -> None:
    check_held_locks()
