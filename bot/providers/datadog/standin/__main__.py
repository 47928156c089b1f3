"""`python -m bot.providers.datadog.standin [--port 8126] [--recording FOLDER]…`: Datadog on this machine.

A recording is a folder with `rum-events.ndjson` and `segments/*.deflate`, as the browser SDK sent them;
its session ended some minutes ago, whenever it was really made.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from bot.providers.datadog.standin import sample
from bot.providers.datadog.standin.incidents import Incident, incidents
from bot.providers.datadog.standin.recordings import add
from bot.providers.datadog.standin.server import running
from bot.providers.datadog.standin.world import World

APART = timedelta(minutes=10)


@click.command(help=__doc__)
@click.option("--port", default=8126, show_default=True)
@click.option("--recording", "recordings", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--team", default="T0NORDIC01", help="Slack's id of the team that has an incident; the demo's.")
@click.option("--channel", default="C0INC142CK", help="Slack's id of the incident's channel; the demo's.")
def main(port: int, recordings: tuple[Path, ...], team: str, channel: str) -> None:
    now = datetime.now(UTC)
    world = World(events=sample.made(now, replayed=0.0))  # a clip is made of what was really recorded
    for number, folder in enumerate(recordings, 1):
        add(world, folder, now - number * APART)
    incidents(world).append(Incident(142, "The Buy button does nothing", [(team, channel)]))
    asyncio.run(_serve(world, port))


async def _serve(world: World, port: int) -> None:
    async with running(world, port=port) as url:
        click.echo(f"Datadog's stand-in listens; set DD_API_KEY={world.api_key} DD_APP_KEY={world.app_key}")
        click.echo(f"REPLAYBOOK_DATADOG_URL={url} REPLAYBOOK_DATADOG_APP_URL={url}")
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
