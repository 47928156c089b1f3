"""`python -m bot.providers.datadog.standin [--port 8126] [--recording FOLDER]…`: Datadog on this machine.

A recording is a folder with `rum-events.ndjson` and `segments/*.deflate`, as the browser SDK sent them.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.providers.datadog.standin import sample
from bot.providers.datadog.standin.server import running
from bot.providers.datadog.standin.world import World


@click.command(help=__doc__)
@click.option("--port", default=8126, show_default=True)
@click.option("--recording", "recordings", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(port: int, recordings: tuple[Path, ...]) -> None:
    world = World(events=sample.made(datetime.now(UTC)))
    for folder in recordings:
        add_recording(world, folder)
    asyncio.run(_serve(world, port))


def add_recording(world: World, folder: Path) -> None:
    world.events += sample.recorded((folder / "rum-events.ndjson").read_bytes())
    for path in sorted((folder / "segments").glob("*.deflate")):
        stored = path.read_bytes()
        about = json.loads(zlib.decompress(stored))
        world.segments.setdefault((about["session"]["id"], about["view"]["id"]), []).append(stored)


async def _serve(world: World, port: int) -> None:
    async with running(world, port=port) as url:
        click.echo(f"Datadog's stand-in listens; set DD_API_KEY={world.api_key} DD_APP_KEY={world.app_key}")
        click.echo(f"REPLAYBOOK_DATADOG_URL={url}")
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
