"""The worker that empties the outbox: every channel on its own, by one worker at a time, in whichever process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import structlog
from redis.exceptions import RedisError

from bot.kernel.errors import Conflict, ReplaybookError
from bot.slack.outbox.delivery import ItemDelivery
from bot.slack.outbox.models import ServedChannel
from bot.slack.outbox.store import OutboxStore
from bot.state import keys
from bot.state.locks import LockLost, held

AT_ONCE = 32  # channels served at the same time by one process
LEASE_S = 4.0  # a dead worker's channels are free after this
POLL_S = 1.0  # in case a wake-up got lost
ELSEWHERE_S = 0.3
LONG_S = 5.0  # a wait that the operator should hear of
BUG = "Something is wrong with the bot itself."

OnWait = Callable[[str, str, float], None]  # team, channel, seconds

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


def log_wait(team: str, channel: str, seconds: float) -> None:
    log.warning("Slack makes a channel wait", team=team, channel=channel, seconds=round(seconds, 1))


class OutboxWorker:
    def __init__(self, store: OutboxStore, delivery: ItemDelivery, on_wait: OnWait) -> None:
        self._store = store
        self._delivery = delivery
        self._on_wait = on_wait
        self._serving: set[tuple[str, str]] = set()
        self._wake = asyncio.Event()
        self._woken: set[str] = set()
        self._stopping = False

    def wake(self, team: str) -> None:
        """Something new waits for this team."""
        self._woken.add(team)
        self._wake.set()

    def stop(self) -> None:
        """Finish the items being delivered, begin no other."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen())
            next_look = 0.0  # at the channels of all teams
            while not self._stopping:
                self._wake.clear()
                teams = None if time.monotonic() >= next_look else self._woken
                self._woken = set()
                pause = await self._round(tasks, teams)
                if teams is None or time.monotonic() + pause < next_look:
                    next_look = time.monotonic() + pause
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(next_look - time.monotonic(), 0)):
                        await self._wake.wait()
            listening.cancel()

    async def _round(self, tasks: asyncio.TaskGroup, teams: set[str] | None) -> float:
        """Begin to serve what is due for these teams, or for all; gives the seconds until there may be more."""
        try:
            ready, next_due = await self._store.due(teams)
        except (RedisError, OSError) as error:
            log.warning("the outbox can't reach Redis", why=str(error))
            return POLL_S
        for channel in ready:
            if channel not in self._serving and len(self._serving) < AT_ONCE:
                self._serving.add(channel)
                tasks.create_task(self._serve(*channel))
        return min(POLL_S, max(next_due, 0.01))

    async def _serve(self, team: str, channel: str) -> None:
        name = keys.lock(keys.outgoing(team, channel))
        try:
            async with held(self._store.redis, name, lease=LEASE_S, wait=0) as lock:
                if await self._store.is_due(team, channel):
                    await self._empty(ServedChannel(team, channel, lock))
        except (Conflict, LockLost):  # another process is at it; its end doesn't wake us
            await asyncio.sleep(0 if self._stopping else ELSEWHERE_S)
        except (RedisError, OSError) as error:
            log.warning("the outbox lost Redis", why=str(error), team=team, channel=channel)
            await asyncio.sleep(ELSEWHERE_S)
        finally:
            self._serving.discard((team, channel))
            self.wake(team)

    async def _empty(self, served: ServedChannel) -> None:
        team, channel = served.team, served.channel
        while not self._stopping and (raw := await self._store.head(team, channel)) is not None:
            try:
                pause = await self._delivery.deliver(served, raw)
            except (RedisError, OSError, LockLost):
                raise
            except Exception:  # an edge: a bug in one message must not hold up the rest
                number = await self._delivery.give_up(served, raw, ReplaybookError(BUG))
                log.exception("a bug in the outbox", team=team, channel=channel, reference=number)
                continue
            if pause:
                await self._store.later(team, channel, pause)
                if pause >= LONG_S:
                    self._on_wait(team, channel, pause)
                return

    async def _listen(self) -> None:
        """Wake up when any process hands something over."""
        while True:
            try:
                async with self._store.redis.pubsub() as pubsub:
                    await pubsub.subscribe(keys.WAKE)
                    while True:
                        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=30)
                        if message:
                            self.wake(message["data"].decode())
            except (RedisError, OSError):
                await asyncio.sleep(POLL_S)
