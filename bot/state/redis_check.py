"""What `replaybook doctor` looks at in Redis: whether we may write, and whether it keeps what it is given."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import NoPermissionError, ReadOnlyError, RedisError

from bot.kernel.clock import ahead_of_ours, system_clock
from bot.kernel.errors import Missing, Unauthorized, Unavailable
from bot.state import keys
from bot.state.embedded_server import OLDEST

CLOCKS_APART_S = 5.0
FULL = 0.9
"""Of the memory that Redis may use. A Redis that evicts nothing refuses writes when it has all of it."""


async def examined(redis: Redis) -> str:
    """What is there, in words. Raises the first thing that is wrong."""
    took = await _round_trip(redis)
    infos = await _infos(redis)
    for info in infos:
        check(info)
    apart = await _apart(redis)
    if apart > CLOCKS_APART_S:
        raise Missing("The clocks of Redis and of this machine are %(n)s seconds apart.", n=round(apart))
    first, several = infos[0], f" × {len(infos)}" if len(infos) > 1 else ""
    version = first.get("valkey_version") or first["redis_version"]
    kept = "appends to disk" if first.get("aof_enabled") else "has a replica"
    return f"{first.get('server_name', 'redis')} {version}{several}, {kept}, {took * 1000:.0f} ms"


async def _apart(redis: Redis) -> float:
    asked = system_clock()
    seconds, micros = await redis.time()
    told = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=micros)
    return abs(ahead_of_ours(told, asked, system_clock()).total_seconds())


async def _infos(redis: Any) -> list[dict[str, Any]]:
    """Of every server that takes writes: a Cluster has several."""
    if isinstance(redis, RedisCluster):
        return [await redis.info(target_nodes=node) for node in redis.get_primaries()]
    return [await redis.info()]


async def _round_trip(redis: Redis) -> float:
    """Seconds. Writes a lease that ends at once, and asks for the functions that the queue needs."""
    begun = time.perf_counter()
    try:
        await redis.set(keys.duty("doctor"), "", px=1000)
        took = time.perf_counter() - begun
        await redis.function_list()
    except NoPermissionError as error:
        raise Unauthorized("Redis doesn’t allow this user what the bot needs: %(error)s", error=error) from None
    except ReadOnlyError:
        raise Unavailable("Redis is a replica, which takes no writes; name the primary in REDIS_URL.") from None
    except (RedisError, OSError) as error:
        raise Unavailable("Redis doesn’t answer: %(error)s", error=error) from error
    return took


def check(info: Mapping[str, Any]) -> None:
    """Holds what a server says of itself (INFO) against what we need. Raises Missing and Unavailable."""
    if int(str(info["redis_version"]).partition(".")[0]) < OLDEST:
        raise Unavailable(
            "Redis is version %(found)s; %(oldest)s is needed at least.", found=info["redis_version"], oldest=OLDEST
        )
    most, policy = int(info.get("maxmemory", 0)), info.get("maxmemory_policy", "noeviction")
    if most and policy != "noeviction":
        raise Missing(
            "Redis throws away what is kept when it is full (maxmemory-policy %(policy)s); set noeviction.",
            policy=policy,
        )
    if most and info.get("used_memory", 0) > FULL * most:
        raise Unavailable("Redis has used more than %(percent)s %% of its memory.", percent=round(FULL * 100))
    if not info.get("aof_enabled") and not info.get("connected_slaves"):
        raise Missing(
            "Redis neither appends to disk nor has a replica, so a restart loses what was done; set appendonly to yes."
        )
