"""The connection to Redis. Values are bytes: whoever reads one knows its type."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError

from bot.kernel.errors import Unavailable


@asynccontextmanager
async def connected(url: str, *, retries: int = 9) -> AsyncIterator[Redis]:
    """A client for `redis://`, `rediss://` or `unix://`, closed on leaving.

    A lost connection is tried again `retries` times (nine take about five seconds), so that a restart goes unnoticed.
    Raises Unavailable when nobody answers at the start.
    """
    retry = Retry(ExponentialBackoff(cap=1, base=0.05), retries=retries)
    redis = Redis.from_url(url, retry=retry, socket_connect_timeout=5, socket_timeout=30, health_check_interval=30)
    try:
        try:
            await redis.ping()
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis doesn't answer: {error}") from error
        yield redis
    finally:
        await redis.aclose()
