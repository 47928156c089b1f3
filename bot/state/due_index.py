"""Which workspaces have anything waiting or open; what of a kind is, and when the clock looks at each again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from bot.state import keys


class KnownTeams:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, team: str) -> None:
        """Must be done before anything of the team is written that `all` is meant to lead to."""
        await self._redis.sadd(keys.TEAMS, team)

    async def all(self) -> list[str]:
        members = await self._redis.smembers(keys.TEAMS)
        return sorted(member.decode() for member in members if isinstance(member, bytes))


class DueIndex:
    """An index over things of one kind, by id (requests, if not said otherwise); the records say what is true."""

    def __init__(self, redis: Redis, name: Callable[[str], str] = keys.requests_due) -> None:
        self._redis = redis
        self._name = name
        self._teams = KnownTeams(redis)

    async def look_at(self, team: str, id: str, when: datetime) -> None:
        """Have the clock look at this one again at `when`."""
        await self._teams.add(team)
        await self._redis.zadd(self._name(team), {id: when.timestamp()})

    async def expect(self, team: str, id: str, when: datetime) -> None:
        """The same, unless the clock will look at it anyway, sooner or later."""
        await self._teams.add(team)
        await self._redis.zadd(self._name(team), {id: when.timestamp()}, nx=True)

    async def close(self, team: str, id: str) -> None:
        await self._redis.zrem(self._name(team), id)

    async def due(self, now: datetime, limit: int = 100) -> list[tuple[str, str]]:
        """(team, id) of what the clock should look at now, most overdue first."""
        teams = await self._teams.all()
        async with self._redis.pipeline(transaction=False) as pipe:
            for team in teams:
                pipe.zrangebyscore(self._name(team), "-inf", now.timestamp(), 0, limit, withscores=True)
            answers: list[Any] = await pipe.execute()
        rows = [(when, team, id.decode()) for team, answer in zip(teams, answers, strict=True) for id, when in answer]
        return [(team, id) for _, team, id in sorted(rows)[:limit]]

    async def open(self, team: str) -> list[str]:
        """Ids of everything of the team's that the clock will look at."""
        ids: list[Any] = await self._redis.zrange(self._name(team), 0, -1)
        return [id.decode() for id in ids]
