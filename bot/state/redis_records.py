"""Records in the bot's own Redis, which appends every write to disk: the embedded default."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from bot.kernel.extras import missing_extra
from bot.kernel.settings import Settings
from bot.state import keys
from bot.state.records import ABSENT, EVERY_TEAM, RecordStore, lifetime_ms

# KEYS: record; ARGV: expected version, data or "" to delete, milliseconds to live (0: for ever).
# Gives the new version, or -1 when somebody was faster.
_PUT = """
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if version ~= tonumber(ARGV[1]) then return -1 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) return 0 end
redis.call('HSET', KEYS[1], 'version', version + 1, 'data', ARGV[2])
if ARGV[3] == '0' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return version + 1
"""

# KEYS: sorted set; ARGV: id, how many are kept. The score is the place in the order. A second time changes nothing.
_ADD = """
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('ZADD', KEYS[1], (tonumber(newest[2]) or 0) + 1, ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[2] - 1)
return 1
"""

LOCK = keys.lock("").encode()
"""What the name of a lock ends with, which is no record, though it may stand among them."""


class KnownTeams:
    """Which workspaces have anything waiting or open."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, team: str) -> None:
        """Must be done before anything of the team is written that `all` is meant to lead to."""
        await self._redis.sadd(keys.TEAMS, team)

    async def all(self) -> list[str]:
        members = await self._redis.smembers(keys.TEAMS)
        return sorted(member.decode() for member in members if isinstance(member, bytes))


class RedisRecords:
    """The embedded RecordStore."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._put = redis.register_script(_PUT)
        self._add = redis.register_script(_ADD)
        self._teams = KnownTeams(redis)

    async def read(self, key: str) -> tuple[bytes, int] | None:
        kept: list[Any] = await self.redis.hmget(key, ["data", "version"])
        return None if None in kept else (kept[0], int(kept[1]))

    async def version(self, key: str) -> int:
        return int(await self.redis.hget(key, "version") or ABSENT)

    async def write(self, key: str, data: bytes, expected: int) -> int | None:
        written: Any = await self._put(keys=[key], args=[expected, data, lifetime_ms(key)])
        return int(written) if int(written) > 0 else None

    async def delete(self, key: str, expected: int) -> bool:
        gone: Any = await self._put(keys=[key], args=[expected, b"", 0])
        return int(gone) == 0

    async def touch(self, key: str) -> None:
        await self.redis.pexpire(key, lifetime_ms(key))

    async def schedule(self, index: str, team: str, id: str, when: datetime, *, anew: bool) -> None:
        await self._teams.add(team)
        await self.redis.zadd(keys.due(team, index), {id: when.timestamp()}, nx=not anew)

    async def unschedule(self, index: str, team: str, id: str) -> None:
        await self.redis.zrem(keys.due(team, index), id)

    async def due(self, index: str, now: datetime, limit: int) -> list[tuple[str, str]]:
        teams = await self._teams.all()
        async with self.redis.pipeline(transaction=False) as pipe:
            for team in teams:
                pipe.zrangebyscore(keys.due(team, index), "-inf", now.timestamp(), 0, limit, withscores=True)
            answers: list[Any] = await pipe.execute()
        rows = [(when, team, id.decode()) for team, answer in zip(teams, answers, strict=True) for id, when in answer]
        return [(team, id) for _, team, id in sorted(rows)[:limit]]

    async def scheduled(self, index: str, team: str) -> list[str]:
        ids: list[Any] = await self.redis.zrange(keys.due(team, index), 0, -1)
        return [id.decode() for id in ids]

    async def scheduled_between(self, index: str, since: datetime, until: datetime) -> list[tuple[str, str]]:
        rows: list[tuple[float, str, str]] = []
        for team in await self._teams.all():
            answer: Any = await self.redis.zrangebyscore(
                keys.due(team, index), since.timestamp(), f"({until.timestamp()}", withscores=True
            )
            rows += [(when, team, id.decode()) for id, when in answer]
        return [(team, id) for _, team, id in sorted(rows)]

    async def append(self, kind: str, team: str, id: str, most: int) -> None:
        for key in (keys.order(team, kind), keys.order(EVERY_TEAM, kind)):
            await self._add(keys=[key], args=[id, most])

    async def newest(self, kind: str, team: str, limit: int, skip: int) -> list[str]:
        ids: list[Any] = await self.redis.zrange(keys.order(team, kind), skip, skip + limit - 1, desc=True)
        return [id.decode() for id in ids]

    async def names(self) -> AsyncIterator[str]:
        for pattern in (keys.EVERY_RECORD, keys.EVERY_PAGE):
            async for key in self.redis.scan_iter(match=pattern, count=500):
                if not key.endswith(LOCK):
                    yield key.decode()

    async def every(self) -> AsyncIterator[bytes]:
        for pattern in (keys.EVERY_RECORD, keys.EVERY_PAGE):
            async for key in self.redis.scan_iter(match=pattern, count=500):
                if key.endswith(LOCK):
                    continue
                data: Any = await self.redis.hget(key, "data")
                if data:  # its lifetime may have ended just now
                    yield data

    async def ready(self) -> None:
        """Whoever serves from it looks at Redis anyway."""


@asynccontextmanager
async def opened_records(settings: Settings, redis: Redis, *, retries: int = 9) -> AsyncIterator[RecordStore]:
    """The store that the settings choose: Postgres where DATABASE_URL is set, else this Redis.

    Raises Misunderstood without the extra, and what opening raises.
    """
    if settings.database_url is None:
        yield RedisRecords(redis)
        return
    try:
        from bot.state.postgres.postgres_records import opened_postgres  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise missing_extra("postgres", "DATABASE_URL") from error

    async with opened_postgres(settings, retries=retries) as store:
        yield store
