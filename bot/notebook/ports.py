"""The ports through which notebooks and their files are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import msgspec

from bot.kernel.errors import Conflict
from bot.notebook.head_edits import HeadFacts
from bot.notebook.notebook import Notebook
from bot.notebook.room import MOST_IN_ALL, check_room

ATTEMPTS = 20


class NotebookStore(Protocol):
    """Keeps notebooks. A save names the version it started from, so that nobody's change is written over."""

    async def create(self, notebook: Notebook) -> Notebook:
        """Save a new notebook as its channel's. When the channel has one already, that one is returned."""

    async def get(self, id: str) -> Notebook:
        """Raises Missing."""

    async def find(self, team: str, channel: str) -> Notebook | None:
        """The channel's notebook."""

    async def save(self, notebook: Notebook, expected: int) -> Notebook:
        """The notebook with its new version. Raises Conflict when the stored version is not `expected`."""

    async def list(self, team: str | None = None, limit: int = 200, skip: int = 0) -> Sequence[Notebook]:
        """Newest first, without the newest `skip`."""


@runtime_checkable
class ChangesItself(Protocol):
    """A store that keeps others away while it changes a notebook, where trying again would cost too many requests."""

    async def change(self, id: str, fn: Callable[[Notebook], Notebook]) -> Notebook:
        """As `change` below."""


class DeclaredIncident(msgspec.Struct, frozen=True):
    """An incident as it was declared elsewhere. `email` is its commander's, empty where that isn't known."""

    facts: HeadFacts
    email: str = ""


class IncidentSource(Protocol):
    """Knows the incidents that were declared outside of Slack."""

    async def declared(self, team: str, channel: str) -> DeclaredIncident | None:
        """The channel's incident, None where it has none. Raises ReplaybookError when that can't be told."""


class Files(Protocol):
    """Keeps the files that notebooks show, each under the hash of what is in it."""

    async def put(self, data: bytes, kind: str) -> str:
        """Keep a file and return its name, `<sha256>.<kind>`. The same bytes give the same name."""

    async def get(self, name: str) -> bytes:
        """Raises Missing, also for a name that no file of ours can have."""

    async def size(self, name: str) -> int:
        """In bytes. Raises Missing."""

    def stream(self, name: str, first: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Yields the bytes from `first` up to `stop`, a few at a time. Raises Missing before the first of them."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notebook on its way to another system. `base_url` is where people reach the bot's own pages."""

    notebook: Notebook
    files: Files
    markdown: str
    """The whole of it, with the addresses of this bot's pages and files in it."""
    base_url: str
    head: str = ""
    """The facts about the document, as markdown."""


class Published(msgspec.Struct, frozen=True):
    """What became of a notebook elsewhere."""

    link: str
    changed: bool = True
    """False where the other system had all of it already."""
    kept: tuple[str, ...] = ()
    """Titles of the sections that people changed there, and that were therefore left as they are."""
    left_out: tuple[str, ...] = ()
    """Descriptions of pictures that the other system didn't take."""


class Exporter(Protocol):
    """Publishes notebooks in another system, one document for each, and never writes over what people wrote there."""

    title: str
    """What people call the system."""

    async def put(self, outgoing: Outgoing) -> Published:
        """Make the document. Where a lost answer left one behind, that is the one."""

    async def update(self, outgoing: Outgoing) -> Published:
        """Bring the document up to date; as `put` where it was deleted there."""

    async def link(self, notebook: Notebook) -> str:
        """Where the document is read; empty while there is none. Asks nobody else."""


async def change(
    store: NotebookStore, id: str, fn: Callable[[Notebook], Notebook], *, most: int = MOST_IN_ALL
) -> Notebook:
    """Apply a pure change, again when somebody else was faster. Nothing is saved when `fn` returns what it got.

    Raises Missing, Misunderstood where it would have more than `most` characters, and Conflict when the notebook never
    stands still.
    """

    def within(before: Notebook) -> Notebook:
        after = fn(before)
        if after is not before:
            check_room(before, after, most)
        return after

    if isinstance(store, ChangesItself):
        return await store.change(id, within)
    for _ in range(ATTEMPTS):
        before = await store.get(id)
        after = within(before)
        if after is before:
            return before
        try:
            return await store.save(after, before.version)
        except Conflict:
            continue
    raise Conflict("Too many people are changing this post-mortem right now; nothing was saved, please try again.")
