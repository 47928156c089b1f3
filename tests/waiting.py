"""Wait for something to become true, and fail when it doesn't."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest


async def settled(condition: Callable[[], bool], seconds: float = 120) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never happened")
