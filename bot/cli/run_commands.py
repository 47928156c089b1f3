"""Servers: run until Ctrl-C, and end cleanly."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import click

from bot.cli import options
from bot.cli.progress import step
from bot.kernel.settings import Settings
from bot.kernel.telemetry import set_up_logging

QUIET = click.option("--quiet", is_flag=True, help="Log warnings and errors only.")


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", help="Port of the page; any free one when it is taken."
)
@click.option("--open/--no-open", "show", default=None, help="Open the page in a browser (where there is a screen).")
@click.option("--datadog", is_flag=True, help="Let a stand-in for Datadog have the sample data, and use that.")
@click.option(
    "--recording",
    "recordings",
    metavar="FOLDER",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With --datadog: a session as the browser SDK sent it (rum-events.ndjson, segments/*.deflate); repeatable.",
)
@click.option("--sign-in", is_flag=True, help="Let people sign in to the bot's pages with the page for Slack.")
@click.option(
    "--tracker", metavar="NAME", help="Let a stand-in for this tracker have the tickets: github, linear, jira."
)
def demo(
    port: int | None,
    show: bool | None,
    datadog: bool,
    recordings: tuple[Path, ...],
    sign_in: bool,
    tracker: str | None,
) -> None:
    """Run the whole product on this machine: the bot, a worker, a private Redis, a week of sample data.

    A page stands in for Slack; no account is needed. Ctrl-C ends it, and what you made is kept in REPLAYBOOK_DATA
    (.replaybook). On a terminal only warnings and errors are logged; elsewhere everything, as JSON.
    """
    from bot.demo import TRACKERS, StandIns
    from bot.demo import demo as running

    if tracker and tracker not in TRACKERS:
        raise click.UsageError(f"There is no stand-in for the tracker {tracker}; there are: {', '.join(TRACKERS)}.")
    if recordings and not datadog:
        raise click.UsageError("A recording can only be given to the stand-in for Datadog: add --datadog.")
    settings, quiet = options.settings(), sys.stderr.isatty()
    _log(settings, quiet=quiet)
    theirs = recordings if datadog else None
    wanted = StandIns(theirs, tracker or "", sign_in=sign_in)
    asyncio.run(_until_stopped(lambda: running(settings, step, port=port, show=show, quiet=quiet, stand_ins=wanted)))


@click.command()
@QUIET
def serve(quiet: bool) -> None:
    """Run the bot: Slack's requests, answers, post-mortems, the intake. Clips are rendered by `replaybook worker`.

    Needs SLACK_BOT_TOKEN, and SLACK_SIGNING_SECRET or SLACK_APP_TOKEN; docs/settings.md lists every setting.
    """
    from bot.app.serve import serving

    _run(serving, "The bot is running.", quiet=quiet)


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 16), default=1, show_default=True, help="Clips at once.")
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="Serve its health and metrics there.")
@QUIET
def worker(concurrency: int, port: int | None, quiet: bool) -> None:
    """Render clips for a bot; start as many as wanted, on as many hosts as share its Redis and recordings.

    REDIS_URL says where the Redis is; without it the private one in REPLAYBOOK_DATA is used.
    """
    from bot.app.worker import rendering

    _run(lambda settings: rendering(settings, concurrency=concurrency, port=port), "The worker is ready.", quiet=quiet)


@click.command()
@QUIET
def intake(quiet: bool) -> None:
    """Take in what browsers send, and nothing else; start as many as wanted beside bots that share their events.

    Needs REPLAYBOOK_EVENTS, or a source that is another system's; /healthz and /metrics are served beside.
    """
    from bot.app.serve import taking_in

    _run(taking_in, "The intake is open.", quiet=quiet)


def _run(running: Callable[[Settings], AbstractAsyncContextManager[object]], up: str, *, quiet: bool) -> None:
    """`up` is the line that tells whoever started it that it has come so far."""

    @asynccontextmanager
    async def announced(settings: Settings) -> AsyncIterator[None]:
        async with running(settings):
            click.echo(up)
            yield

    settings = options.settings()
    _log(settings, quiet=quiet)
    asyncio.run(_until_stopped(lambda: announced(settings)))


def _log(settings: Settings, *, quiet: bool) -> None:
    set_up_logging(settings.log_format, settings.secrets)
    if quiet:
        logging.getLogger().setLevel(logging.WARNING)


async def _until_stopped(running: Callable[[], AbstractAsyncContextManager[object]]) -> None:
    asyncio.get_running_loop().set_exception_handler(_log_unless_late)
    async with stop_signal() as stop, running():
        with long_lived():
            await stop.wait()


@contextmanager
def long_lived() -> Iterator[None]:
    """What a server needs lives as long as the body: garbage collection needn't walk through it again and again.

    A full one takes a tenth of a second otherwise, in which nothing is acknowledged.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _log_unless_late(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Leaves out one thing: a socket of the queue became ready just as whoever waited for it was cancelled.

    anyio hands `future.set_result` itself to the event loop, which calls it then for a future that is over.
    """
    if not isinstance(context.get("exception"), asyncio.InvalidStateError):
        loop.default_exception_handler(context)


@asynccontextmanager
async def stop_signal() -> AsyncIterator[asyncio.Event]:
    """Set by Ctrl-C or SIGTERM; a second one ends the process the hard way."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def stopped() -> None:
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, stopped)
    yield stop
