"""Fixtures: a PostgreSQL for the session, empty databases in it, and each implementation of the records' store."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from bot.kernel.settings import Secret, Settings
from bot.state.postgres.postgres_records import PostgresRecords, opened_postgres
from bot.state.records import RecordStore
from bot.state.redis_records import RedisRecords
from tests.postgres_server import PostgresServer, running_postgres

STORES = ("redis", "postgres")
_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Up when it is first asked for."""
    with running_postgres() as server:
        yield server


@pytest.fixture
async def postgres_url(postgres_server: PostgresServer) -> str:
    """The URL of a new database, without tables."""
    name = f"empty_{next(_numbers)}"
    await run_sql(postgres_server.url("postgres"), f"CREATE DATABASE {name}")
    return postgres_server.url(name)


@pytest.fixture(scope="session")
def migrated_database() -> set[str]:
    """Has the name of the one database that tests of the store take turns with."""
    return set()


@pytest.fixture
async def postgres_records(
    postgres_server: PostgresServer, migrated_database: set[str]
) -> AsyncIterator[PostgresRecords]:
    """A store in Postgres, emptied before the test."""
    if not migrated_database:
        await run_sql(postgres_server.url("postgres"), "CREATE DATABASE records")
        migrated_database.add("records")
    async with opened_postgres(postgres_settings(postgres_server.url("records")), retries=9) as store:
        await run_sql(postgres_server.url("records"), "TRUNCATE replaybook_records, replaybook_due, replaybook_order")
        yield store


def postgres_settings(url: str, *, connections: int = 10, migrated: bool = True) -> Settings:
    return Settings(database_url=Secret(url), database_connections=connections, migrate_at_start=migrated)


@pytest.fixture(params=STORES)
def records(request: pytest.FixtureRequest) -> RecordStore:
    """Each implementation, empty."""
    if request.param == "redis":
        return RedisRecords(request.getfixturevalue("redis"))
    store: PostgresRecords = request.getfixturevalue("postgres_records")
    return store


async def run_sql(url: str, *statements: str) -> None:
    """As the server's owner, without any of the product's code."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def sql_value(url: str, query: str) -> Any:
    """The one value that a query gives."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()
