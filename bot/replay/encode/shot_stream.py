"""The pictures of one clip: handed on while they are taken, and kept so that it can be written again smaller."""

from __future__ import annotations

import queue
from collections.abc import Awaitable, Callable, Iterator

from bot.replay.encode.frames import Shot
from bot.replay.scene import Scene
from bot.replay.stage.stage import Stage


class Stopped(Exception):
    """The take ended before it was whole; whoever was reading it gives up."""


class ShotStream:
    """Pictures as PNG, 100-250 kB each. One thread may read `live` while the event loop adds to it."""

    def __init__(self) -> None:
        self.shots: list[Shot] = []
        self._coming: queue.SimpleQueue[Shot | None] = queue.SimpleQueue()
        self._whole = False

    def add(self, shot: Shot) -> None:
        self.shots.append(shot)
        self._coming.put(shot)

    def end(self, *, whole: bool) -> None:
        self._whole = whole
        self._coming.put(None)

    def live(self) -> Iterator[Shot]:
        """The shots as they come. Blocks; raises `Stopped` when the take is broken off."""
        while (shot := self._coming.get()) is not None:
            yield shot
        if not self._whole:
            raise Stopped

    @property
    def pictures(self) -> int:
        return sum(shot.png is not None for shot in self.shots)


async def film(stage: Stage, scene: Scene, take: ShotStream, progress: Callable[[float], Awaitable[None]]) -> None:
    """Photographs a loaded scene where it may have changed. Ends the take, whatever happens."""
    whole = False
    try:
        index, points = 0, [await stage.start(scene.times)]
        async for picture, (found, passed) in stage.shots():
            take.add(Shot(index, picture, points))
            index, points = len(scene.times) - 1 if found is None else found, passed
            await progress((index + 1) / len(scene.times))
        take.add(Shot(index, None, points))
        whole = True
    finally:
        take.end(whole=whole)
