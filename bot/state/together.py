"""Calls that come while one is on its way go together in the next: one round trip and one write to disk for all.

So a crowd costs a Redis that appends every write hardly more than one, and one alone doesn't wait for company.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

A = TypeVar("A")
R = TypeVar("R")
MOST = 100


class Together(Generic[A, R]):
    """`send` takes what several callers gave, and returns a result for each, in their order."""

    def __init__(self, send: Callable[[Sequence[A]], Awaitable[Sequence[R]]]) -> None:
        self._send = send
        self._waiting: list[tuple[A, asyncio.Future[R]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def call(self, item: A) -> R:
        """Raises what `send` raises for those that went together."""
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, result))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())
        return await result

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                going, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._send_these(going)
        finally:
            self._sending = None
            for _, result in self._waiting:  # the loop ends
                result.cancel()

    async def _send_these(self, going: Sequence[tuple[A, asyncio.Future[R]]]) -> None:
        try:
            results = await self._send([item for item, _ in going])
        except asyncio.CancelledError:
            for _, result in going:
                result.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it is raised where the calls were made
            for _, result in going:
                if not result.done():
                    result.set_exception(error)
            return
        for (_, result), value in zip(going, results, strict=True):
            if not result.done():  # its caller may have given up
                result.set_result(value)
