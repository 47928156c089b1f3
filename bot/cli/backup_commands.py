"""Everything that people's work depends on, into one file and out of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from bot.cli import options
from bot.cli.progress import bar


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(["files", "events"]),
    help="Leave them out, such as what is in a bucket that has copies of its own; repeatable.",
)
def backup(file: Path, without: tuple[str, ...]) -> None:
    """Write records, files and events into FILE, while the bot runs or not.

    The file holds what people wrote and recordings: keep it like the data itself. It has its name when it is complete.
    """
    from bot.app.backup.backup_file import RECORDS
    from bot.app.backup.take_backup import take_backup

    path = options.writable(file)
    with bar("backup") as draw:
        made = asyncio.run(take_backup(options.settings(), path, without, lambda what: draw(what, 0) if draw else None))
    events = sum(member.items for name, member in made.members.items() if name.startswith("events/"))
    files = sum(made.files.values())
    click.echo(f"{path}: records {made.members[RECORDS].items:,}, files {files:,}, rows of events {events:,}.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Delete the records and events that are there first.")
def restore(file: Path, replace: bool) -> None:
    """Bring a backup into what the settings name, be it another engine. Stop every bot and worker first.

    A place that isn't empty is refused, and so is a file that is damaged or newer. After a kill, run it again.
    """
    from contextlib import closing

    from bot.app.backup.backup_file import BackupReader
    from bot.app.backup.restore_backup import restore_backup

    with closing(BackupReader(file)) as reader, bar("restore") as draw:
        asyncio.run(
            restore_backup(options.settings(), reader, lambda what: draw(what, 0) if draw else None, replace=replace)
        )
        made = reader.manifest.made
    click.echo(f"Restored the backup of {made:%Y-%m-%d %H:%M} UTC.")
