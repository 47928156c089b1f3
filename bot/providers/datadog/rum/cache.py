"""What was asked a moment ago needn't be asked again; askers at the same time share one request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Keeps up to `most` results for `seconds` each. Failures are not kept."""

    def __init__(self, seconds: float, most: int = 16, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._kept: dict[Hashable, tuple[float, asyncio.Task[T]]] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        until, task = self._kept.get(key, (0.0, None))
        if task is None or until < self._clock() or _failed(task):
            task = asyncio.ensure_future(_asked(ask))
            self._kept.pop(key, None)
            self._kept[key] = (self._clock() + self._seconds, task)
            while len(self._kept) > self._most:
                self._kept.pop(next(iter(self._kept)))
        return await asyncio.shield(task)  # one asker that gives up takes nothing from the others


async def _asked(ask: Callable[[], Awaitable[T]]) -> T:
    return await ask()


def _failed(task: asyncio.Task[T]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
