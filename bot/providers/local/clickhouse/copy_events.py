"""Copies an embedded store into ClickHouse, a day of a table at a time.

Copying again changes nothing, as rows have keys. A day is noted when every row of it was seen in ClickHouse, so a copy
that broke off goes on there. The hashes that stand for people are made with the salt of the embedded store, which
ClickHouse's store takes over while it is empty; in one that has events already, nobody would be who they were.
"""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from bot.kernel.errors import Conflict, Unavailable
from bot.kernel.ids import meaning
from bot.providers.local import schema
from bot.providers.local.batch import Row
from bot.providers.local.clickhouse import clickhouse_tables as tables
from bot.providers.local.clickhouse.clickhouse_actions import write_actions
from bot.providers.local.clickhouse.clickhouse_derived import ATTEMPTS, SearchNote
from bot.providers.local.clickhouse.clickhouse_notes import KEPT_FROM, SALT
from bot.providers.local.clickhouse.clickhouse_rows import (
    ColumnLists,
    columns_of,
    event_id,
    filled,
    packed,
    picked,
    session_of,
    sessions_of,
    states_of,
)
from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.clickhouse.clickhouse_tables import KeyedTable
from bot.providers.local.event_store import EventStore

PAGE = 20_000
"""Rows in one insert."""
SEEN_AT_ONCE = 2000
EMBEDDED: dict[str, schema.Table] = {table.name: table for table in schema.TABLES if table is not schema.SEARCHED}
INTO = {
    "actions": tables.ACTIONS,
    "errors": tables.ERRORS,
    "views": tables.VIEWS,
    "others": tables.OTHERS,
    "segments": tables.SEGMENTS,
    "sessions": tables.SESSIONS_SEEN,
}
Progress = Callable[[str, float], None]
"""Is called with the table and the share of its days that is done."""


@dataclass(slots=True)
class CopiedEvents:
    """By table, how many rows the embedded store has, and how many ClickHouse has now."""

    rows: dict[str, tuple[int, int]] = field(default_factory=dict)


async def copy_events(source: EventStore, target: ClickHouseStore, progress: Progress | None = None) -> CopiedEvents:
    """Raises Conflict where the stores hash people differently, Upstream, and Unavailable where rows are missing."""
    await source.settle()
    copier = EventCopier(source, target, await _same_salt(source, target))
    done = CopiedEvents()
    for name in EMBEDDED:
        await copier.copy(name, progress)
        counts = [int((await store.query(f"SELECT count(*) FROM {name}"))[0][0]) for store in (source, target)]
        done.rows[name] = counts[0], counts[1]
    await copier.copy_searches()
    kept_from = await source.meta(KEPT_FROM)
    if kept_from and await target.meta(KEPT_FROM) is None:
        await target.notes.put(KEPT_FROM, kept_from)
    return done


async def _same_salt(source: EventStore, target: ClickHouseStore) -> str:
    """Returns the salt of both."""
    salt = await source.meta(SALT) or ""
    if salt == await target.meta(SALT):
        return salt
    if (await target.query("SELECT count() FROM sessions_seen"))[0][0]:
        raise Conflict(
            "ClickHouse at %(address)s has events already, whose people have other hashes; choose an empty database.",
            address=target.client.address.shown,
        )
    await target.notes.put(SALT, salt)
    return salt


