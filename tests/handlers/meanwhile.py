"""What happens between two steps of something else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

BLOCKED_S = 0.5
"""So long a test looks whether somebody waits who has to. Who needn't is done sooner."""
Call = Callable[..., Awaitable[Any]]


def with_meanwhile(made: Call, meanwhile: Call) -> Call:
    """`made`, and after its first result is there, but before anybody has it, `meanwhile` happens."""
    left = [meanwhile]

    async def call(*args: Any, **named: Any) -> Any:
        result = await made(*args, **named)
        if left:
            await left.pop()()
        return result

    return call
