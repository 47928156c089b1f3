"""What Slack told us is kept until a handler is done with it: Slack hears "got it" first and won't say it again.

A process says every second that it is still at what it took. What nobody is at (its process was killed) is taken by
another, or by the same one after its restart, and handled from the start; handlers do nothing twice.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.kernel.errors import Unavailable
from bot.state import keys

KEEP_S = 1800  # Slack's response URLs live no longer
LEASE_S = 3.0
ALIVE_S = 1.0
KEEPING_S = 2.0  # Slack waits for three seconds
DEATHS = 3  # processes that may die of one thing

Json = dict[str, Any]
Handle = Callable[[str, Json], Awaitable[None]]

# KEYS held; ARGV now, before, wanted at most. Taking them and saying that we are alive is one step.
_TAKE = """
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[1], ARGV[1], id) end
return ids
"""

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class Inbox:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._take = redis.register_script(_TAKE)
        self._mine: set[str] = set()

    async def keep(self, body: Json) -> str:
        """Keep it, and give the id to forget it by. Raises Unavailable when that can't be done in time."""
        id = secrets.token_hex(8)
        try:
            async with asyncio.timeout(KEEPING_S), self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(keys.heard(id), "body", msgspec.json.encode(body))
                pipe.expire(keys.heard(id), KEEP_S)
                pipe.zadd(keys.HEARD, {id: time.time()})
                await pipe.execute()
        except (RedisError, OSError, TimeoutError) as error:
            raise Unavailable("The bot can't keep anything right now; please try again in a minute.") from error
        self._mine.add(id)
        return id

    async def forget(self, id: str) -> None:
        """A handler is done with it, well or badly."""
        self._mine.discard(id)
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zrem(keys.HEARD, id)
                pipe.delete(keys.heard(id))
                await pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("what a handler did will be done again", id=id, why=str(error))

    @asynccontextmanager
    async def watched(self, handle: Handle) -> AsyncIterator[None]:
        """For the length of the body, say that we live, and hand what dead processes left to `handle(id, body)`."""
        watching = asyncio.create_task(self._watch(handle))
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _watch(self, handle: Handle) -> None:
        while True:
            try:
                if self._mine:
                    await self._redis.zadd(keys.HEARD, dict.fromkeys(self._mine, time.time()), xx=True)
                now = time.time()
                for id in await self._take(keys=[keys.HEARD], args=[now, now - LEASE_S, 20]):
                    await self._again(id.decode(), handle)
            except (RedisError, OSError) as error:
                log.warning("the inbox can't reach Redis", why=str(error))
            await asyncio.sleep(ALIVE_S)

    async def _again(self, id: str, handle: Handle) -> None:
        body = await self._redis.hget(keys.heard(id), "body")
        tries = await self._redis.hincrby(keys.heard(id), "tries", 1)
        if body is None or tries > DEATHS:
            if body is not None:
                log.error("given up: processes died of what Slack told us", id=id, tries=tries)
            await self.forget(id)
            return
        self._mine.add(id)
        log.warning("a handler died in the middle; what Slack told us is handled again", id=id, tries=tries)
        await handle(id, msgspec.json.decode(body))
