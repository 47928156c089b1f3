"""Indexes over records: when the clock looks at one again, and in which order they were made.

The records say what is true. Indexes lie where the records do.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.kernel.errors import Conflict
from bot.state import keys
from bot.state.records import EVERY_TEAM, Records, RecordStore


class DueIndex:
    """An index over records of one kind, by id: requests, or what `index` names. The records say what is true."""

    def __init__(self, store: RecordStore, index: str = keys.REQUESTS_DUE) -> None:
        self._store = store
        self._index = index

    async def look_at(self, team: str, id: str, when: datetime) -> None:
        """Have the clock look at this one again at `when`."""
        await self._store.schedule(self._index, team, id, when, anew=True)

    async def expect(self, team: str, id: str, when: datetime) -> None:
        """The same, unless the clock will look at it anyway, sooner or later."""
        await self._store.schedule(self._index, team, id, when, anew=False)

    async def close(self, team: str, id: str) -> None:
        await self._store.unschedule(self._index, team, id)

    async def due(self, now: datetime, limit: int = 100) -> list[tuple[str, str]]:
        """(team, id) of what the clock should look at now, most overdue first."""
        return await self._store.due(self._index, now, limit)

    async def open(self, team: str) -> list[str]:
        """Ids of everything of the team's that the clock will look at."""
        return await self._store.scheduled(self._index, team)


MOST = 1000
"""How many ids are kept of each team, and of all teams together. Older ones are still found by their own keys."""


class FormerIndex(msgspec.Struct, frozen=True):
    """The one record that held every id before: ids with their teams, oldest first."""

    teams: dict[str, str] = {}


class CreationOrder:
    """The order in which things of a team were created, kept for the newest of them.

    Use one for each kind of thing. `former` is the key of the record that held the order before.
    """

    def __init__(self, store: RecordStore, kind: str, *, former: str, most: int = MOST) -> None:
        self._store = store
        self._kind = kind
        self._most = most
        self._former_key = former
        self._former: Records[FormerIndex] | None = Records(store, FormerIndex)

    async def add(self, team: str, id: str) -> None:
        """Adding again keeps the place."""
        await self._take_over()
        await self._store.append(self._kind, team, id, self._most)

    async def newest(self, team: str | None, limit: int, skip: int = 0) -> list[str]:
        """Ids, newest first, of a team or of all, without the newest `skip`."""
        await self._take_over()
        return await self._store.newest(self._kind, team or EVERY_TEAM, limit, skip)

    async def _take_over(self) -> None:
        """Reads the former record once, whoever else does at the same time, and deletes it when all of it is here."""
        while self._former:
            former = await self._former.get(self._former_key)
            if former is None:
                self._former = None
                return
            index, version = former
            for id, team in index.teams.items():
                await self._store.append(self._kind, team, id, self._most)
            try:
                await self._former.delete(self._former_key, version)
            except Conflict:
                continue  # a process of the version before has added one
