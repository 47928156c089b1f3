"""Options that several commands share, and what makes a value of them wrong. A wrong one is the user's mistake."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.kernel.clock import clock_ahead
from bot.kernel.locale import LANGUAGES, Locale, is_spoken
from bot.kernel.settings import Settings, variable


def settings() -> Settings:
    """All settings, those of every provider included. Raises Misunderstood naming the variable that is wrong."""
    from bot.providers.registry import read_settings

    return read_settings(os.environ)


def own_settings() -> Settings:
    """The settings that belong to no provider, for commands that ask none."""
    return Settings.from_env(os.environ)


def moment(text: str | None) -> datetime:
    """An ISO 8601 time, or now as the settings have it. One without an offset is taken as UTC. Raises BadParameter."""
    if text is None:
        return clock_ahead(settings().clock_ahead_s)()
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"“{text}” is no ISO time, such as 2026-11-24T14:00:00+09:00.") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def locale_of(tag: str, zone: str) -> Locale:
    """Raises BadParameter for a zone that doesn't exist: a wrong zone would give wrong numbers in silence."""
    locale = Locale.of(tag, zone)
    if locale.zone.key != zone:
        raise click.BadParameter(f"There is no time zone “{zone}”; one looks like Asia/Seoul.")
    return locale


def writable(path: Path) -> Path:
    """Checked before any work is done. Raises BadParameter; the file itself isn't made or changed."""
    if not path.parent.is_dir():
        raise click.BadParameter(f"There is no folder {path.parent} to write {path.name} into.")
    if path.is_dir():
        raise click.BadParameter(f"{path} is a folder; name a file in it.")
    if path.exists():
        if not os.access(path, os.W_OK):
            raise click.BadParameter(f"{path} is there already and may not be written.")
        return path
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            return path
    except OSError as error:
        raise click.BadParameter(f"Nothing can be written into {path.parent}: {error.strerror}.") from None


def kind_of(output: Path | None, asked: str | None, kinds: Sequence[str]) -> str:
    """Returns what is to be written: what was asked for, else what the file's name ends with, else the first kind.

    Raises BadParameter for a name that says nothing of it, or something else.
    """
    ending = output.suffix.lower().lstrip(".") if output else ""
    if output is None or (asked and ending in {"", asked}):
        return asked or kinds[0]
    if asked:
        raise click.BadParameter(f"--format says {asked}, so {output.name} should end with .{asked}.")
    if ending not in kinds:
        *most, last = (f".{kind}" for kind in kinds)
        raise click.BadParameter(f"{output.name} should end with {', '.join(most)} or {last}.")
    return ending


def _spoken(_context: click.Context, _option: click.Parameter, tag: str) -> str:
    """A language we speak, with or without a territory, which tells the first day of the week."""
    if not is_spoken(tag):
        raise click.BadParameter(f"“{tag}” is no language I speak; choose {' or '.join(LANGUAGES)}.")
    return tag


def _output(_context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    return None if path is None else writable(path)


RECORDING = click.argument("recording", type=click.Path(exists=True, path_type=Path))
OUTPUT = click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), callback=_output, help="Where to write it."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
NOW = click.option("--now", metavar="ISO", help="Ask as if it were this time; without an offset it is UTC.")
ZONE = click.option(
    "--tz",
    "zone",
    metavar="Area/City",
    default="UTC",
    show_default=True,
    envvar=variable("default_zone"),
    show_envvar=True,
    help="The asker's time zone: when a day begins. In the workspace it is the one of the person's profile.",
)
LOCALE = click.option(
    "--locale",
    "tag",
    metavar="TAG",
    default="en",
    show_default=True,
    envvar=variable("default_locale"),
    show_envvar=True,
    callback=_spoken,
    help="The asker's language (en, ko), and with a territory the first day of the week: Sunday in en-US, else Monday.",
)
