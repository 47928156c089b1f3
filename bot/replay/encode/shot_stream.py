"""The pictures of one clip: handed on while they are taken, and kept so that it can be written again smaller."""

from __future__ import annotations

import queue
from collections.abc import Awaitable, Callable, Iterator

from bot.replay.encode.frame_plans import Shot
from bot.replay.scene import Scene
from bot.replay.stage.stage import Stage, View


class Stopped(Exception):
    """The stream ended before it was complete, so its reader gives up."""


class ShotStream:
    """Pictures as PNG, 100-250 kB each. One thread may read `live` while the event loop adds to it."""

    def __init__(self) -> None:
        self.shots: list[Shot] = []
        self.views: list[tuple[int, View]] = []
        self._coming: queue.SimpleQueue[Shot | None] = queue.SimpleQueue()
        self._taken = 0
        self._ended = False  # for whoever reads it
        self._complete = False

    def add(self, shot: Shot) -> None:
        self.shots.append(shot)
        self._coming.put(shot)

    def end(self, *, complete: bool) -> None:
        self._complete = complete
        self._coming.put(None)

    def live(self) -> Iterator[Shot]:
        """Yields the shots as they come, to whoever gave up and begins again from the first one.

        Blocks; raises `Stopped` when the stream is broken off.
        """
        yield from self.shots[: self._taken]
        while not self._ended and (shot := self._coming.get()) is not None:
            self._taken += 1
            yield shot
        self._ended = True
        if not self._complete:
            raise Stopped

    @property
    def pictures(self) -> int:
        return sum(shot.png is not None for shot in self.shots)

    @property
    def zoomed(self) -> bool:
        """Whether any picture shows a part of the page, larger. Known when the last one is taken."""
        return any(view[2] > 1 for _, view in self.views)


async def film(stage: Stage, scene: Scene, stream: ShotStream, progress: Callable[[float], Awaitable[None]]) -> None:
    """Photographs a loaded scene where it may have changed. Ends the stream, whatever happens."""
    complete = False
    try:
        index, points = 0, [await stage.start(scene.times, scene.camera)]
        async for picture, (next_index, passed) in stage.shots():
            stream.add(Shot(index, picture, points))
            index, points = len(scene.times) - 1 if next_index is None else next_index, passed
            await progress((index + 1) / len(scene.times))
        stream.add(Shot(index, None, points))
        scene.skipped.update(await stage.losses())
        stream.views = await stage.views()
        complete = True
    finally:
        stream.end(complete=complete)
