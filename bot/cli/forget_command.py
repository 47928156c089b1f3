"""Removes a person from what Replaybook keeps."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from bot.cli import options

if TYPE_CHECKING:
    from bot.app.erasure.forget_person import ErasureReport

NOT_OURS = (
    "Slack's own copies of messages and files: delete them in Slack.",
    "Datadog and PostHog: their events, replays, notebooks and cases.",
    "Tickets in other trackers, pages in Confluence, and what was exported.",
    "Backups, and logs of whoever runs the bot.",
    "What waits for Slack, and deliveries that wait for Datadog: they end by themselves, in 30 days and in one.",
)


@click.command()
@click.option("--person", metavar="ID", required=True, help="A user, browser or session of the events; or U… of Slack.")
@click.option("--name", "names", metavar="NAME", multiple=True, help="A name or an e-mail address; may be repeated.")
@click.option("--refuse", is_flag=True, help="Take in nothing of them for a day.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
def forget(person: str, names: tuple[str, ...], refuse: bool, dry_run: bool) -> None:
    """Remove a person: their sessions, events, recordings and clips; their names and addresses in records.

    Names become “removed person”. The bot may run meanwhile. What broke off, be it by a kill, is completed by the same
    command.
    """
    if len(person.strip()) < 2 or any(len(name.strip()) < 2 for name in names):
        raise click.BadParameter("An id or a name has two characters at least.")
    report = asyncio.run(_forgotten(person.strip(), names, refuse=refuse, dry_run=dry_run))
    click.echo("Would be removed:" if dry_run else "Removed:")
    for line in lines(report):
        click.echo(f"  {line}")
    click.echo("Not within reach:")
    for line in NOT_OURS:
        click.echo(f"  {line}")


def lines(report: ErasureReport) -> list[str]:
    parts = [
        f"sessions: {report.sessions:,}, events: {report.events:,}, pieces of recordings: {report.recordings:,}",
        f"clips: {report.clips:,}, their files: {report.files:,}",
        f"records changed or deleted: {report.records:,}, entries of caches: {report.caches:,}",
    ]
    if report.names:
        parts.append(f"also called: {', '.join(report.names)}")
    if report.left:
        parts.append(f"left in texts, as others may be meant: {', '.join(report.left)}; name them with --name")
    return parts


async def _forgotten(person: str, names: tuple[str, ...], *, refuse: bool, dry_run: bool) -> ErasureReport:
    """Here, or by the bot that has the events. Raises Conflict, and Upstream."""
    from bot.app.erasure.forget_person import ErasureContext, forget_person
    from bot.app.erasure.running_bot_erasure import ErasureWish, forget_by_running_bot
    from bot.files.file_areas import file_areas
    from bot.kernel.clock import clock_ahead
    from bot.kernel.errors import Conflict
    from bot.providers.local.open_local import open_events
    from bot.providers.registry import keeps_events
    from bot.services.access.audit_log import AuditLog, by_operator
    from bot.state.connection import connected
    from bot.state.embedded_server import redis_url
    from bot.state.redis_records import opened_records

    settings = options.settings()
    clock = clock_ahead(settings.clock_ahead_s)
    async with (
        redis_url(settings.redis_url, settings.data) as url,
        connected(url) as redis,
        opened_records(settings, redis) as records,
    ):
        if not dry_run:
            entry = by_operator("person.forgotten", "person", "")
            await AuditLog(records, clock).note(entry, clock().isoformat())
        try:
            store = await open_events(settings, clock) if keeps_events(settings) else None
        except Conflict:
            click.echo("The running bot has the events, so it does this; its report follows.", err=True)
            return await forget_by_running_bot(settings.data, ErasureWish(person, names, refuse, dry_run))
        try:
            context = ErasureContext(records, redis, file_areas(settings).pictures, store, clock)
            return await forget_person(context, person, names, refuse=refuse, dry_run=dry_run)
        finally:
            if store:
                await store.close()
