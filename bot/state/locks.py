"""Locks that have an owner, expire when it dies, and are renewed while it lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from bot.kernel.errors import Conflict

LEASE_S = 6.0


@asynccontextmanager
async def held(redis: Redis, name: str, *, lease: float = LEASE_S, wait: float | None = None) -> AsyncIterator[Lock]:
    """Hold the lock `name` for the body.

    `lease`: seconds until a dead owner's lock is free. `wait`: how long to wait for it (0: not at all, None: for ever).
    Raises Conflict when somebody else keeps it, or when it was lost in the middle; the body is cancelled then.
    """
    lock = redis.lock(name, timeout=lease, sleep=0.05, thread_local=False)
    if not await lock.acquire(blocking=wait != 0, blocking_timeout=wait):
        raise Conflict("Someone else is doing this right now.")
    body = asyncio.current_task()
    assert body is not None  # noqa: S101 - a coroutine always runs in a task
    renewing = asyncio.create_task(_renew(lock, lease, body))
    try:
        try:
            yield lock
        finally:
            renewing.cancel()
            with suppress(LockError, RedisError):
                await lock.release()
    except asyncio.CancelledError:
        if renewing.done() and not renewing.cancelled() and body.uncancel() == 0:
            raise Conflict("This took so long that someone else took over.") from None
        raise


async def _renew(lock: Lock, lease: float, body: asyncio.Task[object]) -> None:
    """Returns, having cancelled the body, when the lock is lost."""
    good_until = asyncio.get_running_loop().time() + lease
    while True:
        await asyncio.sleep(lease / 3)
        now = asyncio.get_running_loop().time()
        try:
            await lock.reacquire()
            good_until = now + lease
        except LockError:
            break
        except RedisError:
            if now > good_until:
                break
    body.cancel()
