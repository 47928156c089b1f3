"""The embedded store: one DuckDB file with one writer, and a folder of segments beside it."""

from __future__ import annotations

import asyncio
import re
import secrets
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from bot.files.file_store import FileStore
from bot.files.folder_store import FolderStore
from bot.kernel.clock import Clock
from bot.kernel.errors import Conflict, Unavailable
from bot.providers.local import erasure, retention, schema
from bot.providers.local.batch import Batch
from bot.providers.local.commit import Columns, commit, merge
from bot.providers.local.derive import Deriver
from bot.providers.local.dialect import Dialect
from bot.providers.local.duckdb_dialect import DUCKDB
from bot.providers.local.rows import Rows
from bot.providers.local.segment_files import LocalRecordings, RecordingPiece
from bot.providers.local.writer import Writer

FILE = "signals.duckdb"
STREAMED = 10_000
"""Rows that are read at once of an answer that is streamed."""
CLOSINGS = 100
_OWNER = re.compile(r"PID (\d+)")


class EventStore:
    """Use `EventStore.open`. Every method that touches the disk runs in a thread; writes go through one queue.

    `rows` turns RUM events into batches, `recordings` are the segment files, `deriver` finds the signals in them.
    """

    dialect: Dialect = DUCKDB

    def __init__(self, folder: Path, segments: FileStore, connection: duckdb.DuckDBPyConnection, clock: Clock) -> None:
        self.folder = folder
        self.clock = clock
        self.recordings = LocalRecordings(segments)
        self._connection = connection
        self._writing = threading.Lock()
        self._writer = Writer(self.commit)
        self.rows = Rows(bytes.fromhex(self._salt()), clock)
        self.deriver = Deriver(self.recordings, self.query, self.write)
        self.newest: datetime | None = None
        """When anything last arrived since the store was opened."""

    @classmethod
    async def open(
        cls, folder: Path, segments: FileStore | None = None, *, memory: str = "1GB", clock: Clock
    ) -> EventStore:
        """Opens or makes the store in this folder; pieces of recordings are in `segments`, else in a folder beside it.

        Raises Conflict while another process has it open and Unavailable when its file can't be read.
        """
        store = await asyncio.to_thread(cls._open, folder, memory, clock, segments)
        await store.deriver.resume()
        return store

    @classmethod
    def _open(cls, folder: Path, memory: str, clock: Clock, segments: FileStore | None = None) -> EventStore:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            connection = duckdb.connect(folder / FILE, config={"memory_limit": memory})
        except duckdb.IOException as error:
            raise _unopened(folder, error) from error
        for statement in (ddl for table in schema.TABLES for ddl in table.ddl):
            connection.execute(statement)
        connection.execute(schema.META)
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('schema', $1)", [schema.VERSION])
        return cls(folder, segments or FolderStore(folder / "segments"), connection, clock)

    def _salt(self) -> str:
        self._connection.execute("INSERT OR IGNORE INTO meta VALUES ('salt', $1)", [secrets.token_hex(16)])
        return str(self._meta("salt"))

    async def write(self, batch: Batch) -> None:
        """Returns when the batch is on disk. Repeating a batch changes nothing."""
        await self._writer.write(batch)
        self.newest = self.clock()

    async def keep(self, pieces: Sequence[RecordingPiece], batch: Batch) -> None:
        """Stores pieces of recordings with their batch; sessions without signals of their own are searched soon."""
        for piece in pieces:
            await self.recordings.write(piece)
        await self.write(batch)
        for session in {piece.session_id for piece in pieces if piece.format == "rrweb"}:
            self.deriver.soon(session)

    def commit(self, batch: Batch) -> None:
        """Blocking; for the writer, and for whoever is in a thread already."""
        with self._writing:
            commit(self._connection, batch)

    def change(self, work: retention.Work) -> None:
        """Runs blocking work on the writer's connection, between two batches."""
        with self._writing:
            work(self._connection)

    async def query(self, sql: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of one statement, on a connection of its own, so that reading never waits for writing."""
        return await asyncio.to_thread(self.rows_of, sql, values)

    def rows_of(self, sql: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The same, blocking."""
        with self._connection.cursor() as cursor:
            return cursor.execute(sql, dict(values) if values else None).fetchall()

    def stream(self, sql: str, values: Mapping[str, Any] | None = None) -> Iterator[tuple[Any, ...]]:
        """The same, a few rows at a time, for answers that are too large to be held."""
        with self._connection.cursor() as cursor:
            answer = cursor.execute(sql, dict(values) if values else None)
            while rows := answer.fetchmany(STREAMED):
                yield from rows

    async def pages(
        self, sql: str, values: Mapping[str, Any] | None = None
    ) -> AsyncIterator[Sequence[tuple[Any, ...]]]:
        """The same, some rows at a time, for answers that are too large to be held."""
        with self._connection.cursor() as cursor:
            answer = await asyncio.to_thread(cursor.execute, sql, dict(values) if values else None)
            while rows := await asyncio.to_thread(answer.fetchmany, STREAMED):
                yield rows

    async def meta(self, name: str) -> str | None:
        """What is noted about the store under this name."""
        return await asyncio.to_thread(self._meta, name)

    def _meta(self, name: str) -> str | None:
        rows = self.rows_of("SELECT value FROM meta WHERE name = $name", {"name": name})
        return str(rows[0][0]) if rows else None

    async def fill(self, made: Sequence[tuple[schema.Table, Columns]], notes: Mapping[str, str]) -> None:
        """Adds generated rows of the sample, and notes about the store with them."""

        def write(connection: duckdb.DuckDBPyConnection) -> None:
            connection.begin()
            for table, arrays in made:
                merge(connection, table, arrays)
            for note in notes.items():
                connection.execute("INSERT OR REPLACE INTO meta VALUES ($1, $2)", list(note))
            connection.commit()

        await asyncio.to_thread(self.change, write)

    async def forget_sample(self, notes: Sequence[str]) -> None:
        """Deletes the rows of the sample, and these notes."""
        await asyncio.to_thread(self.change, partial(retention.forget_sample, notes=notes))

    async def settle(self, within: float | None = None) -> bool:
        """Whether every piece that was accepted before has been searched, after `within` seconds at most."""
        return await self.deriver.settle(within)

    async def tidy(self, keep: timedelta, now: datetime) -> retention.Forgotten:
        """Deletes what is older than `keep`, recordings too, and gives the space back to the disk."""
        return await retention.tidy(self, keep, now)

    async def sessions_of(self, who: str) -> list[str]:
        return await asyncio.to_thread(erasure.sessions_of, self, who)

    async def erase(self, sessions: Sequence[str]) -> int:
        for session in sessions:
            await self.recordings.forget(session)
        return await asyncio.to_thread(erasure.erase_sessions, self, sessions)

    async def close(self) -> None:
        """Finishes what was accepted."""
        await self.deriver.close()
        await self._writer.close()
        await asyncio.to_thread(self.change, _close)


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    """Between two batches. Blocking: DuckDB refuses to close what is at work, be it that a reading begins."""
    for _ in range(CLOSINGS):
        with suppress(duckdb.Error):
            connection.close()
            return
        time.sleep(0.05)
    connection.close()


def _unopened(folder: Path, error: duckdb.IOException) -> Conflict | Unavailable:
    if "lock" not in str(error):
        return Unavailable("The store %(file)s can’t be opened; it is damaged or not readable.", file=folder / FILE)
    owner = _OWNER.search(str(error))
    who = f"another process ({owner[1]})" if owner else "another process"
    return Conflict(
        "The data folder %(folder)s is in use by %(who)s; stop it, or set REPLAYBOOK_DATA to another folder.",
        folder=folder,
        who=who,
    )
