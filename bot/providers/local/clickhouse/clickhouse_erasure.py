"""One person's sessions and events, found and deleted in ClickHouse."""

# ruff: noqa: S608 (names of our own tables are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.providers.local.clickhouse import clickhouse_tables as tables
from bot.providers.local.erasure import as_value

if TYPE_CHECKING:
    from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore

EVENTS = (tables.ACTIONS, tables.ERRORS, tables.VIEWS, tables.OTHERS)
BY_SESSION = (*EVENTS, tables.SEGMENTS, tables.SEARCHED)
_SESSIONS = """
SELECT id FROM sessions
WHERE id = {who:String} OR person = {person:String} OR position(toString(attributes), {text:String}) > 0
UNION DISTINCT SELECT session_id FROM actions WHERE person = {person:String}
UNION DISTINCT SELECT session_id FROM segments WHERE session_id = {who:String}
"""
_THEIRS = "session_id IN {ids:Array(String)}"


async def sessions_of(store: ClickHouseStore, who: str) -> list[str]:
    """As in the embedded store."""
    values = {"who": who, "person": store.rows.person(who), "text": as_value(who)}
    return sorted({str(row[0]) for row in await store.client.query(_SESSIONS, values) if row[0]})


async def erase_sessions(store: ClickHouseStore, sessions: Sequence[str]) -> int:
    """Deletes all rows of these sessions, the sessions last, and returns how many events that were."""
    client, layout, values = store.client, store.layout, {"ids": list(sessions)}
    count = 0
    for table in EVENTS:
        count += int((await client.query(f"SELECT count() FROM {table.name} WHERE {_THEIRS}", values))[0][0])
    ids = f"SELECT DISTINCT id FROM {tables.ACTIONS.name} WHERE {_THEIRS}"
    actions = [str(row[0]) for row in await client.query(ids, values, final=0)]
    where = layout.stored(tables.ACTION_STATES)
    await client.command(f"DELETE FROM {where} WHERE id IN {{actions:Array(UUID)}}", {"actions": actions})
    for table in BY_SESSION:
        await client.command(f"DELETE FROM {layout.stored(table)} WHERE {_THEIRS}", values)
    await client.command(f"DELETE FROM {layout.stored(tables.SESSIONS_SEEN)} WHERE id IN {{ids:Array(String)}}", values)
    return count
