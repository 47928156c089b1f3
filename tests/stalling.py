"""An event loop of its own, in a thread, that a test can block: whatever runs in it stalls until the test lets go."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
PATIENCE_S = 60.0


class Stall:
    """`block()` blocks the loop that it is called in, once; `reached()` waits for that, `end()` lets it go on."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._ended = threading.Event()

    def block(self) -> None:
        if not self._reached.is_set():
            self._reached.set()
            assert self._ended.wait(PATIENCE_S), "nobody let the loop go on"

    async def reached(self) -> None:
        assert await asyncio.to_thread(self._reached.wait, PATIENCE_S), "the loop never stalled"

    def end(self) -> None:
        self._ended.set()


@contextmanager
def other_loop(main: Callable[[], Awaitable[T]], *stalls: Stall) -> Iterator[asyncio.Future[T]]:
    """Run `main` in a loop of its own beside the body, which may await its end. Stalls end with the body."""

    async def run() -> T:
        return await main()

    with ThreadPoolExecutor(1) as threads:
        running: Future[T] = threads.submit(asyncio.run, run())
        try:
            yield asyncio.wrap_future(running)
        finally:
            for stall in stalls:
                stall.end()
