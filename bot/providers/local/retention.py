"""Retention: what is older than the operator keeps is deleted with its recordings, and the space is given back."""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import structlog

from bot.kernel.errors import Upstream
from bot.providers.local import schema
from bot.providers.local.segment_files import folder_of

if TYPE_CHECKING:
    from bot.providers.local.event_store import EventStore
    from bot.providers.local.event_store_port import EventStorePort

DAY_S = 86_400.0
_SLACK = timedelta(days=1)
"""By how much a session may outlive its last piece: its events are deleted first."""
Work = Callable[[duckdb.DuckDBPyConnection], None]


@dataclass(frozen=True, slots=True)
class Forgotten:
    events: int
    sessions: int


async def tidy(store: EventStore, keep: timedelta, now: datetime) -> Forgotten:
    """Deletes events before `now - keep`, and sessions that ended before it with their segments.

    So it does with segments of which no event is left. The sample keeps its own time: it is made anew in a new week.
    Raises Upstream when segments can't be deleted now: they are the next time.
    """
    edge = (now - keep).astimezone(UTC).replace(tzinfo=None)
    gone: list[str] = []
    counts: list[int] = []

    def forget(connection: duckdb.DuckDBPyConnection) -> None:
        connection.begin()
        ended = connection.execute("SELECT id FROM sessions WHERE last_moment < $1 AND NOT sample", [edge]).fetchall()
        gone.extend(row[0] for row in ended)
        for name in ("segments", "searched"):
            connection.execute(f"DELETE FROM {name} WHERE session_id IN (SELECT unnest($1))", [gone])
        for table in (schema.ACTIONS, schema.ERRORS, schema.VIEWS, schema.OTHERS):
            mine = "AND NOT sample" if "sample" in table.columns else ""
            deleted = connection.execute(f"DELETE FROM {table.name} WHERE moment < $1 {mine}", [edge]).fetchone()
            counts.append(int(deleted[0]) if deleted else 0)
        connection.execute("DELETE FROM sessions WHERE last_moment < $1 AND NOT sample", [edge])
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('kept_from', $1)", [edge.isoformat()])
        connection.commit()

    def compact(connection: duckdb.DuckDBPyConnection) -> None:
        with suppress(duckdb.TransactionException):  # somebody is writing; the next time will do
            connection.execute("CHECKPOINT")

    await asyncio.to_thread(store.change, forget)
    await asyncio.to_thread(store.change, compact)
    await forget_recordings(store, gone, now - keep)
    return Forgotten(events=sum(counts), sessions=len(gone))


async def forget_recordings(store: EventStorePort, gone: Sequence[str], edge: datetime) -> None:
    """Deletes the recordings of the sessions that are gone, and those from before `edge` that nobody knows any more."""
    for session_id in gone:
        await store.recordings.forget(session_id)
    sample = await store.query("SELECT DISTINCT session_id FROM segments WHERE sample")
    await store.recordings.forget_before(edge - _SLACK, {folder_of(row[0]) for row in sample})


def forget_sample(connection: duckdb.DuckDBPyConnection, notes: Sequence[str]) -> None:
    """Deletes the rows of the sample, and these notes. Blocking."""
    connection.begin()
    connection.execute("DELETE FROM searched WHERE session_id IN (SELECT session_id FROM segments WHERE sample)")
    for table in schema.TABLES:
        if "sample" in table.columns:
            connection.execute(f"DELETE FROM {table.name} WHERE sample")
    connection.execute("DELETE FROM meta WHERE name IN (SELECT unnest($1))", [list(notes)])
    connection.commit()
    connection.execute("CHECKPOINT")


async def tidy_daily(store: EventStorePort, keep: timedelta) -> None:
    """Runs until it is cancelled: tidies at once and then every day."""
    while True:
        try:
            gone = await store.tidy(keep, store.clock())
            if gone.events or gone.sessions:
                structlog.get_logger().info("old data deleted", events=gone.events, sessions=gone.sessions)
        except Upstream as error:
            structlog.get_logger().warning("old recordings could not be deleted", reason=error.sentence)
        await asyncio.sleep(DAY_S)
