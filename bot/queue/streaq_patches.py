"""streaq's worker with four habits changed, each for the sake of "never twice, never lost"."""

from __future__ import annotations

from typing import Any

import anyio
from anyio import CancelScope, current_time
from streaq import Worker
from streaq.constants import REDIS_GROUP, REDIS_HEALTH
from streaq.types import StreamMessage, Streaq
from streaq.utils import now_ms


class SteadyWorker(Worker[None]):
    """As the library's, but

    - it never takes more jobs than it can run at once: one that waits in memory for longer than the idle time-out is
      claimed again by the very same worker, and then runs twice;
    - it renews its claims three times within the idle time-out instead of just before its end, so that a busy machine
      doesn't lose them;
    - what it lost while it stalled it neither claims back nor ends: the run is cancelled, and whatever it comes to is
      dropped. The library would delete the job of whoever took over, or the next one by the same id;
    - it ends when told to and leaves the process's signals alone.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.prefetch = self.concurrency
        self.stopping = anyio.Event()
        self._claimed: dict[str, StreamMessage] = {}  # by task id

    async def signal_handler(self, scope: CancelScope) -> None:
        """Wait for `stopping`; then take nothing new, give running jobs the grace period, and put them back after."""
        await self.stopping.wait()
        scope.cancel("told to stop")
        deadline = current_time() + self.grace_period
        for running in self._cancel_scopes.values():
            running.deadline = min(running.deadline, deadline)

    async def renew_idle_timeouts(self, scope: CancelScope) -> None:
        health = f"{self.prefix}{REDIS_HEALTH}:{self.id}"
        with scope:
            while True:
                async with self.redis.pipeline(transaction=False) as pipe:
                    pipe.set(health, str(self), px=self.idle_timeout)
                    pipe.zremrangebyscore(self._results_set, 0, now_ms())
                    renewals = [(message, self._renewed(Streaq(pipe), message)) for message in self._claimed.values()]
                for message, renewed in renewals:
                    if not await renewed:
                        self._abandon(message)
                await anyio.sleep(self.idle_timeout / 3000)

    async def run_task(self, msg: StreamMessage) -> None:
        """Not while this worker runs the job already: after a stall it may be handed what it is at."""
        if msg.task_id in self._claimed:
            return
        self._claimed[msg.task_id] = msg
        try:
            await super().run_task(msg)
        finally:
            self._release(msg)

    async def finish_task(self, msg: StreamMessage, *args: Any, **options: Any) -> None:
        if await self._is_ours(msg):
            self._release(msg)
            await super().finish_task(msg, *args, **options)

    async def finish_failed_task(self, msg: StreamMessage, *args: Any, **options: Any) -> None:
        if await self._is_ours(msg):
            self._release(msg)
            await super().finish_failed_task(msg, *args, **options)

    async def _is_ours(self, message: StreamMessage) -> bool:
        """Whether nobody has taken over the job; then nobody can for another idle time-out."""
        if await self._renewed(self._lib, message):
            return True
        self.counters["relinquished"] += 1
        return False

    def _renewed(self, library: Streaq, message: StreamMessage) -> Any:
        stream = self.stream_key + message.priority
        return library.refresh_timeout(
            stream, self._running_set, REDIS_GROUP, self.id, message.message_id, message.task_id
        )

    def _abandon(self, message: StreamMessage) -> None:
        if self._claimed.get(message.task_id) is message and (scope := self._cancel_scopes.get(message.task_id)):
            scope.cancel("another worker has taken over")

    def _release(self, message: StreamMessage) -> None:
        if self._claimed.get(message.task_id) is message:
            del self._claimed[message.task_id]
