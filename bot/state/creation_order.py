"""The order in which things of a team were created, kept for the newest of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from redis.asyncio import Redis

from bot.kernel.errors import Conflict
from bot.state import keys
from bot.state.records import Records

MOST = 1000
"""How many ids are kept of each team, and of all teams together. Older ones are still found by their own keys."""
_EVERY_TEAM = "all"

# KEYS: sorted set; ARGV: id, how many are kept. The score is the place in the order. A second time changes nothing.
_ADD = """
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('ZADD', KEYS[1], (tonumber(newest[2]) or 0) + 1, ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[2] - 1)
return 1
"""


class FormerIndex(msgspec.Struct, frozen=True):
    """The one record that held every id before: ids with their teams, oldest first."""

    teams: dict[str, str] = {}


class CreationOrder:
    """Use one for each kind of thing. `former` is the key of the record that held the order before."""

    def __init__(self, redis: Redis, kind: str, *, former: str, most: int = MOST) -> None:
        self._redis = redis
        self._kind = kind
        self._most = most
        self._add: Callable[..., Any] = redis.register_script(_ADD)
        self._former_key = former
        self._former: Records[FormerIndex] | None = Records(redis, FormerIndex)

    async def add(self, team: str, id: str) -> None:
        """Adding again keeps the place."""
        await self._take_over()
        await self._append(team, id)

    async def newest(self, team: str | None, limit: int, skip: int = 0) -> list[str]:
        """Ids, newest first, of a team or of all, without the newest `skip`."""
        await self._take_over()
        ids = await self._redis.zrange(self._key(team or _EVERY_TEAM), skip, skip + limit - 1, desc=True)
        return [id.decode() if isinstance(id, bytes) else str(id) for id in ids]

    async def _append(self, team: str, id: str) -> None:
        for key in (self._key(team), self._key(_EVERY_TEAM)):
            await self._add(keys=[key], args=[id, self._most])

    async def _take_over(self) -> None:
        """Reads the former record once, whoever else does at the same time, and deletes it when all of it is here."""
        while self._former:
            found = await self._former.get(self._former_key)
            if found is None:
                self._former = None
                return
            index, version = found
            for id, team in index.teams.items():
                await self._append(team, id)
            try:
                await self._former.delete(self._former_key, version)
            except Conflict:
                continue  # a process of the version before has added one

    def _key(self, team: str) -> str:
        return keys.order(team, self._kind)
