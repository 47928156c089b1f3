"""Which workspaces have anything waiting or open; what the clock looks at again, and when: requests, watches."""

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
    """An index over the records of requests, or of what `name` names for a team; the records say what is true."""

    def __init__(self, redis: Redis, name: Callable[[str], str] = keys.requests_due) -> None:
        self._redis = redis
        self._name = name
        self._teams = KnownTeams(redis)

    async def look_at(self, team: str, request: str, when: datetime) -> None:
        """Have the clock look at this request again at `when`."""
        await self._teams.add(team)
        await self._redis.zadd(self._name(team), {request: when.timestamp()})

    async def close(self, team: str, request: str) -> None:
        await self._redis.zrem(self._name(team), request)

    async def due(self, now: datetime, limit: int = 100) -> list[tuple[str, str]]:
        """(team, request) of what the clock should look at now, most overdue first."""
        teams = await self._teams.all()
        async with self._redis.pipeline(transaction=False) as pipe:
            for team in teams:
                pipe.zrangebyscore(self._name(team), "-inf", now.timestamp(), 0, limit, withscores=True)
            answers: list[Any] = await pipe.execute()
        rows = [(when, team, id.decode()) for team, answer in zip(teams, answers, strict=True) for id, when in answer]
        return [(team, request) for _, team, request in sorted(rows)[:limit]]

    async def open(self, team: str) -> list[str]:
        """Ids of the team's open requests."""
        requests: list[Any] = await self._redis.zrange(self._name(team), 0, -1)
        return [request.decode() for request in requests]
