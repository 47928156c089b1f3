"""Options that several commands share."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.runtime.locale import Locale
from bot.runtime.settings import Settings


def settings() -> Settings:
    """Raises Misunderstood naming the variable that is wrong."""
    return Settings.from_env(os.environ)


def moment(text: str | None) -> datetime:
    """An ISO 8601 time, or now. One without an offset is taken as UTC. Raises BadParameter."""
    if text is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"“{text}” is no ISO time, such as 2026-11-24T14:00:00+09:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def locale_of(tag: str, zone: str) -> Locale:
    """Raises BadParameter for a zone that doesn't exist: a wrong zone would give wrong numbers in silence."""
    found = Locale.of(tag, zone)
    if found.zone.key != zone:
        raise click.BadParameter(f"There is no time zone “{zone}”; one looks like Asia/Seoul.")
    return found


RECORDING = click.argument("recording", type=click.Path(exists=True, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
NOW = click.option("--now", metavar="ISO", help="Ask as if it were this time.")
ZONE = click.option(
    "--tz", "zone", metavar="Area/City", default="UTC", show_default=True, help="The asker's time zone."
)
LOCALE = click.option("--locale", "tag", default="en", show_default=True, help="The asker's language: en, ko.")
