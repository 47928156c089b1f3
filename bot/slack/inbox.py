"""Deliveries from Slack are kept until a handler is done: Slack gets its acknowledgement first and won't repeat them.

A process renews its deliveries every second. What nobody renews (the process was killed) is taken by another process,
or by the same one after its restart, and handled from the start; handlers do nothing twice. A process that stalled for
longer than the lease may lose its deliveries to others: then it can neither renew nor remove them any more. It never
takes from itself what it is keeping, handling or removing, however long it stalled. A process that was told to end
breaks off what takes too long and leaves it to others, as if it had been killed.

Slack may deliver a thing again while it is handled and afterwards. What has a name of its own (a trigger, an event id)
is taken in once, and remembered for a while.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.kernel.errors import Unavailable
from bot.kernel.ids import meaning
from bot.slack.inbox_store import AT_ONCE, NAMED, InboxStore

LEASE_S = 3.0
ALIVE_S = 1.0
KEEPING_S, KEEPING_WHILE_AWAY_S = 2.0, 0.5
"""How long keeping a delivery may take: Slack waits for three seconds, and a short restart of Redis goes unnoticed.

Once Redis is known to be away nothing is gained by waiting, and a busy machine may be late with the refusal.
"""
TAKEN_BACK_S = 10.0  # for which a slow Redis may still get to what was refused meanwhile
DRAIN_S = 5.0  # what is in work may take when the process is told to end; then it is anybody's
BROKEN_OFF_S = 1.0  # so long is waited for a handler that was broken off
DEATHS = 3  # processes that may die of one delivery, as far as anybody knows

Json = dict[str, Any]
Handle = Callable[[str, Json], Awaitable[None]]
Ready = Callable[[], Awaitable[None]]

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class Inbox:
    """`lease`: seconds until what nobody renews is another's; None: LEASE_S."""

    def __init__(self, redis: Redis, *, lease: float | None = None) -> None:
        lease = LEASE_S if lease is None else lease
        self._store = InboxStore(redis, owner=secrets.token_hex(8), lease=lease)
        self._mine: set[str] = set()
        self._coming: Counter[str] = Counter()
        self._leaving: Counter[str] = Counter()
        self._away = False
        self._refused: dict[str, float] = {}
        self._draining, self._ended = False, False
        self._forgotten = asyncio.Event()
        self._handlers: dict[str, asyncio.Task[Any]] = {}

    @property
    def patience_s(self) -> float:
        """How long a delivery may wait for Redis until it is acknowledged or refused."""
        return KEEPING_WHILE_AWAY_S if self._away else KEEPING_S

    async def keep(self, body: Json) -> str:
        """Keep a delivery, and give the id to forget it by; an empty one when it was kept before.

        Raises Unavailable when that can't be done in time.
        """
        id = _named(body) or secrets.token_hex(8)
        try:
            async with asyncio.timeout(self.patience_s):
                with _counted(self._coming, id):
                    if added := await self._store.add(id, msgspec.json.encode(body)):
                        self._mine.add(id)
        except (RedisError, OSError, TimeoutError) as error:
            self._away = True
            if "event_id" not in body:  # Slack doesn't deliver it again, and whoever gave it is told to
                self._refused[id] = asyncio.get_running_loop().time() + TAKEN_BACK_S
            raise Unavailable("The bot can’t keep anything right now; please try again in a minute.") from error
        self._away = False
        return id if added else ""

    def begun(self, id: str) -> None:
        """The task that runs now handles this delivery. It is broken off where the process has ended its work."""
        if task := asyncio.current_task():
            self._handlers[id] = task
            if self._ended:
                task.cancel()

    async def forget(self, id: str) -> None:
        """Remove a delivery, because its handler is done, well or badly.

        Not any more once the process has ended its work: a handler that is broken off, or fails because everything
        around it is closed, is not done.
        """
        if self._handlers.get(id) is asyncio.current_task():  # another one may be at it since a stall
            del self._handlers[id]
        if self._ended:
            return
        try:
            with _counted(self._leaving, id):
                self._mine.discard(id)
                if not await self._store.remove(id):
                    log.info("a handler is done with a delivery that is no longer its own", id=id)
        except (RedisError, OSError) as error:
            log.warning("a delivery that was handled will be handled again", id=id, why=str(error))
        finally:
            self._forgotten.set()

    @asynccontextmanager
    async def watched(self, handle: Handle, ready: Ready | None = None) -> AsyncIterator[None]:
        """For the length of the body, renew our deliveries, and hand those of dead processes to `handle(id, body)`.

        Not before `ready()` returns: what only waits for that has killed nobody.
        """
        watching = asyncio.create_task(self._watch(handle, ready))
        try:
            yield
        finally:
            self._ended = True
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await self._break_off()
            if self._mine:
                with suppress(RedisError, OSError):  # then they are free with the lease
                    await self._store.release(self._mine)

    async def _break_off(self) -> None:
        """Ends the handlers that are still at work, before what they use is closed."""
        handlers = list(self._handlers.values())
        for task in handlers:
            task.cancel()
        if handlers:
            await asyncio.wait(handlers, timeout=BROKEN_OFF_S)

    async def drained(self) -> None:
        """Takes nothing over from others any more; returns when nothing is in work, or after a few seconds."""
        self._draining = True
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                while self._mine or self._leaving:
                    self._forgotten.clear()
                    await self._forgotten.wait()

    async def _watch(self, handle: Handle, ready: Ready | None) -> None:
        async with asyncio.TaskGroup() as handlers:
            while True:
                try:
                    await self._take_back()
                    taken = await self.renew_and_take()
                    self._away = False
                    for id in taken:
                        handlers.create_task(self._handle_again(id, handle, ready))
                except (RedisError, OSError) as error:
                    self._away = True
                    log.warning("the inbox can't reach Redis", why=str(error))
                await asyncio.sleep(ALIVE_S)

    async def _take_back(self) -> None:
        """Removes what was refused because Redis was too slow, and which it kept all the same. Raises RedisError.

        For a while: it may get to it only later.
        """
        for id in list(self._refused):
            await self._store.take_back(id)
        now = asyncio.get_running_loop().time()
        self._refused = {id: until for id, until in self._refused.items() if until > now}

    async def renew_and_take(self) -> list[str]:
        """Renew our deliveries, and take those that nobody renews: gives their ids, which are ours from now on."""
        taken, gone = await self._store.renew_and_take(self._mine, 0 if self._draining else AT_ONCE)
        if lost := gone & self._mine:  # not what was forgotten meanwhile
            log.warning("this process stalled, and others handle its deliveries", ids=sorted(lost))
        # What was asked for is older than the answer: since then a delivery may have come, or be on its way out.
        at_it = (self._mine - lost) | self._coming.keys() | self._leaving.keys()
        taken = [id for id in taken if id not in at_it]
        self._mine = (self._mine - lost) | set(taken)
        return taken

    async def _handle_again(self, id: str, handle: Handle, ready: Ready | None) -> None:
        try:
            if ready:
                await ready()
            body, tries = await self._store.begin_again(id)
            if body is None or tries > DEATHS:
                if body is not None:
                    log.error("given up: no process came to the end of a delivery from Slack", id=id, tries=tries)
                await self.forget(id)
                return
            log.warning("a delivery that no process renewed is handled from the start", id=id, tries=tries)
            await handle(id, msgspec.json.decode(body))
        except (RedisError, OSError) as error:  # nobody renews it any more, so it will be taken again
            self._mine.discard(id)
            log.warning("the inbox can't reach Redis", why=str(error))
        except Exception:  # an edge: one delivery must not end the watch over all others
            log.exception("a delivery from Slack can't be handled", id=id)
            await self.forget(id)


@contextmanager
def _counted(ids: Counter[str], id: str) -> Iterator[None]:
    """The id is among `ids` for the length of the body, also where the same one is at it twice."""
    ids[id] += 1
    try:
        yield
    finally:
        ids[id] -= 1
        if not ids[id]:
            del ids[id]


def _named(body: Json) -> str:
    """Returns the name that follows from a delivery, however often it comes; empty where it has none of its own."""
    own = body.get("event_id") or body.get("trigger_id")
    return NAMED + meaning(body.get("team_id") or body.get("team"), own) if isinstance(own, str) and own else ""
