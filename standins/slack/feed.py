"""News for the pages that are open: each gets a queue, and only what its person may see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
ROOM = 1000  # a page this far behind is told to reload instead


@dataclass(frozen=True, slots=True)
class FeedReader:
    """One page: whose it is, and whether it is still there, which its connection knows first."""

    user: str
    there: Callable[[], bool]


class Feed:
    def __init__(self) -> None:
        self._readers: dict[asyncio.Queue[Json], FeedReader] = {}
        self._closed = False

    def read_by(self, user: str) -> bool:
        """Whether this person has a page open."""
        return any(reader.user == user and reader.there() for reader in self._readers.values())

    @contextmanager
    def reading(self, user: str, there: Callable[[], bool]) -> Iterator[asyncio.Queue[Json]]:
        queue: asyncio.Queue[Json] = asyncio.Queue(ROOM)
        self._readers[queue] = FeedReader(user, there)
        try:
            yield queue
        finally:
            self._readers.pop(queue, None)

    def tell(self, kind: str, *, only: str | frozenset[str] | None = None, **what: Any) -> None:
        """To everybody, or `only` to the people named."""
        allowed = frozenset([only]) if isinstance(only, str) else only
        for queue, reader in list(self._readers.items()):
            if allowed is None or reader.user in allowed:
                self._offer(queue, {"kind": kind, **what})

    def close(self) -> None:
        """Ends every open feed, so that a server can stop."""
        self._closed = True
        self.tell("end")

    @property
    def closed(self) -> bool:
        return self._closed

    def _offer(self, queue: asyncio.Queue[Json], news: Json) -> None:
        if queue.full():
            while not queue.empty():
                queue.get_nowait()
            news = {"kind": "reload"}
        queue.put_nowait(news)
