"""What is kept: recordings brought in, notebooks taken out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from bot.cli import help_if_alone, options
from bot.cli.progress import bar

if TYPE_CHECKING:
    from bot.notebook.ports import Published
    from bot.providers.local.clickhouse.copy_events import CopiedEvents
    from bot.providers.local.import_ import Imported
    from bot.services.postmortems.export_notebook import ExportContext

KINDS = ("md", "zip", "html", "pdf")


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
    from bot.providers.local.import_ import import_paths
    from bot.providers.local.open_local import open_events

    settings = options.settings()
    store = await open_events(settings, clock_ahead(settings.clock_ahead_s))
    try:
        with bar("import") as draw:
            return await import_paths(store, paths, lambda n, of, name: draw(name, n / of) if draw else None)
    finally:
        await store.close()


@click.command("copy-events")
@click.argument("folder", metavar="FROM", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("address", metavar="TO")
def copy_events(folder: Path, address: str) -> None:
    """Copy the events of an embedded store into ClickHouse.

    FROM is a data folder (REPLAYBOOK_DATA) that no bot uses at the moment, TO an address as REPLAYBOOK_EVENTS has it,
    of tables that `replaybook migrate` made. Every row is looked for afterwards. What broke off goes on when it is
    called again; copying twice changes nothing. Recordings are files, and stay where they are.
    """
    done = asyncio.run(_copied(folder, address))
    for table, (kept, there) in done.rows.items():
        click.echo(f"{table}: {kept:,} here, {there:,} in ClickHouse.")


async def _copied(folder: Path, address: str) -> CopiedEvents:
    """Raises Conflict while a bot has the folder, and what opening ClickHouse raises."""
    from bot.kernel.clock import clock_ahead
    from bot.providers.local.open_local import copied_events

    settings = options.settings()
    with bar("copy") as draw:
        return await copied_events(settings, folder, address, clock_ahead(settings.clock_ahead_s), draw)


@click.group(invoke_without_command=True)
@click.pass_context
def notebook(context: click.Context) -> None:
    """Take post-mortems out, as files."""
    help_if_alone(context)


@notebook.command()
@click.argument("id")
@options.OUTPUT
@click.option("--format", "kind", type=click.Choice(KINDS), help="What to write; else what the file's name ends in.")
@click.option("--short", is_flag=True, help="Of the timeline only what people starred, and no discussion.")
@click.option("--to", metavar="NAME", help="Publish it instead, such as to `confluence`; updates what is there.")
def export(id: str, output: Path | None, kind: str | None, short: bool, to: str | None) -> None:
    """Write the post-mortem with this ID as Markdown, ZIP, HTML or PDF; Markdown is printed without --output.

    The ID is the last part of the notebook's address: /notebooks/ID; write -- before one that begins with a hyphen.
    A ZIP has the Markdown with its files.
    """
    if to:
        _say_published(asyncio.run(_published(id, to)))
        return
    kind = kind or options.kind_of(output, None, KINDS)
    if output is None and kind != "md":
        raise click.UsageError(f"Name a file for the {kind.upper()}, such as --output postmortem.{kind}.")
    with ExitStack() as stack:
        write = _writer(output, stack) if output else lambda data: click.echo(data.decode(), nl=False)
        asyncio.run(_exported(id, kind, write, short=short))
    if output:
        click.echo(str(output))


def _writer(path: Path, stack: ExitStack) -> Callable[[bytes], object]:
    """Writes into a file that is made with the first piece, so that a failure before leaves none."""
    opened: list[BinaryIO] = []

    def write(data: bytes) -> None:
        if not opened:
            opened.append(stack.enter_context(path.open("wb")))
        opened[0].write(data)

    return write


async def _exported(id: str, kind: str, write: Callable[[bytes], object], *, short: bool) -> None:
    from bot.services.postmortems import export_notebook

    async with _exports("exported", id) as context:
        exported = await export_notebook.exported(context, id, short=short)
        match kind:
            case "zip":
                async for piece in export_notebook.as_zip(context, exported):
                    write(piece)
            case "pdf":
                write(await export_notebook.as_pdf(context, exported))
            case "html":
                write((await export_notebook.as_html(context, exported)).encode())
            case _:
                write(export_notebook.as_markdown(context, exported).encode())


async def _published(id: str, to: str) -> Published:
    from bot.services.postmortems import export_notebook

    async with _exports("published", id) as context:
        return await export_notebook.publish(context, await context.notebooks.get(id), to)


def _say_published(published: Published) -> None:
    click.echo(published.link if published.changed else f"{published.link} (it has all of it already)")
    if published.kept:
        click.echo(f"Changed there by people, so left as they are: {', '.join(published.kept)}.", err=True)
    if published.left_out:
        click.echo(f"Not taken there, so linked to: {', '.join(published.left_out)}.", err=True)


@asynccontextmanager
async def _exports(what: str, id: str) -> AsyncIterator[ExportContext]:
    """Notebooks of the chosen provider; a PDF is printed by this process itself. Noted in the audit log.

    Raises Missing for a notebook that isn't there.
    """
    from bot.app import build
    from bot.app.base import public_address
    from bot.kernel.clock import clock_ahead
    from bot.notebook.notebook_text import NotebookText
    from bot.providers import chosen
    from bot.providers.provider import Setup
    from bot.services.access.audit_log import AuditLog, by_operator
    from bot.state.connection import connected
    from bot.state.embedded_server import redis_url
    from bot.state.redis_records import opened_records

    settings = options.settings()
    public_url = public_address(settings)
    async with (
        redis_url(settings.redis_url, settings.data) as url,
        connected(url) as redis,
        opened_records(settings, redis) as records,
    ):
        clock = clock_ahead(settings.clock_ahead_s)
        setup = Setup(settings, redis, records, public_url, clock)
        async with chosen.opened(setup) as parts:
            notebook = await parts.notebooks.get(id)
            entry = by_operator(f"notebook.{what}", "notebook", id, notebook.team, notebook.channel)
            await AuditLog(records, clock).note(entry, clock().isoformat())
            yield build.export_context(settings, parts, build.OwnPrints(settings), public_url, NotebookText.load())
