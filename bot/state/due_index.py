"""Which requests are open in a workspace, and when the clock looks at each again."""

from __future__ import annotations

from datetime import datetime

from redis.asyncio import Redis

from bot.state import keys


class DueIndex:
    """An index over the records of requests; the records say what is true."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def look_at(self, team: str, request: str, when: datetime) -> None:
        """Have the clock look at this request again at `when`."""
        await self._redis.zadd(keys.OPEN_REQUESTS, {keys.key(team, request): when.timestamp()})

    async def close(self, team: str, request: str) -> None:
        await self._redis.zrem(keys.OPEN_REQUESTS, keys.key(team, request))

    async def due(self, now: datetime, limit: int = 100) -> list[tuple[str, str]]:
        """(team, request) of what the clock should look at now, most overdue first."""
        found = await self._redis.zrange(keys.OPEN_REQUESTS, "-inf", now.timestamp(), byscore=True, offset=0, num=limit)
        return [_parts(member) for member in found]

    async def open(self, team: str) -> list[str]:
        """Ids of the team's open requests."""
        found = await self._redis.zrange(keys.OPEN_REQUESTS, 0, -1)
        return [request for owner, request in map(_parts, found) if owner == team]


def _parts(member: object) -> tuple[str, str]:
    if not isinstance(member, bytes):
        raise TypeError("the ledger is kept in a connection that answers with bytes")
    team, request = member.decode().split(":", 1)
    return team, request
