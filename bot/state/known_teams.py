"""Which workspaces have anything waiting or open, so that whoever looks after all of them knows where to look."""

from __future__ import annotations

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
