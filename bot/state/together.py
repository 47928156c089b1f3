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
        self._going: Sequence[tuple[A, asyncio.Future[R]]] = ()
        self._sent: asyncio.Future[Sequence[R]] | None = None

    async def call(self, item: A) -> R:
        """Raises what `send` raises for those that went together. What its caller gives up on is not sent later."""
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, result))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())
        try:
            return await result
        except asyncio.CancelledError:
            if self._sent and all(each.done() for _, each in self._going):
                self._sent.cancel()  # while Redis is away it would be tried again and again
            raise

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                going, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                self._going = [(item, result) for item, result in going if not result.done()]
                if self._going:
                    await self._send_these(self._going)
        finally:
            self._sending = self._sent = None
            for _, result in self._waiting:  # the loop ends
                result.cancel()

    async def _send_these(self, going: Sequence[tuple[A, asyncio.Future[R]]]) -> None:
        sent = asyncio.ensure_future(self._send([item for item, _ in going]))  # noqa: RUF006 - it is stored below
        self._sent = sent
        try:
            results = await sent
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task and not task.cancelling():
                return  # all who waited have given up
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
