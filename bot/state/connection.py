"""The connection to Redis. Values are bytes: whoever reads one knows its type."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.driver_info import DriverInfo
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisSlow

from bot.kernel.errors import Unavailable
from bot.state.redis_address import RedisAddress


class CancellableWrites(AbstractConnection):
    """A connection whose users can be cancelled at any moment.

    redis-py 8 writes with `asyncio.wait_for`, which on Python 3.11 swallows a cancellation that arrives just as the
    write ends: a task that was told to stop goes on. Not needed any more from Python 3.12 on, where a write to a
    connection that was lost meanwhile fails with a TypeError instead.
    """

    __slots__ = ()

    async def send_packed_command(self, command: bytes | str | Iterable[bytes], check_health: bool = True) -> None:
        if not self.is_connected:
            await self.connect_check_health(check_health=False)
        if check_health:
            await self.check_health()  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(self.socket_timeout):
                await self._send_packed_command(_parts(command))
        except TimeoutError:
            await self.disconnect(nowait=True)
            raise RedisSlow("Timeout writing to socket") from None
        except OSError as error:
            await self.disconnect(nowait=True)
            raise RedisAway(f"Error while writing to socket: {error}") from error
        except BaseException:  # half a command may be sent
            await self.disconnect(nowait=True)
            raise

    async def _send_packed_command(self, command: Iterable[bytes]) -> None:
        """Raises OSError where the other side is gone."""
        if self._writer is None or self._writer.is_closing():
            raise ConnectionResetError("the connection was lost")
        await super()._send_packed_command(command)


def cancellable(connection: type[AbstractConnection]) -> type[AbstractConnection]:
    """The same class of connections, with writes that can be cancelled."""
    return type(f"Cancellable{connection.__name__}", (CancellableWrites, connection), {})


def _parts(command: bytes | str | Iterable[bytes]) -> Iterable[bytes]:
    data = command.encode() if isinstance(command, str) else command
    return [data] if isinstance(data, bytes) else data


CONNECTIONS = 100
WAIT_S = 20.0
READY_S = 1.0  # whoever asks whether we are well doesn't wait for long


async def ready(redis: Redis) -> None:
    """Raises Unavailable while Redis doesn't answer."""
    try:
        async with asyncio.timeout(READY_S):
            await redis.ping()
    except (RedisError, OSError, TimeoutError) as error:
        raise Unavailable("Redis doesn’t answer.") from error


@asynccontextmanager
async def connected(url: str, *, retries: int = 9, connections: int = CONNECTIONS) -> AsyncIterator[Redis]:
    """A client for an address as in `redis_address`, closed on leaving.

    A lost connection is tried again `retries` times (nine take about five seconds), so that a restart goes unnoticed.
    Commands beyond as many `connections` wait for one, for 20 seconds at most. A Cluster's client has the same methods.
    Raises Misunderstood for what is no address, and Unavailable when nobody answers at the start.
    """
    async with _client(RedisAddress.of(url), retries, connections) as redis:
        try:
            await redis.ping()
        except (RedisError, OSError) as error:
            raise Unavailable("Redis doesn’t answer: %(error)s", error=error) from error
        yield redis


@asynccontextmanager
async def _client(address: RedisAddress, retries: int, connections: int) -> AsyncIterator[Redis]:
    if address.kind != "server":
        from bot.state import several_servers  # noqa: PLC0415 - one server needs none of it

        opened = several_servers.of_a_cluster if address.kind == "cluster" else several_servers.behind_sentinels
        async with opened(address, cancellable, retries=retries, connections=connections, wait_s=WAIT_S) as client:
            yield cast(Redis, client)
        return
    pool = BlockingConnectionPool.from_url(
        address.url,
        max_connections=connections,
        timeout=WAIT_S,
        retry=Retry(ExponentialBackoff(cap=1, base=0.05), retries=retries),
        socket_connect_timeout=5,
        socket_timeout=30,
        health_check_interval=30,
        driver_info=DriverInfo(),  # or each new connection would read from the disk which version redis-py has
    )
    pool.connection_class = cancellable(pool.connection_class)
    redis = Redis.from_pool(pool)
    try:
        yield redis
    finally:
        await redis.aclose()
