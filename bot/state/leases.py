"""Leases: who does something right now, or did it a moment ago. They end by themselves, so a dead worker blocks nobody.

Leases spare work, and that is all: two who do the same must not do harm, because a holder may stall for longer than its
lease and go on.
"""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis

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
