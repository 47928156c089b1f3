"""The tables in Postgres, version by version: only ever forward, in one transaction, by one process at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.kernel.errors import Missing
from bot.kernel.settings import Settings
from bot.state.postgres.postgres_pool import Connection, PostgresPool, opened_pool

OLDEST_SERVER = 14
LOCK = 0x7265706C61790001  # "replay", 1

MIGRATIONS: Sequence[str] = (
    """
CREATE TABLE replaybook_records (
  key text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL,
  version bigint NOT NULL,
  data json NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz
);
CREATE INDEX replaybook_records_expires_at ON replaybook_records (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE replaybook_due (
  index_name text COLLATE "C",
  team text COLLATE "C",
  id text COLLATE "C",
  at timestamptz NOT NULL,
  PRIMARY KEY (index_name, team, id)
);
CREATE INDEX replaybook_due_at ON replaybook_due (index_name, at);
CREATE TABLE replaybook_order (
  kind text COLLATE "C",
  team text COLLATE "C",
  id text COLLATE "C",
  place bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (kind, team, id)
);
CREATE UNIQUE INDEX replaybook_order_place ON replaybook_order (kind, team, place);
""",
)
"""Each brings the tables from the version of its index to the next. One that was released is never changed."""
NEWEST = len(MIGRATIONS)


async def migrate(pool: PostgresPool, *, dry_run: bool = False) -> tuple[int, int]:
    """Brings the tables to the newest version, unless it is a dry run. Returns the version before, and the newest.

    Raises Missing when the tables are newer than this program, or the server doesn't do.
    """

    async def migrated(connection: Connection, _: bool) -> tuple[int, int]:
        await _check_server(connection)
        if dry_run:
            return await _version(connection), NEWEST
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK, timeout=None)
            before = await _version(connection)
            _check_known(before)
            if before == 0:
                await connection.execute("CREATE TABLE IF NOT EXISTS replaybook_schema (version int PRIMARY KEY)")
            for statement in MIGRATIONS[before:]:
                await connection.execute(statement, timeout=None)
            if before < NEWEST:
                await connection.execute("DELETE FROM replaybook_schema")
                await connection.execute("INSERT INTO replaybook_schema VALUES ($1)", NEWEST)
            return before, NEWEST

    return await pool.run(migrated)


async def migrate_records(settings: Settings, dry_run: bool) -> str | None:
    """For `replaybook migrate`."""
    if settings.database_url is None:
        return None
    async with opened_pool(str(settings.database_url), connections=1, retries=0) as pool:
        before, newest = await migrate(pool, dry_run=dry_run)
    if before == newest:
        return f"PostgreSQL: version {newest}, nothing to do."
    return f"PostgreSQL: {'would go' if dry_run else 'went'} from version {before} to {newest}."


async def check_schema(pool: PostgresPool) -> int:
    """Returns the version of the tables. Raises Missing unless they are of the version that this program knows."""

    async def checked(connection: Connection, _: bool) -> int:
        await _check_server(connection)
        version = await _version(connection)
        _check_known(version)
        if version == 0:
            raise Missing("PostgreSQL doesn’t have Replaybook’s tables; run `replaybook migrate`.")
        if version < NEWEST:
            raise Missing(
                "Replaybook’s tables in PostgreSQL are of version %(there)s, and %(needed)s is needed; "
                "run `replaybook migrate`.",
                there=version,
                needed=NEWEST,
            )
        return version

    return await pool.run(checked)


async def _version(connection: Connection) -> int:
    if await connection.fetchval("SELECT to_regclass('replaybook_schema')") is None:
        return 0
    version: Any = await connection.fetchval("SELECT max(version) FROM replaybook_schema")
    return int(version or 0)


def _check_known(version: int) -> None:
    if version > NEWEST:
        raise Missing(
            "Replaybook’s tables in PostgreSQL are of version %(there)s, and this program knows %(needed)s: "
            "it is too old for them.",
            there=version,
            needed=NEWEST,
        )


async def _check_server(connection: Connection) -> None:
    version, encoding = connection.get_server_version(), connection.get_settings().server_encoding
    if version.major < OLDEST_SERVER:
        raise Missing(
            "PostgreSQL %(version)s is too old: %(oldest)s or newer is needed.",
            version=version.major,
            oldest=OLDEST_SERVER,
        )
    if encoding.replace("-", "").upper() != "UTF8":
        raise Missing("The database in DATABASE_URL has the encoding %(encoding)s; it must be UTF8.", encoding=encoding)
