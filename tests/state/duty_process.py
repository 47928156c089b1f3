"""A process that has a duty when it is its turn: `python -m tests.state.duty_process URL`."""

from __future__ import annotations

import asyncio
import os
import sys

from bot.state import locks
from bot.state.connection import connected
from bot.state.locks import on_duty


async def main(url: str) -> None:
    locks.DUTY_S = 0.1
    async with connected(url) as redis:

        async def work() -> None:
            await redis.rpush("begun", os.getpid())
            await asyncio.Event().wait()

        await redis.rpush("up", os.getpid())
        await on_duty(redis, "retention", work)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
