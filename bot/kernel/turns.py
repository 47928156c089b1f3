"""Who goes first in a process: what somebody waits for by the second goes before what may begin a moment later."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

AT_ONCE = 4
TURN_S = 1.0
"""So long a turn is held or waited with: what hangs, as when Slack doesn't answer, must not hold up the others."""


class Turns:
    """At most so many begin at once, and each when nothing is about to be acknowledged."""

    def __init__(self, at_once: int = AT_ONCE, turn_s: float = TURN_S) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._turn_s = turn_s
        self._unacknowledged = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @contextmanager
    def acknowledging(self) -> Iterator[None]:
        """The body ends with an acknowledgement."""
        self._unacknowledged += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._unacknowledged -= 1
            if not self._unacknowledged:
                self._quiet.set()

    async def take(self) -> Turn:
        await self._free.acquire()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._turn_s):
                    await self._quiet.wait()
        except asyncio.CancelledError:
            self._free.release()
            raise
        return Turn(self._free, self._turn_s)


class Turn:
    """It ends by itself when it has been held for long."""

    def __init__(self, free: asyncio.Semaphore, seconds: float) -> None:
        self._free = free
        self._timer = asyncio.get_running_loop().call_later(seconds, self.end)
        self._ended = False

    def end(self) -> None:
        self._timer.cancel()
        if not self._ended:
            self._ended = True
            self._free.release()
