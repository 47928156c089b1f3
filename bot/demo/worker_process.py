"""`replaybook worker` as a child of the demo, started again if it dies."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.kernel.settings import Settings

STOP_S = 10.0


@asynccontextmanager
async def working(settings: Settings, *, quiet: bool) -> AsyncIterator[asyncio.Event]:
    """The event is set once it is ready, or has died."""
    stopping, ready = asyncio.Event(), asyncio.Event()
    current: list[asyncio.subprocess.Process] = []
    command = [sys.executable, "-m", "bot", "worker", *(["--quiet"] if quiet else [])]
    environment = {**os.environ, **settings.to_env()}

    async def keep() -> None:
        while not stopping.is_set():
            child = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
            current[:] = [child]
            if child.stdout:
                await child.stdout.readline()  # it says one line, when it is ready
            ready.set()
            await child.wait()
            if not stopping.is_set():
                await asyncio.sleep(1)

    keeping = asyncio.create_task(keep())
    try:
        yield ready
    finally:
        stopping.set()
        await _stopped(current)
        await keeping


async def _stopped(current: list[asyncio.subprocess.Process]) -> None:
    for child in current:
        if child.returncode is not None:
            continue
        child.terminate()
        try:
            await asyncio.wait_for(child.wait(), STOP_S)
        except TimeoutError:
            child.kill()
