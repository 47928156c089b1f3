"""The tables go forward, once, whoever else does the same; a program that doesn't know them leaves them alone."""

from __future__ import annotations

import asyncio

import pytest
from click.testing import CliRunner

from bot.cli.migrate_command import migrate as migrate_command
from bot.kernel.errors import Missing
from bot.state.postgres import migrations
from bot.state.postgres.migrations import NEWEST, check_schema, migrate
from bot.state.postgres.postgres_pool import opened_pool
from bot.state.postgres.postgres_records import opened_postgres
from tests.postgres_server import PostgresServer
from tests.record_stores import postgres_settings, run_sql


async def test_any_number_of_processes_migrate_at_once(postgres_url: str) -> None:
    async def one() -> tuple[int, int]:
        async with opened_pool(postgres_url, connections=1, retries=0) as pool:
            return await migrate(pool)

    done = sorted(await asyncio.gather(*(one() for _ in range(6))))
    assert done == [(0, NEWEST), *[(NEWEST, NEWEST)] * 5]


async def test_a_dry_run_changes_nothing(postgres_url: str) -> None:
    async with opened_pool(postgres_url, connections=1, retries=0) as pool:
        assert await migrate(pool, dry_run=True) == (0, NEWEST)
        with pytest.raises(Missing, match="doesn’t have Replaybook’s tables; run `replaybook migrate`"):
            await check_schema(pool)


async def test_nothing_is_made_at_start_unless_the_settings_say_so(postgres_url: str) -> None:
    with pytest.raises(Missing, match="replaybook migrate"):
        async with opened_postgres(postgres_settings(postgres_url, migrated=False), retries=0):
            pass
    async with opened_postgres(postgres_settings(postgres_url), retries=0):
        pass
    async with opened_postgres(postgres_settings(postgres_url, migrated=False), retries=0):
        pass


async def test_a_migration_that_fails_leaves_the_version_before(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_pool(postgres_url, connections=1, retries=0) as pool:
        await migrate(pool)
        steps = [*migrations.MIGRATIONS, "CREATE TABLE replaybook_more (n int); SELECT 1 / 0"]
        monkeypatch.setattr(migrations, "MIGRATIONS", steps)
        monkeypatch.setattr(migrations, "NEWEST", len(steps))
        with pytest.raises(Exception, match="division by zero"):
            await migrate(pool)
        with pytest.raises(Missing, match=f"of version {NEWEST}, and {NEWEST + 1} is needed"):
            await check_schema(pool)
        monkeypatch.setattr(migrations, "MIGRATIONS", [*steps[:-1], "CREATE TABLE replaybook_more (n int)"])
        assert await migrate(pool) == (NEWEST, NEWEST + 1)


async def test_tables_of_a_newer_program_are_left_alone(postgres_url: str) -> None:
    async with opened_pool(postgres_url, connections=1, retries=0) as pool:
        await migrate(pool)
        await run_sql(postgres_url, f"UPDATE replaybook_schema SET version = {NEWEST + 1}")
        for work in (migrate, check_schema):
            with pytest.raises(Missing, match="it is too old for them"):
                await work(pool)


async def test_a_database_that_can_not_hold_every_letter_is_refused(postgres_server: PostgresServer) -> None:
    await run_sql(
        postgres_server.url("postgres"),
        "DROP DATABASE IF EXISTS latin",
        "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
    )
    with pytest.raises(Missing, match="has the encoding LATIN1; it must be UTF8"):
        async with opened_postgres(postgres_settings(postgres_server.url("latin")), retries=0):
            pass


async def test_a_server_that_is_too_old_is_named(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "OLDEST_SERVER", 99)
    with pytest.raises(Missing, match=r"PostgreSQL \d+ is too old: 99 or newer is needed"):
        async with opened_postgres(postgres_settings(postgres_url), retries=0):
            pass


def test_the_command_says_what_it_does(postgres_server: PostgresServer) -> None:
    asyncio.run(run_sql(postgres_server.url("postgres"), "CREATE DATABASE by_command"))
    variables = {"DATABASE_URL": postgres_server.url("by_command")}

    def said(*arguments: str, **environment: str) -> str:
        result = CliRunner(env=environment).invoke(migrate_command, arguments, catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    assert "PostgreSQL: would go from version 0 to 1." in said("--dry-run", **variables)
    assert "PostgreSQL: went from version 0 to 1." in said(**variables)
    assert "PostgreSQL: version 1, nothing to do." in said(**variables)
    assert "Nothing to migrate" in said(DATABASE_URL="")
