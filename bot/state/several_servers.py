"""Clients of a Redis that is several servers: behind Sentinels, or as a Cluster.

Both wait where redis-py's own turn commands away: for a free connection, and while another server takes over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, ClusterPipeline, RedisCluster
from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import (
    MasterNotFoundError,
    Sentinel,
    SentinelConnectionPool,
    SentinelManagedConnection,
    SentinelManagedSSLConnection,
)
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.driver_info import DriverInfo
from redis.exceptions import ClusterDownError, RedisClusterException, TryAgainError
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow

from bot.state.redis_address import RedisAddress
from bot.state.replicated_writes import ReplicatedWrites

T = TypeVar("T")
Wrapped = Callable[[type[AbstractConnection]], type[AbstractConnection]]

CONNECT_S, SOCKET_S, HEALTH_S = 5.0, 30.0, 30
SENTINEL_S = 1.0  # a Sentinel that is away is one of several
TAKE_OVER_TRIES = 3
"""How many times more often than one server's the servers of a Cluster are tried: a replica takes over in seconds."""
UNLIMITED = 1_000_000


REASONS = {
    "not enabled": "this server is no part of one",
    "not covered": "its servers don't have all slots",
}
"""By what redis-py says."""


class SentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """Connections to the primary, for which commands wait."""

    async def get_master_address(self) -> Any:
        """Raises ConnectionError (redis-py's), in words that can be shown."""
        try:
            return await super().get_master_address()  # type: ignore[no-untyped-call]
        except MasterNotFoundError as error:
            raise RedisAway(f"no Sentinel that answers has a primary of the service {self.service_name}") from error


@asynccontextmanager
async def behind_sentinels(
    address: RedisAddress, wrapped: Wrapped, *, retries: int, connections: int, wait_s: float
) -> AsyncIterator[Redis]:
    sentinel = Sentinel(  # type: ignore[no-untyped-call]
        address.nodes,
        sentinel_kwargs={
            "username": address.sentinel_username,
            "password": address.sentinel_password,
            "socket_connect_timeout": SENTINEL_S,
            "socket_timeout": SENTINEL_S,
            "retry": Retry(NoBackoff(), 0),
            **_tls(address),
        },
    )
    kind = SentinelManagedSSLConnection if address.tls else SentinelManagedConnection
    pool = SentinelPool(  # type: ignore[no-untyped-call]
        address.service,
        sentinel,
        connection_class=_replicated(wrapped(kind)),
        max_connections=connections,
        timeout=wait_s,
        retry=Retry(ExponentialBackoff(cap=1, base=0.05), retries),
        **_to_servers(address),
        **({"ssl_ca_certs": address.authority} if address.tls else {}),
        db=address.db,
    )
    redis = Redis.from_pool(pool)
    try:
        yield redis
    finally:
        await redis.aclose()
        await sentinel.aclose()


@asynccontextmanager
async def of_a_cluster(
    address: RedisAddress, wrapped: Wrapped, *, retries: int, connections: int, wait_s: float
) -> AsyncIterator[RedisCluster]:
    cluster = PatientCluster(address, wrapped, retries=retries, connections=connections, wait_s=wait_s)
    try:
        yield cluster
    finally:
        await cluster.aclose()


def _to_servers(address: RedisAddress) -> dict[str, Any]:
    return {
        "username": address.username,
        "password": address.password,
        "socket_connect_timeout": CONNECT_S,
        "socket_timeout": SOCKET_S,
        "health_check_interval": HEALTH_S,
        "driver_info": DriverInfo(),
    }


def _tls(address: RedisAddress) -> dict[str, Any]:
    return {"ssl": True, "ssl_ca_certs": address.authority} if address.tls else {}


def _replicated(connection: type[AbstractConnection]) -> type[AbstractConnection]:
    return type(f"Replicated{connection.__name__}", (ReplicatedWrites, connection), {})


class PatientCluster(RedisCluster):
    """Commands beyond `connections` wait for `wait_s` at most; one that meets a server that is away is tried again."""

    def __init__(
        self, address: RedisAddress, wrapped: Wrapped, *, retries: int, connections: int, wait_s: float
    ) -> None:
        super().__init__(
            startup_nodes=[ClusterNode(*node) for node in address.nodes],
            retry=Retry(NoBackoff(), 1),
            max_connections=UNLIMITED,  # a node of redis-py's would refuse; the turns below are the limit
            dynamic_startup_nodes=False,
            **_to_servers(address),
            **_tls(address),
        )
        connection = _replicated(wrapped(SSLConnection if address.tls else Connection))
        self.connection_kwargs["connection_class"] = connection
        for node in self.startup_nodes:
            node.connection_class = connection  # type: ignore[assignment]
        self._turns = asyncio.Semaphore(connections)
        self._wait_s = wait_s
        self._tries = 1 + retries * TAKE_OVER_TRIES

    async def initialize(self, *args: Any, **options: Any) -> PatientCluster:
        """Raises ConnectionError (redis-py's), in words that can be shown."""
        try:
            await super().initialize(*args, **options)
        except RedisClusterException as error:
            known = (why for part, why in REASONS.items() if part in str(error))
            raise RedisAway(f"the Cluster can't be used, {next(known, 'none of its servers answers')}") from error
        return self

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        async def once() -> Any:
            return await super(PatientCluster, self).execute_command(*args, **options)

        return await self.patiently(once)

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> ClusterPipeline:
        """Raises NotImplementedError for a transaction: redis-py runs it in another loop. A script does the same."""
        if transaction:
            raise NotImplementedError("a transaction on a Redis Cluster is a script")
        return _PatientPipeline(self)  # type: ignore[abstract]

    async def patiently(self, once: Callable[[], Awaitable[T]]) -> T:
        """Raises ConnectionError (redis-py's) when no turn came, or when the servers are away for too long."""
        backoff = ExponentialBackoff(cap=1, base=0.05)
        for failures in range(1, self._tries + 1):
            try:
                async with self._turn():
                    return await once()
            except (RedisAway, RedisSlow, ClusterDownError, TryAgainError, RedisClusterException) as error:
                if _is_a_mistake(error):
                    raise
                if failures == self._tries:
                    raise error if isinstance(error, RedisAway | RedisSlow) else RedisAway(str(error)) from error
                await asyncio.sleep(backoff.compute(failures))
        raise AssertionError("the last try returns or raises")

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._wait_s):
                await self._turns.acquire()
        except TimeoutError:
            raise RedisAway("No connection available.") from None
        try:
            yield
        finally:
            self._turns.release()


def _is_a_mistake(error: Exception) -> bool:
    """Keys of two slots are a bug of ours; trying again doesn't mend it."""
    return isinstance(error, RedisClusterException) and "same key slot" in str(error)


class _PatientPipeline(ClusterPipeline):
    """Sends its commands as often as the client does one."""

    def __init__(self, client: PatientCluster) -> None:
        super().__init__(client)
        self._client = client

    async def execute(self, raise_on_error: bool = True, allow_redirections: bool = True) -> list[Any]:
        commands = [(command.args, command.kwargs) for command in cast(Any, self._execution_strategy)._command_queue]

        async def once() -> list[Any]:
            await self.reset()  # type: ignore[no-untyped-call]
            for args, options in commands:
                self.execute_command(*args, **options)
            return await super(_PatientPipeline, self).execute(raise_on_error, allow_redirections)

        return await self._client.patiently(once)
