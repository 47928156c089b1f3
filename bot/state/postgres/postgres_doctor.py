"""What `replaybook doctor` says of Postgres: a round trip, permissions, versions, the clock, the room that is taken."""

from __future__ import annotations

import secrets
from typing import Any

from bot.kernel.clock import ahead_of_ours, system_clock
from bot.kernel.errors import Missing
from bot.kernel.settings import Settings
from bot.state import keys
from bot.state.postgres.migrations import check_schema
from bot.state.postgres.postgres_pool import Connection, PostgresPool, opened_pool
from bot.state.postgres.postgres_records import PostgresRecords

CLOCKS_APART_S = 30.0
_TABLES = ("replaybook_records", "replaybook_due", "replaybook_order")
_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")


async def examined(settings: Settings) -> str:
    """Raises ReplaybookError with what is to be done. Nothing is left behind."""
    async with opened_pool(str(settings.database_url), connections=1, retries=0) as pool:
        schema = await check_schema(pool)
        await _check_rights(pool)
        await _round_trip(PostgresRecords(pool))
        apart, server, size = await _looked_at(pool)
    if abs(apart) > CLOCKS_APART_S:
        raise Missing("PostgreSQL’s clock is %(n)s seconds from this machine’s.", n=round(apart))
    return f"{server}, tables of version {schema}, {size}"


async def _check_rights(pool: PostgresPool) -> None:
    async def missing(connection: Connection, _: bool) -> list[str]:
        asked = "SELECT has_table_privilege(current_user, $1, $2)"
        needed = [(table, right) for table in _TABLES for right in _RIGHTS]
        return [f"{right} on {table}" for table, right in needed if not await connection.fetchval(asked, table, right)]

    if lacking := await pool.run(missing):
        raise Missing("The user in DATABASE_URL lacks %(rights)s.", rights=", ".join(lacking))


async def _round_trip(records: PostgresRecords) -> None:
    """A name that is a new one each time, of a kind that ends by itself."""
    key = keys.record(keys.ALL, "live", f"doctor-{secrets.token_hex(8)}")
    await records.write(key, b"1", 0)
    if await records.read(key) != (b"1", 1) or not await records.delete(key, 1):
        raise Missing("PostgreSQL doesn’t keep what is written to it.")


async def _looked_at(pool: PostgresPool) -> tuple[float, str, str]:
    """Seconds that the clocks are apart, what the server is, and how much it keeps for us."""
    sql = """
    SELECT clock_timestamp() AS now, current_setting('server_version') AS version,
      pg_size_pretty(sum(pg_total_relation_size(name::regclass))) AS size
    FROM unnest($1::text[]) AS name GROUP BY ()
    """
    # What the settings add to the bot's clock is for demonstrations: Postgres has none of it.
    asked = system_clock()
    row: Any = await pool.run(lambda connection, _: connection.fetchrow(sql, list(_TABLES)))
    apart = ahead_of_ours(row["now"], asked, system_clock()).total_seconds()
    return apart, f"PostgreSQL {row['version'].split()[0]}", row["size"]
