"""One writer for the database: deliveries that arrive while it works are written together with the next turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import duckdb
import structlog

from bot.kernel.errors import Unavailable, Upstream
from bot.providers.local.batch import Batch

_ROWS_AT_ONCE = 50_000
LINGER_S = 0.01
"""A turn costs about 20 ms whatever its size, so it pays to let the next deliveries catch up."""
Commit = Callable[[Batch], Awaitable[None] | None]
"""Blocking, or a coroutine function."""


class Writer:
    """`write` returns when the batch is on disk. At most `waiting` batches queue; then callers wait for room.

    A file has one writer at a time; a server may have as many turns on the way as `at_once`. A turn begins `linger_s`
    seconds after its first delivery.
    """

    def __init__(self, commit: Commit, waiting: int = 64, at_once: int = 1, linger_s: float = LINGER_S) -> None:
        self._commit = commit
        self._linger_s = linger_s
        self._few = asyncio.Semaphore(at_once)
        self._turns: set[asyncio.Task[None]] = set()
        self._queue: asyncio.Queue[tuple[Batch, asyncio.Future[None]]] = asyncio.Queue(waiting)
        self._task: asyncio.Task[None] | None = None

    async def write(self, batch: Batch) -> None:
        """Raises Upstream when it was refused; a disk keeps nothing of the batch then, a server perhaps a part."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="local store writer")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._queue.put((batch, done))
        await done

    async def close(self) -> None:
        """Writes what is queued, then stops."""
        if self._task is not None:
            await self._queue.join()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            turn = [await self._queue.get()]
            await asyncio.sleep(self._linger_s)
            await self._few.acquire()  # what arrives until then is written together
            rows = turn[0][0].size
            while not self._queue.empty() and rows < _ROWS_AT_ONCE:
                turn.append(self._queue.get_nowait())
                rows += turn[-1][0].size
            task = asyncio.create_task(self._write(turn), name="turn of the store's writer")
            self._turns.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._turns.discard(task)
        self._few.release()

    async def _write(self, turn: list[tuple[Batch, asyncio.Future[None]]]) -> None:
        together = Batch()
        for batch, _ in turn:
            together.take(batch)
        failure: Upstream | None = None
        try:
            await (await asyncio.to_thread(self._commit, together) or _nothing())
        except duckdb.Error as error:
            structlog.get_logger().error("local store refused a batch", rows=together.size, reason=str(error))
            failure = Unavailable("The store could not write what was sent; send it again later.")
        except Upstream as error:
            structlog.get_logger().error("the store refused a batch", rows=together.size, reason=error.sentence)
            failure = error
        for _, done in turn:
            self._queue.task_done()
            if done.cancelled():
                continue
            if failure is None:
                done.set_result(None)
            else:
                done.set_exception(failure)


async def _nothing() -> None:
    """Stands for the coroutine of a commit that is over."""
