"""Retention in ClickHouse: whole months are dropped, the rest of the oldest is deleted, and the server keeps it up.

What is older is deleted by our clock, with its recordings. The tables' TTL does the same by the server's, also while no
bot runs, but later: recordings whose sessions the server had deleted would stay for ever.
"""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.providers.local.clickhouse import clickhouse_tables as tables
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_notes import KEPT_FROM, StoreNotes
from bot.providers.local.clickhouse.clickhouse_tables import KeyedTable, Layout

CLOCKS_AGREE_S = 3600
LATER_DAYS = 7
TTL = "ttl_days"
EVENTS = (tables.ACTIONS, tables.ERRORS, tables.VIEWS, tables.OTHERS)
BESIDE = (tables.SEGMENTS, tables.SEARCHED, tables.ACTION_STATES, tables.SESSIONS_SEEN)
_ENDED = """
SELECT id FROM sessions_seen WHERE last_moment < {edge:DateTime64(3, 'UTC')} AND NOT sample
  AND id NOT IN (SELECT id FROM sessions_seen WHERE last_moment >= {edge:DateTime64(3, 'UTC')}
    AND last_moment < {edge:DateTime64(3, 'UTC')} + INTERVAL 7 DAY)
GROUP BY id
"""


@dataclass(frozen=True, slots=True)
class ErasedEvents:
    """How many events were deleted, and the sessions that had ended."""

    events: int
    sessions: list[str]


async def tidy(
    client: ClickHouseClient, layout: Layout, notes: StoreNotes, keep: timedelta, now: datetime
) -> ErasedEvents:
    """Deletes events before `now - keep`, and sessions that ended before it. The sample keeps its own time."""
    edge = (now - keep).astimezone(UTC)
    ended = [str(row[0]) for row in await client.query(_ENDED, {"edge": edge}, final=0)]
    events = 0
    for table in EVENTS:
        events += await _count(client, table, edge)
        await _delete(client, layout, table, edge)
    for table in BESIDE:
        await _delete(client, layout, table, edge)
    await notes.put(KEPT_FROM, edge.replace(tzinfo=None).isoformat())
    await _leave_to_the_server(client, layout, notes, keep, now)
    return ErasedEvents(events, ended)


async def forget_sample(client: ClickHouseClient, layout: Layout) -> None:
    """Deletes the rows of the sample."""
    searched = "session_id IN (SELECT session_id FROM segments WHERE sample)"
    await client.command(f"DELETE FROM {layout.stored(tables.SEARCHED)} WHERE {searched}")
    for table in (*EVENTS, *BESIDE):
        if "sample" in table.columns:
            await client.command(f"DELETE FROM {layout.stored(table)} WHERE sample")


def _old(table: KeyedTable) -> str:
    mine = " AND NOT sample" if "sample" in table.columns else ""
    time = "last_moment" if "last_moment" in table.columns else "moment"
    return f"{time} < {{edge:DateTime64(3, 'UTC')}}{mine}"


async def _count(client: ClickHouseClient, table: KeyedTable, edge: datetime) -> int:
    rows = await client.query(f"SELECT count() FROM {table.name} WHERE {_old(table)}", {"edge": edge})
    return int(rows[0][0])


async def _delete(client: ClickHouseClient, layout: Layout, table: KeyedTable, edge: datetime) -> None:
    """Months that hold nothing else are dropped, which costs nothing; from others rows are taken."""
    months = await client.query(
        f"SELECT _partition_id, countIf(NOT ({_old(table)})) FROM {table.name} GROUP BY _partition_id "
        f"HAVING countIf({_old(table)}) > 0",
        {"edge": edge},
        final=0,
    )
    where = layout.stored(table)
    for month, others in months:
        if others or month >= f"{edge:%Y%m}":  # more of the month may arrive
            await client.command(f"DELETE FROM {where} IN PARTITION ID '{month}' WHERE {_old(table)}", {"edge": edge})
        else:
            await client.command(f"ALTER TABLE {where} DROP PARTITION ID '{month}'")


async def _leave_to_the_server(
    client: ClickHouseClient, layout: Layout, notes: StoreNotes, keep: timedelta, now: datetime
) -> None:
    """Sets the TTL of the tables where it is another one. A server whose clock shows another time deletes nothing."""
    rows = await client.query("SELECT toUnixTimestamp64Milli(now64(3))")
    if abs(int(rows[0][0]) / 1000 - now.timestamp()) > CLOCKS_AGREE_S or await notes.get(TTL) == str(keep.days):
        return
    for table in (*EVENTS, *BESIDE):
        time = "last_moment" if "last_moment" in table.columns else "moment"
        mine = " WHERE NOT sample" if "sample" in table.columns else ""
        ends = f"toDateTime({time}) + INTERVAL {keep.days + LATER_DAYS} DAY"
        await client.command(
            f"ALTER TABLE {layout.stored(table)} MODIFY TTL {ends} DELETE{mine}",
            settings={"materialize_ttl_after_modify": 0},
        )
    await notes.put(TTL, str(keep.days))
