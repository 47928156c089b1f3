"""What belongs to a process: work beside it or in its background, and temporary folders."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

UNLOCKED = "replaybook-new-"
"""Begins the name of a folder that isn't locked yet, under which nobody looks for abandoned ones."""


class TemporaryFolder:
    """A folder `prefix`… of the process's own, below the system's temporary one; made at once."""

    def __init__(self, prefix: str) -> None:
        made = Path(tempfile.mkdtemp(prefix=UNLOCKED))
        self._lock: int | None = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
        with suppress(OSError):  # a file system without locks; there nothing is thought abandoned either
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = made.rename(made.with_name(prefix + made.name.removeprefix(UNLOCKED)))

    def remove(self) -> None:
        """May be called twice. What can't be removed is abandoned."""
        lock, self._lock = self._lock, None
        shutil.rmtree(self.path, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def remove_abandoned(prefix: str) -> None:
    """Removes the folders of this user whose processes have ended without doing so."""
    for path in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError), _locked(path):
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Raises OSError for what is in use, somebody else's, or no folder."""
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(opened).st_uid != os.geteuid():
            raise PermissionError(path)
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened)


Args = ParamSpec("Args")
Result = TypeVar("Result")

NICE = 10


def in_a_thread(work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs) -> asyncio.Future[Result]:
    """Runs blocking work in a thread of its own, which ends with it: it may wait long without holding up others."""
    return _threaded(lambda: work(*args, **kwargs))


def in_the_background(work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs) -> asyncio.Future[Result]:
    """Runs blocking work in a thread of its own when nobody else wants a core.

    The thread ends with it: a lowered priority can't be raised again.
    """
    return _threaded(lambda: work(*args, **kwargs), _give_way)


def _threaded(work: Callable[[], Result], begun: Callable[[], None] | None = None) -> asyncio.Future[Result]:
    pool = ThreadPoolExecutor(1, "blocking work", initializer=begun)
    future = asyncio.get_running_loop().run_in_executor(pool, work)
    pool.shutdown(wait=False)
    return future


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs the work for as long as the body."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _give_way() -> None:
    if sys.platform == "linux":  # elsewhere it would be the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(19, os.nice(0) + NICE))
