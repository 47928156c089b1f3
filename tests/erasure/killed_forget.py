"""Forgets a person in a process that is killed (-9) in the middle: `killed_forget.py REDIS FOLDER PERSON STEP`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

from bot.app.erasure.forget_person import ErasureContext, forget_person
from bot.files.folder_store import FolderStore
from bot.kernel.clock import system_clock
from bot.providers.local.event_store import EventStore
from bot.state.connection import connected
from bot.state.redis_records import RedisRecords

STEPS = ("write 1", "write 3", "delete 1", "erase 1", "after erase")


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


class Dying:
    """Kills the process at the nth call of a method, before it or after it."""

    def __init__(self, of: Any, step: str) -> None:
        self._of, self._left = of, 1
        first, _, second = step.partition(" ")
        self._after = first == "after"
        self._method = second if self._after else first
        if not self._after:
            self._left = int(second)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._of, name)
        if name != self._method:
            return method

        async def called(*args: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                die()
            result = await method(*args)
            if self._left == 0:
                die()
            return result

        return called


async def main(url: str, folder: Path, person: str, step: str) -> None:
    store = await EventStore.open(folder / "rum", clock=system_clock)
    async with connected(url) as redis:
        parts: tuple[Any, ...] = (RedisRecords(redis), FolderStore(folder / "files"), store)
        records, pictures, events = (Dying(part, step) for part in parts)
        context = ErasureContext(records, redis, pictures, events, system_clock)  # type: ignore[arg-type]
        await forget_person(context, person)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]))
