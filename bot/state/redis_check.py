"""What `replaybook doctor` looks at in a Redis: does it answer, may the bot use it, will it keep what it is given."""

from __future__ import annotations

import time
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from bot.kernel.errors import Missing, Unavailable
from bot.state.embedded_server import OLDEST
from bot.state.redis_address import RedisAddress

CLOCK_S = 5.0  # apart


async def checked(redis: Redis, url: str) -> str:
    """What was found. Raises Missing with what is to be done, and Unavailable when it goes away meanwhile."""
    try:
        began = time.perf_counter()
        seconds, _ = await redis.time()
        took = time.perf_counter() - began
        servers = await _servers(redis, RedisAddress.of(url))
    except (RedisError, OSError) as error:
        raise Unavailable("Redis doesn't answer: %(error)s", error=error) from error
    if abs(seconds - time.time()) > CLOCK_S:
        raise Missing("Redis's clock and this machine's are %(n)s s apart.", n=round(abs(seconds - time.time())))
    for server in servers:
        _check(server)
    first = servers[0]
    parts = [
        f"{first.get('server_name', 'redis')} {first.get('valkey_version') or first['redis_version']}",
        *_kind(RedisAddress.of(url), servers),
        f"{took * 1000:.1f} ms",
        *([] if all(int(it.get("aof_enabled", 1)) for it in servers) else ["not written to disk (appendonly no)"]),
    ]
    return ", ".join(parts)


async def _servers(redis: Redis, address: RedisAddress) -> list[dict[str, Any]]:
    """What each server that takes writes says of itself."""
    everywhere = {"target_nodes": "primaries"} if address.kind == "cluster" else {}
    try:
        told: dict[str, Any] = await redis.info("everything", **everywhere)
    except ResponseError:
        raise Missing("Redis doesn't let the bot ask for INFO; its user needs it.") from None
    return list(told.values()) if everywhere and "redis_version" not in told else [told]


def _check(server: dict[str, Any]) -> None:
    version = str(server["redis_version"])
    if int(version.partition(".")[0]) < OLDEST:
        raise Missing("Redis %(version)s is too old: it must be 7 or newer.", version=version)
    policy = server.get("maxmemory_policy", "noeviction")
    if int(server.get("maxmemory", 0)) and policy != "noeviction":
        raise Missing(
            "Redis may throw away what people were promised: set its maxmemory-policy to noeviction, not %(policy)s.",
            policy=policy,
        )


def _kind(address: RedisAddress, servers: list[dict[str, Any]]) -> list[str]:
    replicas = sum(int(server.get("connected_slaves", 0)) for server in servers)
    if address.kind == "cluster":
        return [f"a Cluster of {len(servers)} with {replicas} replicas"]
    return [f"behind Sentinels, {replicas} replicas"] if address.kind == "sentinel" else []
