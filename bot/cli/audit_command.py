"""The audit log, as lines of JSON or in words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from bot.cli import options

if TYPE_CHECKING:
    from bot.services.access.audit_log import AuditEntry, AuditLog


@click.command()
@click.option("--since", metavar="ISO", required=True, help="From this time or day on; without an offset it is UTC.")
@click.option("--until", metavar="ISO", help="Before this time; without it, up to now.")
@click.option("--person", metavar="ID", default="", help="Of one person, by their id in Slack (U…).")
@options.JSON
def audit(since: str, until: str | None, person: str, as_json: bool) -> None:
    """Say who asked, saw, clipped, changed, exported and answered what, and when; the oldest first.

    With --json one object a line, in the fields of docs/audit.md.
    """
    begin, end = options.moment(since), options.moment(until)
    if until is None:
        end += timedelta(seconds=1)
    if begin >= end:
        raise click.BadParameter("--since must be before --until.")
    asyncio.run(_printed(begin, end, person, as_json=as_json))


async def _printed(since: datetime, until: datetime, person: str, *, as_json: bool) -> None:
    async with _log() as log:
        async for entry in log.entries(since, until, person):
            click.echo(json.dumps(entry.as_json(), ensure_ascii=False) if as_json else _line(entry))


def _line(entry: AuditEntry) -> str:
    place = f"{entry.team}/{entry.channel}" if entry.channel else entry.team
    refused = f"  refused ({entry.reason})" if entry.outcome != "success" else ""
    return f"{entry.at:%Y-%m-%d %H:%M:%S}Z  {entry.user or '-':12} {entry.action:24} {place}  {entry.target}{refused}"


@asynccontextmanager
async def _log() -> AsyncIterator[AuditLog]:
    from bot.kernel.clock import clock_ahead
    from bot.services.access.audit_log import AuditLog
    from bot.state.connection import connected
    from bot.state.embedded_server import redis_url
    from bot.state.redis_records import opened_records

    settings = options.own_settings()
    async with (
        redis_url(settings.redis_url, settings.data) as url,
        connected(url) as redis,
        opened_records(settings, redis) as records,
    ):
        yield AuditLog(records, clock_ahead(settings.clock_ahead_s))
