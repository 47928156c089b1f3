"""Servers: run until Ctrl-C, and end cleanly."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import click

from bot.cli import options
from bot.runtime.settings import Settings
from bot.runtime.telemetry import set_up_logging


@click.command()
@click.option("--port", type=int, default=None, help="Port of the page; any free one when it is taken.")
@click.option("--open/--no-open", "show", default=None, help="Open the page in a browser (where there is a screen).")
def demo(port: int | None, show: bool | None) -> None:
    """Run the whole product on this machine, with a stand-in for Slack and sample data."""
    from bot.demo import demo as running

    settings = options.settings()
    set_up_logging(settings.log_format, settings.secrets)
    asyncio.run(_until_told(lambda: running(settings, port=port, show=show)))


@click.command()
def serve() -> None:
    """Run the bot. Clips are rendered by `replaybook worker`."""
    from bot.app import serving

    _run(serving)


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 16), default=1, show_default=True, help="Clips at once.")
def worker(concurrency: int) -> None:
    """Render clips for a bot; start as many as wanted, on as many hosts as share its Redis and recordings."""
    from bot.app import filming

    _run(lambda settings: filming(settings, concurrency=concurrency))


def _run(running: Callable[[Settings], AbstractAsyncContextManager[object]]) -> None:
    settings = options.settings()
    set_up_logging(settings.log_format, settings.secrets)
    asyncio.run(_until_told(lambda: running(settings)))


async def _until_told(running: Callable[[], AbstractAsyncContextManager[object]]) -> None:
    async with _told_to_stop() as stop, running():
        await stop.wait()


@asynccontextmanager
async def _told_to_stop() -> AsyncIterator[asyncio.Event]:
    """Set by Ctrl-C or SIGTERM; a second one ends the process the hard way."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    known = (signal.SIGINT, signal.SIGTERM)

    def told() -> None:
        stop.set()
        for each in known:
            loop.remove_signal_handler(each)

    for each in known:
        loop.add_signal_handler(each, told)
    yield stop
