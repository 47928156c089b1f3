"""All records in Postgres at once, for backups."""

# ruff: noqa: S608 (only our own texts are put together; values are parameters)

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec

from bot.state.postgres.postgres_pool import Connection, PostgresPool
from bot.state.postgres.postgres_records import ALIVE
from bot.state.record_archive import Stored, StoredDue, StoredOrder, StoredRecord
from bot.state.records import kind_of

_RECORDS = f"SELECT key, version, data, expires_at FROM replaybook_records WHERE {ALIVE} ORDER BY key"
_DUE = """
SELECT index_name, team, array_agg(id ORDER BY at, id) AS ids, array_agg(at ORDER BY at, id) AS dates
FROM replaybook_due GROUP BY index_name, team ORDER BY index_name, team
"""
_ORDERS = """
SELECT kind, team, array_agg(id ORDER BY place) AS ids FROM replaybook_order GROUP BY kind, team ORDER BY kind, team
"""
_PUT = """
INSERT INTO replaybook_records (key, kind, version, data, expires_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (key) DO UPDATE
SET version = EXCLUDED.version, data = EXCLUDED.data, changed_at = now(), expires_at = EXCLUDED.expires_at
"""
_PUT_DUE = """
INSERT INTO replaybook_due (index_name, team, id, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (index_name, team, id) DO UPDATE SET at = EXCLUDED.at
"""
_PUT_PLACE = "INSERT INTO replaybook_order (kind, team, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"


class PostgresArchive:
    """Reads one snapshot, while everybody else goes on."""

    def __init__(self, pool: PostgresPool) -> None:
        self._pool = pool

    async def everything(self) -> AsyncIterator[bytes]:
        async with self._pool.snapshot() as connection:
            async for row in connection.cursor(_RECORDS):
                data = msgspec.Raw(row["data"].encode())
                yield msgspec.json.encode(StoredRecord(row["key"], row["version"], data, row["expires_at"]))
            async for row in connection.cursor(_DUE):
                dates = dict(zip(row["ids"], row["dates"], strict=True))
                yield msgspec.json.encode(StoredDue(row["index_name"], row["team"], dates))
            async for row in connection.cursor(_ORDERS):
                yield msgspec.json.encode(StoredOrder(row["kind"], row["team"], row["ids"]))

    async def put_all(self, stored: Sequence[Stored]) -> None:
        records = [
            (each.key, kind_of(each.key), each.version, bytes(each.data).decode(), each.expires)
            for each in stored
            if isinstance(each, StoredRecord)
        ]
        dates = [
            (each.index, each.team, id, at)
            for each in stored
            if isinstance(each, StoredDue)
            for id, at in each.dates.items()
        ]
        places = [(each.kind, each.team, id) for each in stored if isinstance(each, StoredOrder) for id in each.ids]

        async def put(connection: Connection, _: bool) -> None:
            async with connection.transaction():
                await connection.executemany(_PUT, records)
                await connection.executemany(_PUT_DUE, dates)
                await connection.executemany(_PUT_PLACE, places)

        await self._pool.run(put)

    async def count(self) -> int:
        sql = f"SELECT count(*) FROM replaybook_records WHERE {ALIVE}"
        number: int = await self._pool.run(lambda connection, _: connection.fetchval(sql))
        return number

    async def clear(self) -> None:
        async def cleared(connection: Connection, _: bool) -> None:
            async with connection.transaction():
                for table in ("records", "due", "order"):
                    await connection.execute(f"DELETE FROM replaybook_{table}")

        await self._pool.run(cleared)
