"""Wait for something to become true, and fail when it doesn't."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest


async def settled(condition: Callable[[], bool], seconds: float = 8) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never happened")


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """The same for what has to be asked for. Generous: it ends as soon as the condition holds."""
    try:
        async with asyncio.timeout(seconds):
            while not await condition():
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail("it never happened")
