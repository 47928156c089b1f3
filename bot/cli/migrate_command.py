"""`replaybook migrate`: brings the tables of what the settings name to the version that this program needs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pkgutil import resolve_name
from typing import TYPE_CHECKING

import click

from bot.cli import options

if TYPE_CHECKING:
    from bot.kernel.settings import Settings

TARGETS = ("bot.state.postgres.migrations:migrate_records", "bot.providers.local.open_local:migrate_events")
"""What there may be to migrate: `async (settings, dry_run) -> sentence`, or None where the settings don't name it."""
Migrate = Callable[["Settings", bool], Awaitable[str | None]]


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
def migrate(dry_run: bool) -> None:
    """Bring the tables in Postgres (DATABASE_URL) and ClickHouse (REPLAYBOOK_EVENTS) to the version of this program.

    Versions only go forward. It is safe to run twice, by several processes at once, and while bots run.
    """
    asyncio.run(_migrated(options.settings(), dry_run=dry_run))


async def _migrated(settings: Settings, *, dry_run: bool) -> None:
    migrations: list[Migrate] = [resolve_name(target) for target in TARGETS]
    sentences = [await migration(settings, dry_run) for migration in migrations]
    for sentence in sentences:
        if sentence:
            click.echo(sentence)
    if not any(sentences):
        click.echo("Nothing to migrate: the settings name no engine that has tables.")
