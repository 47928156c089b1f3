"""Wait for something that has to be asked for, at another process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Generous with time: it ends as soon as the condition holds."""
    try:
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110 - the other side is another process
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail("it never happened")
