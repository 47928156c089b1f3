"""Browsers that are warm before anybody asks for a clip, each for one recording.

A browser plays one recording and is thrown away: nothing passes from one session to another, and a crash or a hang
costs one clip. The next one is started as soon as one is given back, so that nobody waits for a start; nor does anybody
wait until the one before has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType

from bot.kernel.errors import Unavailable
from bot.kernel.processes import remove_abandoned
from bot.replay.stage.browser import HOMES, Kind, find_browser
from bot.replay.stage.print_pdf import printed
from bot.replay.stage.stage import Layers, Stage

START_S = 30.0
CLIP_S = 120.0


class RenderPool:
    """At most `size` browsers at work at once, and as many kept ready.

    `browser_path` is the setting REPLAYBOOK_BROWSER; `sandbox` is Chromium's own, on unless the user is root.
    `begin_frame` and `layers` are for tests and the bench.
    """

    def __init__(  # noqa: PLR0913  # settings, each with a default
        self,
        browser_path: str | None = None,
        size: int = 1,
        sandbox: bool | None = None,
        *,
        begin_frame: bool | None = None,
        layers: Layers | None = None,
        clip_s: float = CLIP_S,
        origins: Sequence[str] = (),
    ) -> None:
        self._configured = browser_path
        self._size = size
        self._sandbox = sandbox
        self._begin_frame = begin_frame
        self._layers = layers
        self.origins = tuple(origins)
        """From where a page may have its files; all others are shut out."""
        self._clip_s = clip_s
        self._free = asyncio.Semaphore(size)
        self._found: tuple[str, Kind] | None = None
        self._ready: list[asyncio.Task[Stage]] = []
        self._ending: set[asyncio.Future[None]] = set()

    async def __aenter__(self) -> RenderPool:
        self._found = find_browser(self._configured)
        await asyncio.to_thread(remove_abandoned, HOMES)  # of a worker that was killed
        for _ in range(self._size):
            self._prepare()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._found = None
        ready, self._ready = self._ready, []
        for task in ready:
            self._give_up(task)
        if ready:
            await asyncio.wait(ready)
        if self._ending:
            await asyncio.wait(self._ending)

    async def check(self) -> None:
        """Raises Unavailable where there is no browser any more, or where the one to come couldn't be started."""
        if self._found is None or not await asyncio.to_thread(Path(self._found[0]).exists):
            raise Unavailable("There is no browser to render with.")
        for task in self._ready:
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise error

    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        """A stage for one recording, as soon as one is free; it ends with the block.

        Raises `Unavailable` when the browser does not start, stops, or still plays after the time limit.
        """
        async with self._free:
            stage = await self._take()
            try:
                async with asyncio.timeout(self._clip_s) as stage.time_limit:
                    yield stage
            except TimeoutError as late:
                if stage.time_limit is None or not stage.time_limit.expired():
                    raise
                raise Unavailable(
                    "The recording took longer than %(n)s seconds to play; it was stopped.", n=round(self._clip_s)
                ) from late
            finally:
                self._end(stage)
                self._prepare()

    async def pdf(self, html: str) -> bytes:
        """The page on paper (see `print_pdf`), as soon as a browser may be at work. Raises Unavailable."""
        path, kind = self._found or find_browser(self._configured)
        async with self._free:
            try:
                async with asyncio.timeout(self._clip_s):
                    return await printed(html, path, kind, sandbox=self._sandbox)
            except TimeoutError as late:
                raise Unavailable(
                    "The PDF took longer than %(n)s seconds to print; it was stopped.", n=round(self._clip_s)
                ) from late

    def _end(self, used: Stage) -> None:
        ending = used.close()
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    def _give_up(self, opening: asyncio.Task[Stage]) -> None:
        """Ends a stage that nobody wants any more, or that is still being opened."""
        if opening.done():
            self._end_opened(opening)
        else:
            opening.cancel()
            opening.add_done_callback(self._end_opened)

    def _end_opened(self, opening: asyncio.Task[Stage]) -> None:
        if not opening.cancelled() and opening.exception() is None:
            self._end(opening.result())

    def _prepare(self) -> None:
        if self._found is not None:
            self._ready.append(asyncio.create_task(self._open()))

    async def _open(self) -> Stage:
        if self._found is None:
            raise RuntimeError("the pool is used outside of its `async with`")
        path, kind = self._found
        try:
            async with asyncio.timeout(START_S):
                return await Stage.open(
                    path,
                    kind,
                    sandbox=self._sandbox,
                    begin_frame=self._begin_frame,
                    layers=self._layers,
                    origins=self.origins,
                )
        except TimeoutError as late:
            raise Unavailable("The browser did not start in time.") from late

    async def _take(self) -> Stage:
        """A prepared stage that still lives, else a new one."""
        while self._ready:
            task = self._ready.pop(0)
            await self._opened(task)
            with suppress(Unavailable):
                stage = task.result()
                if stage.alive:
                    return stage
                self._end(stage)
        return await self._open()

    async def _opened(self, opening: asyncio.Task[Stage]) -> None:
        """Waits for a stage. Who is cancelled leaves it to the next one."""
        try:
            await asyncio.wait((opening,))
        except asyncio.CancelledError:
            if self._found is None:
                self._give_up(opening)
            else:
                self._ready.insert(0, opening)
            raise
