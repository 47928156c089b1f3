"""Records in Postgres: one statement each, so that nothing is ever half done."""

# ruff: noqa: S608 (only our own texts are put together; values are parameters)

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.kernel.errors import ReplaybookError, Unavailable
from bot.kernel.settings import Settings
from bot.state.connection import READY_S
from bot.state.postgres.migrations import check_schema, migrate
from bot.state.postgres.postgres_pool import Connection, PostgresPool, opened_pool
from bot.state.records import ABSENT, EVERY_TEAM, kind_of, lifetime_ms

PURGE_EVERY = timedelta(hours=1)
PURGED_AT_ONCE = 1000
READ_AT_ONCE = 200

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

ALIVE = "(expires_at IS NULL OR expires_at > now())"
_READ = f"SELECT data, version FROM replaybook_records WHERE key = $1 AND {ALIVE}"
_EVERY = f"SELECT key, data FROM replaybook_records WHERE key > $1 AND {ALIVE} ORDER BY key LIMIT $2"
_NAMES = f"SELECT key FROM replaybook_records WHERE key > $1 AND {ALIVE} ORDER BY key LIMIT $2"
_VERSION = f"SELECT version FROM replaybook_records WHERE key = $1 AND {ALIVE}"
_END = "now() + make_interval(secs => $4)"  # NULL for ever where $4 is
# A record whose lifetime is over is absent, so that a new one takes its row.
_CREATE = f"""
INSERT INTO replaybook_records AS r (key, kind, version, data, expires_at) VALUES ($1, $2, 1, $3, {_END})
ON CONFLICT (key) DO UPDATE SET version = 1, data = EXCLUDED.data, changed_at = now(), expires_at = EXCLUDED.expires_at
WHERE r.expires_at <= now() RETURNING version
"""
_REPLACE = f"""
UPDATE replaybook_records SET kind = $2, version = version + 1, data = $3, changed_at = now(), expires_at = {_END}
WHERE key = $1 AND version = $5 AND {ALIVE} RETURNING version
"""
_SAME = f"SELECT version FROM replaybook_records WHERE key = $1 AND version = $2 AND data::text = $3 AND {ALIVE}"
_DELETE = f"DELETE FROM replaybook_records WHERE key = $1 AND version = $2 AND {ALIVE} RETURNING version"
_TOUCH = f"UPDATE replaybook_records SET expires_at = now() + make_interval(secs => $2) WHERE key = $1 AND {ALIVE}"
_SCHEDULE = """
INSERT INTO replaybook_due (index_name, team, id, at) VALUES ($1, $2, $3, $4) ON CONFLICT (index_name, team, id)
"""
_DUE = "SELECT team, id FROM replaybook_due WHERE index_name = $1 AND at <= $2 ORDER BY at, team, id LIMIT $3"
_SCHEDULED = "SELECT id FROM replaybook_due WHERE index_name = $1 AND team = $2 ORDER BY at, id"
_BETWEEN = "SELECT team, id FROM replaybook_due WHERE index_name = $1 AND at >= $2 AND at < $3 ORDER BY at, team, id"
_APPEND = """
INSERT INTO replaybook_order (kind, team, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id
"""
_SHORTEN = """
DELETE FROM replaybook_order WHERE kind = $1 AND team = $2 AND place <= (
  SELECT place FROM replaybook_order WHERE kind = $1 AND team = $2 ORDER BY place DESC OFFSET $3 LIMIT 1)
"""
_NEWEST = """
SELECT id FROM replaybook_order WHERE kind = $1 AND team = $2 ORDER BY place DESC LIMIT $3 OFFSET $4
"""
_PURGE = """
DELETE FROM replaybook_records WHERE key IN (
  SELECT key FROM replaybook_records WHERE expires_at <= now() LIMIT $1 FOR UPDATE SKIP LOCKED)
"""


