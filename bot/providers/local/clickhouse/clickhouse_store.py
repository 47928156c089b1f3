"""Events in ClickHouse. Any number of bots may have the store open; recordings are files, as in the embedded one."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.files.file_store import FileStore
from bot.files.folder_store import FolderStore
from bot.kernel.clock import Clock
from bot.providers.local.batch import Batch, Row
from bot.providers.local.clickhouse import clickhouse_erasure, clickhouse_retention
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_dialect import clickhouse_dialect
from bot.providers.local.clickhouse.clickhouse_migrations import check_schema
from bot.providers.local.clickhouse.clickhouse_notes import ERASURES, SALT, StoreNotes
from bot.providers.local.clickhouse.clickhouse_tables import Layout
from bot.providers.local.clickhouse.clickhouse_writer import ClickHouseWriter
from bot.providers.local.commit import Columns
from bot.providers.local.derive import Deriver, SearchStatements
from bot.providers.local.dialect import Dialect
from bot.providers.local.retention import Forgotten, forget_recordings
from bot.providers.local.rows import Rows
from bot.providers.local.schema import Table
from bot.providers.local.segment_files import LocalRecordings, RecordingPiece
from bot.providers.local.writer import Writer

SEARCH = SearchStatements(
    session="""
SELECT person, application, service, env, version, browser, os, device, country, sample, nameless,
  (SELECT arraySort(groupArray((toUnixTimestamp64Milli(moment), view_id))) FROM segments WHERE session_id = {id:String})
FROM sessions WHERE id = {id:String}
""",
    unsearched="""
SELECT session_id FROM segments LEFT JOIN (
  SELECT session_id, max(pieces) AS searched FROM searched WHERE finished GROUP BY session_id
) AS done USING (session_id)
WHERE format = 'rrweb' GROUP BY session_id HAVING count() != max(searched)
""",
)
WAITING, TURNS = 256, 3
"""Deliveries that wait, and inserts that are on their way at once: most of their time is the network's."""
LINGER_S = 0.06
"""Six inserts cost the server 100 ms whether they have ten rows or a thousand, and merges afterwards."""
LOOK_S = 2.0
"""How often a bot looks at most whether others have accepted something."""
_NEWEST = """
SELECT max(received) FROM sessions_seen
WHERE received > {since:DateTime64(3, 'UTC')} AND last_moment > {since:DateTime64(3, 'UTC')} - INTERVAL 1 DAY
"""


class ClickHouseStore:
    """Use `ClickHouseStore.open`. It is one of the two that `EventStorePort` stands for."""

    dialect: Dialect

    def __init__(
        self, folder: Path, segments: FileStore, client: ClickHouseClient, clock: Clock, layout: Layout
    ) -> None:
        self.folder, self.client, self.clock, self.layout = folder, client, clock, layout
        self.recordings = LocalRecordings(segments)
        self.notes = StoreNotes(client, clock)
        self.newest: datetime | None = None
        self._looked = -LOOK_S

    @classmethod
    async def open(
        cls,
        url: str,
        folder: Path,
        segments: FileStore | None = None,
        *,
        clock: Clock,
        cluster: str = "",
    ) -> ClickHouseStore:
        """Pieces of recordings are in `segments`, else in a folder of `folder`.

        Raises Misunderstood for an address that is none, and Upstream, also where the tables are of another version.
        """
        client = await ClickHouseClient.open(url)
        try:
            await check_schema(client)
            store = cls(folder, segments or FolderStore(folder / "segments"), client, clock, Layout(cluster))
            await store._prepare()
        except BaseException:
            await client.close()
            raise
        return store

    async def _prepare(self) -> None:
        self.dialect = await clickhouse_dialect(self.client)
        salt = await self.notes.first(SALT, secrets.token_hex(16))
        self.rows = Rows(bytes.fromhex(salt), self.clock)
        self.rows_written = ClickHouseWriter(self.client, self.rows.now_ms, await self.notes.get(ERASURES) or "")
        self._writer = Writer(self.rows_written.commit, WAITING, TURNS, LINGER_S)
        self.deriver = Deriver(self.recordings, self.query, self.write, SEARCH)
        await self.deriver.resume()

    async def write(self, batch: Batch) -> None:
        """Returns when the batch is kept. Repeating a batch changes nothing. Raises Upstream."""
        await self._writer.write(batch)
        self.newest = self.clock()

    async def keep(self, pieces: Sequence[RecordingPiece], batch: Batch) -> None:
        """Stores pieces of recordings with their batch; sessions without signals of their own are searched soon."""
        for piece in pieces:
            await self.recordings.write(piece)
        await self.write(batch)
        for session in {piece.session_id for piece in pieces if piece.format == "rrweb"}:
            self.deriver.soon(session)

    async def query(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        return await self.client.query(sql, values)

    def pages(self, sql: str, values: Mapping[str, Any] | None = None) -> AsyncIterator[Sequence[Row]]:
        return self.client.pages(sql, values)

    async def meta(self, name: str) -> str | None:
        return await self.notes.get(name) or None

    async def fill(self, made: Sequence[tuple[Table, Columns]], notes: Mapping[str, str]) -> None:
        """Adds generated rows of the sample, and notes about the store with them."""
        for table, arrays in made:
            await self.rows_written.generated(table, arrays)
        for name, value in notes.items():
            await self.notes.put(name, value)

    async def forget_sample(self, notes: Sequence[str]) -> None:
        """Deletes the rows of the sample, and these notes."""
        await clickhouse_retention.forget_sample(self.client, self.layout)
        for name in notes:
            await self.notes.put(name, "")
        self.rows_written.erasures = await self.notes.erased()

    async def settle(self, within: float | None = None) -> bool:
        """Returns whether what this bot accepted has been searched, and learns when others last accepted something."""
        if time.monotonic() - self._looked >= LOOK_S:
            self._looked = time.monotonic()
            rows = await self.query(_NEWEST, {"since": self.clock() - timedelta(hours=1)})
            arrived = [moment.replace(tzinfo=UTC) for (moment,) in rows if moment.year > 1970]
            self.newest = max((*arrived, *filter(None, [self.newest])), default=None)
        return await self.deriver.settle(within)

    async def tidy(self, keep: timedelta, now: datetime) -> Forgotten:
        """Deletes what is older than `keep`, recordings too, and lets the server do so by itself from now on."""
        gone = await clickhouse_retention.tidy(self.client, self.layout, self.notes, keep, now)
        if gone.events or gone.sessions:
            self.rows_written.erasures = await self.notes.erased()
        await forget_recordings(self, gone.sessions, now - keep)
        return Forgotten(events=gone.events, sessions=len(gone.sessions))

    async def sessions_of(self, who: str) -> list[str]:
        return await clickhouse_erasure.sessions_of(self, who)

    async def erase(self, sessions: Sequence[str]) -> int:
        for session in sessions:
            await self.recordings.forget(session)
        count = await clickhouse_erasure.erase_sessions(self, sessions)
        self.rows_written.erasures = await self.notes.erased()
        return count

    async def close(self) -> None:
        """Finishes what was accepted."""
        try:
            await self.deriver.close()
            await self._writer.close()
        finally:
            await self.client.close()
