"""The tables of the embedded store as Parquet files: as they are at one moment, and back again."""

# ruff: noqa: S608 (names of our own tables are put together here; paths are quoted)

from __future__ import annotations

import asyncio
from pathlib import Path

import duckdb

from bot.providers.local import schema
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_store_port import EventStorePort

NAMES = (*(table.name for table in schema.TABLES), "meta")


async def export_tables(store: EventStore, folder: Path) -> dict[str, int]:
    """Writes a file for each table into a folder that is made; returns how many rows each has. Writing goes on."""
    return await asyncio.to_thread(_export, store, folder)


def _export(store: EventStore, folder: Path) -> dict[str, int]:
    store.rows_of(f"EXPORT DATABASE {_quoted(folder)} (FORMAT parquet)")
    return {name: _rows(store, folder / f"{name}.parquet") for name in NAMES}


def _rows(store: EventStore, file: Path) -> int:
    return int(store.rows_of(f"SELECT count(*) FROM read_parquet({_quoted(file)})")[0][0])


async def import_tables(store: EventStore, folder: Path) -> None:
    """Replaces everything in the store by what `export_tables` wrote, all of it or nothing. Close the store after."""
    await asyncio.to_thread(store.change, lambda connection: _import(connection, folder))


def _import(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    connection.execute("BEGIN")
    try:
        for name in NAMES:
            connection.execute(f"DELETE FROM {name}")
            rows = f"SELECT * FROM read_parquet({_quoted(folder / f'{name}.parquet')})"
            connection.execute(f"INSERT INTO {name} BY NAME {rows}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


async def has_events(store: EventStorePort) -> bool:
    return bool(await store.query("SELECT 1 FROM sessions LIMIT 1"))


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
