"""What is found in recordings, in ClickHouse: each search replaces what the one before found of the session.

Several bots may search a session at once, each with the pieces that had arrived. A search notes what it found before
it writes, then reads the notes: it stands back from one of more pieces, and takes back what earlier ones found and it
didn't. Of two searches at least one sees the other's note; the one of more pieces wins, whoever ends last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.providers.local.clickhouse.clickhouse_actions import ActionState, Insert, taken_back
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_rows import NOTHING, ColumnLists, filled, picked, states_of
from bot.providers.local.clickhouse.clickhouse_tables import ACTIONS, ERRORS, SEARCHED

ATTEMPTS = 256
"""Searches of the same pieces that find something else, as after an update."""
Key = tuple[Any, ...]
_NOTES = """
SELECT pieces, attempt, finished,
  arrayMap(k -> (k.1, toUnixTimestamp64Milli(k.2), k.3, k.4), actions),
  arrayMap(k -> (k.1, k.2, toUnixTimestamp64Milli(k.3)), errors)
FROM searched WHERE session_id = {session:String}
"""


@dataclass(frozen=True, slots=True)
class SearchNote:
    """What one search found: keys of actions (id, moment, target, state) and of errors (id, action id, moment)."""

    pieces: int
    attempt: int
    finished: bool
    actions: frozenset[Key]
    errors: frozenset[Key]

    @property
    def order(self) -> tuple[int, int]:
        return self.pieces, self.attempt

    @property
    def change(self) -> int:
        """The later of two searches has the higher one."""
        return self.pieces * ATTEMPTS + self.attempt

    @property
    def same(self) -> tuple[int, frozenset[Key], frozenset[Key]]:
        return self.pieces, self.actions, self.errors

    def row(self, session_id: str, now: float) -> ColumnLists:
        """Returns it as it is kept. `now` is epoch ms."""
        row = {
            "session_id": session_id,
            "pieces": self.pieces,
            "attempt": self.attempt,
            "moment": int(now),
            "finished": int(self.finished),
            "actions": sorted(self.actions),
            "errors": sorted(self.errors),
        }
        return {name: [value] for name, value in row.items()}


@dataclass(frozen=True, slots=True)
class SearchedSession:
    """A search of one session with its rows; `now` is epoch ms."""

    session_id: str
    pieces: int
    actions: ColumnLists
    errors: ColumnLists
    now: int

    async def write(self, client: ClickHouseClient, insert: Insert) -> None:
        """Raises Upstream; the search is then done again, and ends the same."""
        before = await self._notes(client)
        mine = self._note(before)
        if any(note.finished and note.same == mine.same for note in before):
            return
        await self._put(insert, mine, finished=False)
        others = [note for note in await self._notes(client) if note.order != mine.order]
        if any(note.order > mine.order for note in others):
            return
        await self._replace(insert, mine, others)
        await self._put(insert, mine, finished=True)

    async def _notes(self, client: ClickHouseClient) -> list[SearchNote]:
        rows = await client.query(_NOTES, {"session": self.session_id})
        return [
            SearchNote(pieces, attempt, bool(finished), _keys(actions, 1), _keys(errors, 2))
            for pieces, attempt, finished, actions, errors in rows
        ]

    def _note(self, before: Sequence[SearchNote]) -> SearchNote:
        actions = zip(
            *(self.actions[name] for name in ("id", "moment", "target")), states_of(self.actions), strict=True
        )
        errors = zip(*(self.errors[name] for name in ("id", "action_id", "moment")), strict=True)
        mine = SearchNote(self.pieces, 0, False, frozenset(actions), frozenset(errors))
        others = [note.attempt for note in before if note.pieces == self.pieces and note.same != mine.same]
        attempt = min(max(others, default=-1) + 1, ATTEMPTS - 1)
        return SearchNote(self.pieces, attempt, False, mine.actions, mine.errors)

    async def _put(self, insert: Insert, note: SearchNote, *, finished: bool) -> None:
        await insert(SEARCHED, replace(note, finished=finished).row(self.session_id, self.now))

    async def _replace(self, insert: Insert, mine: SearchNote, others: Sequence[SearchNote]) -> None:
        change = {"change": mine.change, "dropped": 0}
        if self.actions["id"]:
            await insert(ACTIONS, filled(self.actions | {"state": states_of(self.actions)}, **change))
        if self.errors["id"]:
            await insert(ERRORS, filled(self.errors, **change))
        gone = sorted({key for note in others for key in note.actions} - mine.actions)
        if gone:
            await insert(ACTIONS, self._without(gone, mine.change))
        lost = sorted({key for note in others for key in note.errors} - mine.errors)
        if lost:
            keys = dict(zip(("id", "action_id", "moment"), map(list, zip(*lost, strict=True)), strict=True))
            rows = filled(keys, session_id=self.session_id, derived=True, change=mine.change, dropped=1)
            await insert(ERRORS, rows)

    def _without(self, gone: Sequence[Key], change: int) -> ColumnLists:
        """Rows that drop these actions; what isn't in their key doesn't matter."""
        row: ColumnLists = {"id": [NOTHING], "session_id": [self.session_id], "derived": [True]}
        states = [ActionState(0, moment, target, state) for _, moment, target, state in gone]
        return taken_back(row, states, change) | {"id": [id for id, *_ in gone]}


def _keys(keys: Sequence[Key], ids: int) -> frozenset[Key]:
    return frozenset((*(id.bytes for id in key[:ids]), *key[ids:]) for key in keys)


def of_session(rows: ColumnLists, session_id: str) -> ColumnLists:
    return picked(rows, [place for place, id in enumerate(rows.get("session_id", [])) if id == session_id])
