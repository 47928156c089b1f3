"""The live feed of open pages: each page gets a queue with the events that its person may see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
QUEUE_SIZE = 1000
"""A page that is this many events behind gets one `reload` instead."""


@dataclass(frozen=True, slots=True)
class FeedReader:
    """One open page. Its connection knows first when it is closed."""

    user: str
    is_connected: Callable[[], bool]


class Feed:
    def __init__(self) -> None:
        self._readers: dict[asyncio.Queue[Json], FeedReader] = {}
        self.published = 0
        """How many events there were: the number of the last one, and of what was read since."""
        self._closed = False

    def has_reader(self, user: str) -> bool:
        """Returns whether this person has a page open."""
        return any(reader.user == user and reader.is_connected() for reader in self._readers.values())

    @contextmanager
    def subscribed(self, user: str, is_connected: Callable[[], bool]) -> Iterator[asyncio.Queue[Json]]:
        queue: asyncio.Queue[Json] = asyncio.Queue(QUEUE_SIZE)
        self._readers[queue] = FeedReader(user, is_connected)
        try:
            yield queue
        finally:
            self._readers.pop(queue, None)

    def publish(self, kind: str, *, only: str | frozenset[str] | None = None, **fields: Any) -> None:
        """Sends `{kind, number, **fields}` to every page, or to those of the people named in `only`."""
        self.published += 1
        allowed = frozenset([only]) if isinstance(only, str) else only
        for queue, reader in list(self._readers.items()):
            if allowed is None or reader.user in allowed:
                _put(queue, {"kind": kind, "number": self.published, **fields})

    def close(self) -> None:
        """Ends every open feed, so that a server can stop."""
        self._closed = True
        self.publish("end")

    @property
    def closed(self) -> bool:
        return self._closed


def _put(queue: asyncio.Queue[Json], event: Json) -> None:
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        event = {"kind": "reload", "number": event["number"]}
    queue.put_nowait(event)
