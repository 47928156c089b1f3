"""Calls of outside systems that fail: made again where that is harmless, after as long as they ask to wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.kernel.clock import jittered
from bot.kernel.errors import RateLimited, ReplaybookError, Unavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CallPatience:
    """Seconds for a connection and for a whole answer, how often to try, and the longest wait for a limit.

    `pause_s` is doubled with each try.
    """

    connect_s: float = 5.0
    answer_s: float = 30.0
    attempts: int = 3
    pause_s: float = 0.25
    limit_s: float = 10.0


async def patiently(
    attempt: Callable[[], Awaitable[T]], patience: CallPatience, may_repeat: Callable[[Unavailable], bool]
) -> T:
    """Returns what the first attempt that worked gives.

    A limit is always waited for, as nothing happened; after another failure `may_repeat` says whether to try again.
    Raises RateLimited where the waits would be longer than is patient, and what the last attempt raised.
    """
    waited = 0.0
    for number in range(1, patience.attempts + 1):
        last = number == patience.attempts
        try:
            return await attempt()
        except RateLimited as error:
            waited += error.retry_after
            if last or waited > patience.limit_s:
                raise
            await asyncio.sleep(error.retry_after)
        except Unavailable as error:
            if last or not may_repeat(error):
                raise
            await asyncio.sleep(jittered(patience.pause_s * 2**number))
    raise AssertionError("the last attempt returns or raises")


async def read_at_most(chunks: AsyncIterator[bytes], most: int, too_long: ReplaybookError) -> bytes:
    """Returns all of an answer. Raises `too_long` for one of more than `most` bytes, without reading on."""
    data = bytearray()
    async for chunk in chunks:
        data += chunk
        if len(data) > most:
            raise too_long
    return bytes(data)
