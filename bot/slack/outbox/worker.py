"""Empties the outbox: every channel on its own, one drainer a channel, whichever process it runs in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from redis.exceptions import RedisError

from bot.kernel.errors import Conflict
from bot.slack.outbox.delivery import ItemDelivery
from bot.slack.outbox.store import OutboxStore
from bot.state import keys
from bot.state.locks import held

AT_ONCE = 32  # channels served at the same time by one process
LEASE_S = 4.0  # a dead drainer's channels are free after this
POLL_S = 1.0  # in case a wake-up got lost
ELSEWHERE_S = 0.3
LONG_S = 5.0  # a wait that people should hear of

OnWait = Callable[[str, str, float], None]  # team, channel, seconds

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


def log_wait(team: str, channel: str, seconds: float) -> None:
    log.warning("Slack makes a channel wait", team=team, channel=channel, seconds=round(seconds, 1))


class OutboxWorker:
    def __init__(self, shelf: OutboxStore, courier: ItemDelivery, on_wait: OnWait) -> None:
        self._shelf = shelf
        self._courier = courier
        self._on_wait = on_wait
        self._serving: set[tuple[str, str]] = set()
        self._wake = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        """Finish the letters being delivered, begin no other."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen())
            while not self._stopping:
                self._wake.clear()
                pause = await self._round(tasks)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._wake.wait()
            listening.cancel()

    async def _round(self, tasks: asyncio.TaskGroup) -> float:
        """Begin to serve what is due; gives the seconds until there may be more."""
        try:
            ready, next_due = await self._shelf.due()
        except (RedisError, OSError) as error:
            log.warning("the outbox can't reach Redis", why=str(error))
            return POLL_S
        for place in ready:
            if place not in self._serving and len(self._serving) < AT_ONCE:
                self._serving.add(place)
                tasks.create_task(self._serve(*place))
        return min(POLL_S, max(next_due, 0.01))

    async def _serve(self, team: str, channel: str) -> None:
        try:
            async with held(self._shelf.redis, keys.lock(keys.outgoing(team, channel)), lease=LEASE_S, wait=0):
                if await self._shelf.is_due(team, channel):
                    await self._empty(team, channel)
        except Conflict:  # another process is at it; its end doesn't wake us
            await asyncio.sleep(0 if self._stopping else ELSEWHERE_S)
        except (RedisError, OSError) as error:
            log.warning("the outbox lost Redis", why=str(error), team=team, channel=channel)
            await asyncio.sleep(ELSEWHERE_S)
        finally:
            self._serving.discard((team, channel))
            self._wake.set()

    async def _empty(self, team: str, channel: str) -> None:
        while not self._stopping and (raw := await self._shelf.head(team, channel)) is not None:
            try:
                pause = await self._courier.deliver(team, channel, raw)
            except (RedisError, OSError):
                raise
            except Exception:  # an edge: a bug in one message must not hold up the rest
                number = await self._courier.give_up(team, channel, raw, "The bot has a bug.")
                log.exception("a bug in the outbox", team=team, channel=channel, reference=number)
                continue
            if pause:
                await self._shelf.later(team, channel, pause)
                if pause >= LONG_S:
                    self._on_wait(team, channel, pause)
                return

    async def _listen(self) -> None:
        """Wake up when any process hands over a letter."""
        while True:
            try:
                async with self._shelf.redis.pubsub() as pubsub:
                    await pubsub.subscribe(keys.WAKE)
                    while True:
                        if await pubsub.get_message(ignore_subscribe_messages=True, timeout=30):
                            self._wake.set()
            except (RedisError, OSError):
                await asyncio.sleep(POLL_S)
