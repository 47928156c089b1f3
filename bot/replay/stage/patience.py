"""How long a page may take to be built and drawn. One that takes longer would do so the next time, too."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.kernel.errors import Unfilmable

LOAD_S, PICTURE_S = 60.0, 30.0
FILM_S = 180.0
"""Longer than a browser may play at all: who is on the way to that won't come to the end."""
WATCHED_S = 30.0
"""A page that is slow for less may be quick again."""


def too_heavy(seconds: float) -> Unfilmable:
    return Unfilmable(
        "This page is too heavy to be filmed: it takes longer than %(n)s seconds to build or to draw.", n=round(seconds)
    )


@asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """Raises Unfilmable when the page takes longer."""
    try:
        async with asyncio.timeout(seconds) as limit:
            yield
    except TimeoutError as late:
        if not limit.expired():
            raise
        raise too_heavy(seconds) from late


@dataclass(slots=True)
class Pace:
    """How fast frames are filmed, of `frames` in all; `clock` tells seconds."""

    frames: int
    clock: Callable[[], float]
    _marks: deque[tuple[float, int]] = field(default_factory=deque)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.clock()
        self._marks.append((self._began, 0))

    def filmed(self, index: int) -> None:
        """Takes note that all frames before this one are filmed. Raises Unfilmable when the rest would take too long.

        What counts is the time since a mark at least `WATCHED_S` ago, the newest of those.
        """
        now = self.clock()
        while len(self._marks) > 1 and now - self._marks[1][0] >= WATCHED_S:
            self._marks.popleft()
        since, first = self._marks[0]
        self._marks.append((now, index))
        if now - since < WATCHED_S:
            return
        left = (self.frames - index) * (now - since) / max(1, index - first)
        if now - self._began + left > FILM_S:
            raise too_heavy(FILM_S)
