"""Writes a batch into ClickHouse. A repeat changes nothing, so it completes what broke off half-way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from bot.providers.local import schema
from bot.providers.local.batch import Batch, Row
from bot.providers.local.clickhouse import clickhouse_tables as tables
from bot.providers.local.clickhouse.clickhouse_actions import write_actions
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_derived import SearchedSession, of_session
from bot.providers.local.clickhouse.clickhouse_rows import (
    ColumnLists,
    columns_of,
    filled,
    session_of,
    sessions_of,
    states_of,
    token_of,
)
from bot.providers.local.clickhouse.clickhouse_tables import KeyedTable
from bot.providers.local.commit import Columns

_DERIVED = list(schema.ACTIONS.columns).index("derived"), list(schema.ERRORS.columns).index("derived")


class ClickHouseWriter:
    """`now_ms` is our clock; `erasures` tells rows from those that were sent before something was deleted."""

    def __init__(self, client: ClickHouseClient, now_ms: Callable[[], float], erasures: str) -> None:
        self._client, self._now_ms = client, now_ms
        self.erasures = erasures
        self._arrived = 0

    async def commit(self, batch: Batch) -> None:
        """Returns when all of it is kept. Raises Upstream; parts may be kept then, and come again with the repeat."""
        acts, found_acts = _apart(batch.actions.values(), _DERIVED[0])
        failures, found_failures = _apart(batch.errors.values(), _DERIVED[1])
        plain = ((schema.VIEWS, tables.VIEWS, batch.views), (schema.OTHERS, tables.OTHERS, batch.others))
        work = [self.insert(into, columns_of(table, rows.values())) for table, into, rows in plain if rows]
        if batch.segments:
            work.append(self.insert(tables.SEGMENTS, columns_of(schema.SEGMENTS, batch.segments.values())))
        if batch.sessions:
            arrived = self._stamp()
            seen = sessions_of((arrived, each) for each in batch.sessions.values())
            work.append(self.insert(tables.SESSIONS_SEEN, seen))
        if failures:
            work.append(self.insert(tables.ERRORS, filled(columns_of(schema.ERRORS, failures), change=0, dropped=0)))
        if acts:
            work.append(write_actions(self._client, self.insert, columns_of(schema.ACTIONS, acts)))
        if batch.searched:
            work.append(self._searched(batch, found_acts, found_failures))
        await _all(work)

    async def insert(self, table: KeyedTable, rows: ColumnLists) -> None:
        await self._client.insert(table, rows, token_of(table.name, rows, self.erasures))

    async def generated(self, table: schema.Table, arrays: Columns) -> None:
        """Adds rows that exist once: nobody sends another state of them."""
        rows = list(zip(*(arrays[name].tolist() for name in table.columns), strict=True))
        if table is schema.SESSIONS:
            await self.insert(tables.SESSIONS_SEEN, sessions_of(map(session_of, rows)))
            return
        made = filled(columns_of(table, rows), change=0, dropped=0)
        if table is schema.ACTIONS:
            await self.insert(tables.ACTIONS, made | {"state": states_of(made)})
        else:
            await self.insert(tables.ERRORS, made)

    async def _searched(self, batch: Batch, acts: list[Row], failures: list[Row]) -> None:
        actions, errors = columns_of(schema.ACTIONS, acts), columns_of(schema.ERRORS, failures)
        for session_id, pieces in batch.searched.items():
            mine, theirs = of_session(actions, session_id), of_session(errors, session_id)
            search = SearchedSession(session_id, pieces, mine, theirs, int(self._now_ms()))
            await search.write(self._client, self.insert)

    def _stamp(self) -> int:
        """Microseconds since the epoch, and later than any before: when what is said about sessions came."""
        self._arrived = max(self._arrived + 1, int(self._now_ms() * 1000))
        return self._arrived


def _apart(rows: Iterable[Row], derived: int) -> tuple[list[Row], list[Row]]:
    """Returns rows that were sent, and rows that were found in recordings."""
    sent: list[Row] = []
    derived_rows: list[Row] = []
    for row in rows:
        (derived_rows if row[derived] else sent).append(row)
    return sent, derived_rows


async def _all(work: list[Coroutine[Any, Any, None]]) -> None:
    """Waits for all, also where one fails: nothing of a batch is on its way when it is sent again."""
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if outcome is not None:
            raise outcome
