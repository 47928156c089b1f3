"""Processes forked from one that has imported the bot already: each starts at once, and can be killed like others."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.handlers.forked_bot"])


class Forked:
    """Runs `main` with these variables; what it logs is added to the file."""

    def __init__(self, main: Callable[[], None], environment: Mapping[str, str], log: Path) -> None:
        self._process = FORKS.Process(target=_run, args=(main, dict(environment), str(log)), daemon=False)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    @property
    def ending(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.exitcode

    def kill(self) -> None:
        """-9, at this very moment."""
        self._process.kill()

    def terminate(self) -> None:
        """SIGTERM: told to end."""
        self._process.terminate()

    async def wait(self) -> None:
        """Until it has ended."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()


def _run(main: Callable[[], None], environment: dict[str, str], log: str) -> None:
    os.environ.update(environment)
    time.tzset()
    for path, flags, descriptor in ((os.devnull, os.O_WRONLY, 1), (log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 2)):
        os.dup2(os.open(path, flags), descriptor)
    main()
