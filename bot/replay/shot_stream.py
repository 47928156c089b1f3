"""The pictures of a clip: handed on while they are taken, and kept so that the clip can be written again smaller."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from bot.kernel.processes import in_a_thread
from bot.replay.encode.frame_plans import Shot
from bot.replay.stage.stage import View

Result = TypeVar("Result")


class Stopped(Exception):
    """The stream ended before it was complete, or nobody wants the clip any more, so its reader gives up."""


class ShotStream:
    """Pictures as PNG, 100-250 kB each. One thread may read `live` while the event loop adds to it."""

    def __init__(self) -> None:
        self.shots: list[Shot] = []
        self.views: list[tuple[int, View]] = []
        self._coming: queue.SimpleQueue[Shot | None] = queue.SimpleQueue()
        self._taken = 0
        self._ended = False  # for whoever reads it
        self._complete = False
        self._stopped = False

    def add(self, shot: Shot) -> None:
        self.shots.append(shot)
        self._coming.put(shot)

    def end(self, *, complete: bool) -> None:
        self._complete = complete
        self._coming.put(None)

    def stop(self) -> None:
        """Ends it for whoever reads it: nobody wants the clip any more."""
        self._stopped = True
        self._coming.put(None)

    def live(self) -> Iterator[Shot]:
        """Yields the shots as they come, to whoever gave up and begins again from the first one.

        Blocks; raises `Stopped` when the stream is broken off.
        """
        yield from self._going_on(self.shots[: self._taken])
        while not self._ended and (shot := self._coming.get()) is not None:
            self._taken += 1
            yield from self._going_on((shot,))
        self._ended = True
        if not self._complete or self._stopped:
            raise Stopped

    def again(self) -> Iterator[Shot]:
        """Yields the shots once they are complete. Raises `Stopped` when nobody wants them any more."""
        return self._going_on(self.shots)

    def _going_on(self, shots: Sequence[Shot]) -> Iterator[Shot]:
        for shot in shots:
            if self._stopped:
                raise Stopped
            yield shot

    @property
    def pictures(self) -> int:
        return sum(shot.png is not None for shot in self.shots)

    @property
    def zoomed(self) -> bool:
        """Whether any picture shows a part of the page, larger. Known when the last one is taken."""
        return any(view[2] > 1 for _, view in self.views)


@asynccontextmanager
async def at_work(work: Callable[[], Result], streams: Sequence[ShotStream]) -> AsyncIterator[asyncio.Future[Result]]:
    """Gives what is made of the streams in a thread of its own, to be awaited in the block.

    Whoever fails or is cancelled in the block stops the streams, and goes on when the thread has ended.
    """
    working = in_a_thread(work)
    try:
        yield asyncio.shield(working)
    except BaseException:
        for stream in streams:
            stream.stop()
        await asyncio.gather(working, return_exceptions=True)
        raise
