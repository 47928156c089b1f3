"""What is kept: recordings brought in, notebooks taken out."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from bot.cli import options


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def import_(paths: tuple[Path, ...]) -> None:
    """Take recordings (rrweb JSON, Datadog folders) and RUM events (NDJSON) from disk into the local store."""
    from bot.providers.local.import_ import import_paths
    from bot.providers.local.store import Store

    def tell(done: int, whole: int, name: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"[{done + 1}/{whole}] {name}", err=True)

    async def take() -> str:
        store = await Store.open(options.settings().data / "rum")
        try:
            return str(await import_paths(store, paths, tell))
        finally:
            await store.close()

    click.echo(asyncio.run(take()))


@click.group()
def notebook() -> None:
    """Post-mortem notebooks."""


@notebook.command()
@click.argument("id")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else it is printed.")
def export(id: str, output: Path | None) -> None:
    """Write a notebook as markdown."""
    text = asyncio.run(_exported(id))
    if output:
        output.write_text(text, encoding="utf-8")
        click.echo(str(output))
    else:
        click.echo(text, nl=False)


async def _exported(id: str) -> str:
    from bot.notebook.words import Words
    from bot.providers.local.notebooks import LocalNotebooks
    from bot.runtime.locale import Locale
    from bot.runtime.redis import connected
    from bot.runtime.server import redis_url

    settings = options.settings()
    async with redis_url(settings.redis_url, settings.data) as url, connected(url) as redis:
        found = await LocalNotebooks(redis).get(id)
    locale = Locale.of(found.language, found.zone)
    return Words.load().to_markdown(found, locale, base_url=(settings.public_url or "").rstrip("/"))
