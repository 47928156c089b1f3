"""People of whom nothing is taken in for a day, because they were forgotten and that was asked for."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.kernel.clock import Clock
from bot.providers.local import schema
from bot.providers.local.batch import Batch
from bot.providers.local.event_store_port import EventStorePort
from bot.state import keys

LOOKED_AT_S = 2.0
KNOWN_S = 2 * LOOKED_AT_S + 1.0
"""So long after somebody was put on the list every process that Redis answers knows, be it at the second try, and has
stored what it had taken before."""
_BY_SESSION = {
    "actions": schema.ACTIONS,
    "errors": schema.ERRORS,
    "views": schema.VIEWS,
    "others": schema.OTHERS,
    "segments": schema.SEGMENTS,
}


class RefusedPeople:
    """Hashes with the store's own salt, so that the list tells nobody who is on it. While Redis is away, as known."""

    def __init__(self, redis: Redis, store: EventStorePort, clock: Clock) -> None:
        self._redis = redis
        self._store = store
        self._clock = clock
        self._hashes: frozenset[str] = frozenset()
        self._looked = float("-inf")

    async def taken_out(self, batch: Batch) -> int:
        """Takes what is theirs out of a batch, and returns how many sessions that were.

        A session that is known by its person now, and wasn't before, is refused by itself from then on.
        """
        hashes = await self._known()
        if not hashes:
            return 0
        rows = self._store.rows
        refused = {id for id, seen in batch.sessions.items() if seen.person in hashes or rows.person(id) in hashes}
        if new := [id for id in refused if rows.person(id) not in hashes]:
            until = self._clock().timestamp() + 24 * 3600
            await self._redis.zadd(keys.REFUSED_PEOPLE, {rows.person(id): until for id in new})
            self._looked = float("-inf")
            await self._store.erase(new)
        _take_out(batch, refused)
        return len(refused)

    async def _known(self) -> frozenset[str]:
        if time.monotonic() - self._looked > LOOKED_AT_S:
            self._looked = time.monotonic()
            try:
                now = self._clock().timestamp()
                rows: list[Any] = await self._redis.zrangebyscore(keys.REFUSED_PEOPLE, now, "+inf")
                self._hashes = frozenset(each.decode() for each in rows)
            except (RedisError, OSError, TimeoutError):
                pass
        return self._hashes


def _take_out(batch: Batch, sessions: Collection[str]) -> None:
    for name, table in _BY_SESSION.items():
        place = list(table.columns).index("session_id")
        rows = getattr(batch, name)
        for key in [key for key, row in rows.items() if row[place] in sessions]:
            del rows[key]
    for session in sessions:
        batch.sessions.pop(session, None)
        batch.searched.pop(session, None)
