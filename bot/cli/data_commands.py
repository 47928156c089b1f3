"""What is kept: recordings brought in, notebooks taken out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import help_if_alone, options
from bot.cli.progress import bar

if TYPE_CHECKING:
    from bot.providers.local.import_ import Imported


@click.command("import")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def import_(paths: tuple[Path, ...]) -> int:
    """Take recordings and RUM events from disk into the local store. Importing the same twice changes nothing.

    \b
    PATH is one of
      a file      rrweb (JSON, JSONL), PostHog, Sentry, or RUM events (NDJSON); gzip and zlib, too
      a session   a folder with segments/, as the Datadog SDK sends them, with its events beside in *.ndjson
      a folder    every file of these in it

    What can't be read is named with the reason, and the exit code is 1; everything else is kept.
    """
    done = asyncio.run(_imported(paths))
    click.echo(f"Files: {done.files:,}, events: {done.events:,}, sessions: {len(done.sessions):,}.")
    for path, why in done.refused:
        click.echo(f"Left out {path}: {why}", err=True)
    return 1 if done.refused else 0


async def _imported(paths: tuple[Path, ...]) -> Imported:
    """Raises Conflict while the bot runs on the same folder: only one process writes the store."""
    from bot.kernel.clock import clock_ahead
    from bot.providers.local.event_store import EventStore
    from bot.providers.local.import_ import import_paths

    settings = options.own_settings()
    store = await EventStore.open(settings.data / "rum", clock=clock_ahead(settings.clock_ahead_s))
    try:
        with bar("import") as draw:
            return await import_paths(store, paths, lambda n, of, name: draw(name, n / of) if draw else None)
    finally:
        await store.close()


@click.group(invoke_without_command=True)
@click.pass_context
def notebook(context: click.Context) -> None:
    """Take post-mortem notebooks out."""
    help_if_alone(context)


@notebook.command()
@click.argument("id")
@options.OUTPUT
def export(id: str, output: Path | None) -> None:
    """Write the notebook with this ID as markdown; without --output it is printed.

    The ID is the last part of the notebook's address: /notebooks/ID.
    """
    text = asyncio.run(_exported(id))
    if output:
        output.write_text(text, encoding="utf-8")
        click.echo(str(output))
    else:
        click.echo(text, nl=False)


async def _exported(id: str) -> str:
    from bot.kernel.locale import Locale
    from bot.notebook.notebook_text import NotebookText
    from bot.providers.local.local_notebooks import LocalNotebooks
    from bot.state.connection import connected
    from bot.state.embedded_server import redis_url

    settings = options.own_settings()
    async with redis_url(settings.redis_url, settings.data) as url, connected(url) as redis:
        found = await LocalNotebooks(redis).get(id)
    locale = Locale.of(found.language, found.zone)
    return NotebookText.load().to_markdown(found, locale, base_url=(settings.public_url or "").rstrip("/"))
