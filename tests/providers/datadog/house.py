"""Another client of the stand-in, and what the tests of notebooks have in common."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from bot.kernel.errors import Upstream
from bot.kernel.patient_calls import CallPatience
from bot.notebook.merge import Change, merge
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.notebook.timeline import Entry
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.site import Site
from standins.datadog.datadog_server import running
from standins.datadog.notebook_service import StoredNotebook, notebooks
from standins.datadog.world import World
from tests.notebook.examples import NOON

WORDS = NotebookText.load()
QUICK = CallPatience(pause_s=0.01)


@asynccontextmanager
async def asked(world: World) -> AsyncIterator[Client]:
    async with running(world) as url, Client.opened(Site(url=url), "api", "app", patience=QUICK) as client:
        yield client


async def until_through(job: Callable[[], Awaitable[None]]) -> None:
    """Does a job as the queue does: again after a failure of Datadog, up to five times."""
    for _ in range(4):
        with suppress(Upstream):
            return await job()
    return await job()


def sent(world: World, method: str) -> list[str]:
    """The paths that were asked for with this method."""
    return [it.path for it in world.requests if it.method == method]


def merged(*changes: Change) -> Callable[[Notebook], Notebook]:
    return lambda it: merge(it, changes, WORDS.for_notebook(it))


def entry(n: int) -> Entry:
    return Entry(f"C1/{n}", NOON + timedelta(minutes=n), f"Entry number {n}.", "Minseo")


def only(world: World) -> StoredNotebook:
    """The one notebook that is in Datadog."""
    (found,) = notebooks(world).by_number.values()
    return found


def text_of(world: World) -> str:
    return "\n\n".join(cell.text for cell in only(world).cells)


def place_of(world: World, words: str) -> int:
    return next(index for index, cell in enumerate(only(world).cells) if words in cell.text)
