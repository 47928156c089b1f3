"""Which of its parts a process can use now. Answers name parts and nothing else; the log says why."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager

import structlog

from bot.kernel.errors import ReplaybookError
from bot.kernel.metrics import Metrics

CHECK_S = 2.0  # whoever asks whether we are well doesn't wait for long
SLOW_S = 30.0
"""How long an answer of somebody else's service holds, so that probes don't become its load."""

Check = Callable[[], Awaitable[object]]
"""Raises ReplaybookError where the part can't be used."""

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class Readiness:
    """`needed` are the parts without which nothing can be done, `others` those that only some of it needs."""

    def __init__(self, needed: Mapping[str, Check], others: Mapping[str, Check] | None = None) -> None:
        self.draining = False
        """The process was told to end: it finishes what it has, and is given nothing new."""
        self._needed = tuple(needed)
        self._checks = {**needed, **(others or {})}
        self._failing: frozenset[str] = frozenset()

    @asynccontextmanager
    async def until_drained(self, *drains: Callable[[], Awaitable[None]], wait_s: float = 0.0) -> AsyncIterator[None]:
        """At the end of the body the process is no longer ready, waits until that was seen, and finishes its work."""
        try:
            yield
        finally:
            self.draining = True
            await asyncio.sleep(wait_s)
            await asyncio.gather(*(drain() for drain in drains))

    async def healthy(self) -> list[str]:
        """Names the needed parts that can't be used."""
        return await self._failing_of(self._needed)

    async def ready(self, without: Collection[str] = ()) -> list[str]:
        """Names every part that can't be used, but for those that the caller does `without`."""
        failing = await self._failing_of([name for name in self._checks if name not in without])
        return (["draining"] if self.draining else []) + failing

    async def measure(self, metrics: Metrics) -> None:
        failing = await self._failing_of(tuple(self._checks))
        for name in self._checks:
            metrics.ready.labels(name).set(name not in failing)

    async def _failing_of(self, names: Collection[str]) -> list[str]:
        results = await asyncio.gather(*(self._fails(name) for name in names))
        return [name for name, failed in zip(names, results, strict=True) if failed]

    async def _fails(self, name: str) -> bool:
        try:
            async with asyncio.timeout(CHECK_S):
                await self._checks[name]()
        except (ReplaybookError, TimeoutError) as error:
            if name not in self._failing:
                log.warning("a part can't be used", part=name, why=str(error) or "it takes too long")
            self._failing |= {name}
            return True
        self._failing -= {name}
        return False


def seldom(check: Check, seconds: float = SLOW_S) -> Check:
    """The same check, asked again after so many seconds; what failed is asked again each time."""
    good_until = 0.0

    async def checked() -> None:
        nonlocal good_until
        if time.monotonic() < good_until:
            return
        await check()
        good_until = time.monotonic() + seconds

    return checked
