"""The connection to Redis. Values are bytes: whoever reads one knows its type."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError

from bot.kernel.errors import Unavailable
from bot.state.cancellable import cancellable

CONNECTIONS = 100
WAIT_S = 20.0


@asynccontextmanager
async def connected(url: str, *, retries: int = 9, connections: int = CONNECTIONS) -> AsyncIterator[Redis]:
    """A client for `redis://`, `rediss://` or `unix://`, closed on leaving.

    A lost connection is tried again `retries` times (nine take about five seconds), so that a restart goes unnoticed.
    Commands beyond as many `connections` wait for one, for 20 seconds at most.
    Raises Unavailable when nobody answers at the start.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=WAIT_S,
        retry=Retry(ExponentialBackoff(cap=1, base=0.05), retries=retries),
        socket_connect_timeout=5,
        socket_timeout=30,
        health_check_interval=30,
    )
    pool.connection_class = cancellable(pool.connection_class)
    redis = Redis.from_pool(pool)
    try:
        try:
            await redis.ping()
        except (RedisError, OSError) as error:
            raise Unavailable("Redis doesn't answer: %(error)s", error=error) from error
        yield redis
    finally:
        await redis.aclose()