class PostgresRecords:
    """The RecordStore beyond one machine."""

    def __init__(self, pool: PostgresPool) -> None:
        self.pool = pool

    async def read(self, key: str) -> tuple[bytes, int] | None:
        row = await self._row(_READ, key)
        return (row["data"].encode(), row["version"]) if row else None

    async def version(self, key: str) -> int:
        row = await self._row(_VERSION, key)
        return row["version"] if row else ABSENT

    async def write(self, key: str, data: bytes, expected: int) -> int | None:
        text, values = data.decode(), (key, kind_of(key), data.decode(), _seconds(key))

        async def written(connection: Connection, again: bool) -> int | None:
            version: int | None = await (
                connection.fetchval(_REPLACE, *values, expected) if expected else connection.fetchval(_CREATE, *values)
            )
            if version is None and again:  # the try whose answer was lost may have been the one who was faster
                version = await connection.fetchval(_SAME, key, expected + 1, text)
            return version

        return await self.pool.run(written)

    async def delete(self, key: str, expected: int) -> bool:
        async def deleted(connection: Connection, again: bool) -> bool:
            if expected and await connection.fetchval(_DELETE, key, expected):
                return True
            there = await connection.fetchval(_VERSION, key)
            return there is None and (again or not expected)

        return await self.pool.run(deleted)

    async def touch(self, key: str) -> None:
        await self._execute(_TOUCH, key, _seconds(key))

    async def schedule(self, index: str, team: str, id: str, when: datetime, *, anew: bool) -> None:
        late = "DO UPDATE SET at = EXCLUDED.at" if anew else "DO NOTHING"
        await self._execute(_SCHEDULE + late, index, team, id, when)

    async def unschedule(self, index: str, team: str, id: str) -> None:
        await self._execute(
            "DELETE FROM replaybook_due WHERE index_name = $1 AND team = $2 AND id = $3", index, team, id
        )

    async def due(self, index: str, now: datetime, limit: int) -> list[tuple[str, str]]:
        return [(row["team"], row["id"]) for row in await self._rows(_DUE, index, now, limit)]

    async def scheduled(self, index: str, team: str) -> list[str]:
        return [row["id"] for row in await self._rows(_SCHEDULED, index, team)]

    async def scheduled_between(self, index: str, since: datetime, until: datetime) -> list[tuple[str, str]]:
        return [(row["team"], row["id"]) for row in await self._rows(_BETWEEN, index, since, until)]

    async def append(self, kind: str, team: str, id: str, most: int) -> None:
        async def appended(connection: Connection, _: bool) -> None:
            async with connection.transaction():
                for each in (EVERY_TEAM, team):
                    if await connection.fetchval(_APPEND, kind, each, id) is not None:  # a second time changes nothing
                        await connection.execute(_SHORTEN, kind, each, most)

        await self.pool.run(appended)

    async def newest(self, kind: str, team: str, limit: int, skip: int) -> list[str]:
        return [row["id"] for row in await self._rows(_NEWEST, kind, team, limit, skip)]

    async def names(self) -> AsyncIterator[str]:
        last = ""
        while rows := await self._rows(_NAMES, last, READ_AT_ONCE):
            for row in rows:
                yield row["key"]
            last = rows[-1]["key"]

    async def every(self) -> AsyncIterator[bytes]:
        last = ""
        while rows := await self._rows(_EVERY, last, READ_AT_ONCE):
            for row in rows:
                yield row["data"].encode()
            last = rows[-1]["key"]

    async def ready(self) -> None:
        try:
            async with asyncio.timeout(READY_S):
                await self._row("SELECT 1")
        except TimeoutError:
            raise Unavailable("PostgreSQL doesn’t answer.") from None

    async def purge(self) -> int:
        """Deletes what nobody sees any more; returns how many records that were. Any number may do it at once."""

        async def purged(connection: Connection, _: bool) -> int:
            return int((await connection.execute(_PURGE, PURGED_AT_ONCE)).split()[-1])

        gone = 0
        while some := await self.pool.run(purged):
            gone += some
        return gone

    async def _row(self, sql: str, *values: object) -> Mapping[str, Any] | None:
        return await self.pool.run(lambda connection, _: connection.fetchrow(sql, *values))

    async def _rows(self, sql: str, *values: object) -> list[Mapping[str, Any]]:
        return await self.pool.run(lambda connection, _: connection.fetch(sql, *values))

    async def _execute(self, sql: str, *values: object) -> None:
        await self.pool.run(lambda connection, _: connection.execute(sql, *values))


def _seconds(key: str) -> float | None:
    return lifetime_ms(key) / 1000 or None


@asynccontextmanager
async def opened_postgres(settings: Settings, *, retries: int) -> AsyncIterator[PostgresRecords]:
    """Migrates first if the settings say so. Raises Missing for tables of another version, and what opening raises."""
    url, connections = str(settings.database_url), settings.database_connections
    async with opened_pool(url, connections=connections, retries=retries) as pool:
        if settings.migrate_at_start:
            await migrate(pool)
        await check_schema(pool)
        records = PostgresRecords(pool)
        purging = asyncio.create_task(_purge_hourly(records))
        try:
            yield records
        finally:
            purging.cancel()
            with suppress(asyncio.CancelledError):
                await purging


async def _purge_hourly(records: PostgresRecords) -> None:
    while True:
        await asyncio.sleep(PURGE_EVERY.total_seconds() * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load
        try:
            await records.purge()
        except ReplaybookError as error:
            log.warning("records that are over can't be deleted now", why=error.sentence)