class EventCopier:
    """`salt` names the embedded store among those that may have been copied."""

    def __init__(self, source: EventStore, target: ClickHouseStore, salt: str) -> None:
        self._source, self._target = source, target
        self._name = meaning("copied", salt)
        self._insert = target.rows_written.insert
        self._now_ms = target.rows.now_ms

    async def copy(self, name: str, progress: Progress | None) -> None:
        """Copies the days of a table that are not noted with as many rows."""
        note = f"copied/{self._name}/{name}"
        done: dict[str, int] = msgspec.json.decode(await self._target.meta(note) or "{}")
        time = _time(name)
        days = await self._source.query(f"SELECT {time}::DATE AS day, count(*) FROM {name} GROUP BY day ORDER BY day")
        for place, (day, rows) in enumerate(days):
            if progress:
                progress(name, place / len(days))
            if done.get(str(day)) == rows:
                continue
            await self._copy_day(name, day)
            done[str(day)] = rows
            await self._target.notes.put(note, msgspec.json.encode(done).decode())

    async def _copy_day(self, name: str, day: date) -> None:
        table = EMBEDDED[name]
        columns = ", ".join(_sent(name, column, kind) for column, kind in table.columns.items())
        pieces = "0" if "derived" not in table.columns else "coalesce(searched.pieces, 0)"
        joined = "" if pieces == "0" else f"LEFT JOIN searched ON searched.session_id = {name}.session_id"
        statement = f"SELECT {columns}, {pieces} FROM {name} {joined} WHERE {_time(name)}::DATE = $day"
        page: list[Row] = []
        async for rows in self._source.pages(statement, {"day": day}):
            page += rows
            if len(page) >= PAGE:
                await self._put(name, page)
                page = []
        if page:
            await self._put(name, page)

    async def _put(self, name: str, page: Sequence[Row]) -> None:
        table, into = EMBEDDED[name], INTO[name]
        rows, pieces = [row[:-1] for row in page], [int(row[-1]) for row in page]
        columns = sessions_of(map(session_of, rows)) if name == "sessions" else columns_of(table, rows)
        if name == "actions":
            await self._put_actions(columns, pieces)
            return
        if name == "errors":
            columns = filled(columns, dropped=0) | {"change": _changes(columns, pieces)}
        await self._insert(into, columns)
        await self._see(into, columns)

    async def _put_actions(self, columns: ColumnLists, pieces: list[int]) -> None:
        """Those that were found in recordings have no other states, but may be taken back by a later search."""
        places = [place for place, derived in enumerate(columns["derived"]) if derived]
        sent = [place for place, derived in enumerate(columns["derived"]) if not derived]
        if places:
            rows = picked(columns, places)
            change = _changes(rows, [pieces[place] for place in places])
            await self._insert(tables.ACTIONS, filled(rows, dropped=0) | {"state": states_of(rows), "change": change})
            await self._see(tables.ACTIONS, rows)
        if sent:
            rows = picked(columns, sent)
            await write_actions(self._target.client, self._insert, rows)
            await self._see(tables.ACTION_STATES, rows)  # they come last, and are found by id

    async def _see(self, table: KeyedTable, rows: ColumnLists) -> None:
        """Raises Unavailable unless every row is there."""
        moments = rows[table.month]
        span = {"first": min(moments), "last": max(moments)}
        ids = [id if isinstance(id, str) else str(uuid.UUID(bytes=id)) for id in rows["id"]]
        for first in range(0, len(ids), SEEN_AT_ONCE):
            some = set(ids[first : first + SEEN_AT_ONCE])
            sql = _SEEN.format(table=table.name, kind=table.columns["id"], time=table.month)
            [(seen,)] = await self._target.client.query(sql, {"ids": sorted(some), **span}, final=0)
            if seen != len(some):
                raise Unavailable(
                    "Of %(n)s rows of %(table)s ClickHouse has %(seen)s; copy again.",
                    n=len(some),
                    table=table.name,
                    seen=seen,
                )

    async def copy_searches(self) -> None:
        """Copies which recordings were searched, with what was found, so that later searches can take it back."""
        async for rows in self._source.pages(_SEARCHES):
            for session, pieces, actions, errors in rows:
                note = SearchNote(
                    pieces=pieces,
                    attempt=0,
                    finished=True,
                    actions=frozenset(
                        (event_id(id), at, target, packed(*state)) for id, at, target, *state in actions or []
                    ),
                    errors=frozenset((event_id(id), event_id(action), at) for id, action, at in errors or []),
                )
                await self._insert(tables.SEARCHED, note.row(session, self._now_ms()))


def _changes(columns: ColumnLists, pieces: Sequence[int]) -> list[int]:
    return [count * ATTEMPTS if derived else 0 for derived, count in zip(columns["derived"], pieces, strict=True)]


def _time(name: str) -> str:
    return "last_moment" if name == "sessions" else "moment"


def _sent(table: str, column: str, kind: str) -> str:
    if kind == "TIMESTAMP":
        return f"epoch_ms({table}.{column})"
    return f"{table}.{column}::VARCHAR" if kind in ("UUID", "JSON") else f"{table}.{column}"


_SEEN = """
SELECT uniqExact(id) FROM {table} WHERE id IN {{ids:Array({kind})}}
  AND {time} >= fromUnixTimestamp64Milli({{first:Int64}}, 'UTC')
  AND {time} <= fromUnixTimestamp64Milli({{last:Int64}}, 'UTC')
"""
_SEARCHES = """
SELECT session_id, pieces,
  (SELECT list((id::VARCHAR, epoch_ms(moment), target, rage_click, dead_click, error_click, errors, clicks))
   FROM actions WHERE derived AND actions.session_id = searched.session_id),
  (SELECT list((id::VARCHAR, action_id::VARCHAR, epoch_ms(moment)))
   FROM errors WHERE derived AND errors.session_id = searched.session_id)
FROM searched
"""
