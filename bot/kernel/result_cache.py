"""A cache of results: what was asked a moment ago is not asked again, and askers at the same time share one request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class ResultCache(Generic[T]):
    """Up to `most` results are kept for `seconds` each. Failures are not kept."""

    def __init__(self, seconds: float, most: int = 16, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._results: dict[Hashable, tuple[float, asyncio.Task[T]]] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        until, task = self._results.get(key, (0.0, None))
        if task is None or until < self._clock() or _failed(task):
            task = asyncio.ensure_future(_run(ask))
            self._results.pop(key, None)
            self._results[key] = (self._clock() + self._seconds, task)
            while len(self._results) > self._most:
                self._results.pop(next(iter(self._results)))
        return await asyncio.shield(task)  # one asker that gives up takes nothing from the others


async def _run(ask: Callable[[], Awaitable[T]]) -> T:
    return await ask()


def _failed(task: asyncio.Task[T]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
