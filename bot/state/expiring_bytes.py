"""Bytes that end by themselves: copies of records, and what waits for another process for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis


@dataclass(frozen=True, slots=True)
class ExpiringBytes:
    """Kept in Redis by keys of bot.state.keys. Every call raises RedisError where Redis is away."""

    redis: Redis

    async def get(self, key: str) -> bytes | None:
        data: Any = await self.redis.get(key)
        return None if data is None else bytes(data)

    async def put(self, key: str, data: bytes, *, seconds: int, unless_there: bool = False) -> None:
        await self.redis.set(key, data, ex=seconds, nx=unless_there)

    async def forget(self, key: str) -> None:
        await self.redis.delete(key)
