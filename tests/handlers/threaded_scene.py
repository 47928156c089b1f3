"""A scene that those can act in who know no event loop, as hypothesis' state machines do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from standins.datadog.world import World as DatadogWorld
from tests.handlers.killing import Scene
from tests.handlers.replicas import replicas

T = TypeVar("T")
APART_S = 90.0  # how far the clocks of the two bots are apart


class ThreadedScene:
    """A scene that lives in a thread with a loop of its own, so that a machine that knows no loop can act in it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._stack = AsyncExitStack()
        self.scene: Scene
        self.made = 0

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=600)

    async def enter(self, folder: Path, redis_url: str, world: DatadogWorld) -> None:
        bots = replicas(folder, redis_url, world, bots=2, workers=0, apart_s=APART_S)
        self.scene = await self._stack.enter_async_context(bots)

    async def leave(self) -> None:
        self.scene.asked_for |= {"internal_error", "fatal_error", "ratelimited", "", "thread_not_found"}
        await self._stack.aclose()

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
