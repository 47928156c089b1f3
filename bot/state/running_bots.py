"""Which bots run on this Redis, and what each of them answers from.

A store that is embedded can be read by one process only. A second bot beside it would answer the same question from
other events, right and wrong in turns and in silence, so it is refused. Bots that share their events may be as many as
wanted.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.kernel.errors import Conflict
from bot.state import keys

LEASE_S = 6.0
"""A bot that wasn't heard of for so long is dead."""
RENEWALS = 3  # within a lease
WAIT_S = LEASE_S + 2.0
"""How long a bot that starts waits for the lease of one that was killed."""
POLL_S = 0.25

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

# KEYS bots; ARGV token, name of the store, '1' where it is embedded, lease in milliseconds.
# Gives 1 when the bot is registered, 0 when another one that runs answers from something else.
_REGISTER = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local ends, embedded, name = string.match(all[i + 1], '^(%d+) (%d) (.*)$')
  if tonumber(ends) <= now then
    redis.call('HDEL', KEYS[1], all[i])
  elseif all[i] ~= ARGV[1] and name ~= ARGV[2] and (embedded == '1' or ARGV[3] == '1') then
    return 0
  end
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %s %s', now + ARGV[4], ARGV[3], ARGV[2]))
redis.call('PEXPIRE', KEYS[1], 10 * ARGV[4])
return 1
"""


class AnswersFrom(NamedTuple):
    """What tells one store of events from another. `embedded`: only one process can read it."""

    name: str
    embedded: bool


class TwoStores(Conflict):
    """Another bot that runs here answers from other events."""

    def __init__(self) -> None:
        super().__init__(
            "Another bot runs on this Redis, and one of the two keeps its events in a DuckDB file of its own, which "
            "the other can't read: they would answer differently. Run one bot, or let all of them keep events in one "
            "ClickHouse (REPLAYBOOK_EVENTS=clickhouse://…)."
        )


@asynccontextmanager
async def registered(redis: Redis, answers_from: AnswersFrom, *, wait: float | None = None) -> AsyncIterator[None]:
    """Registers this bot for as long as the body lasts.

    Raises TwoStores when another bot answers from something else: at the start, after `wait` seconds (8) in which the
    lease of a dead one ends, and later, if this one stalled for so long that another took its place; then the body is
    cancelled.
    """
    bot = _Registration(redis, answers_from)
    deadline = asyncio.get_running_loop().time() + (WAIT_S if wait is None else wait)
    while not await bot.renew():
        if asyncio.get_running_loop().time() > deadline:
            raise TwoStores
        await asyncio.sleep(POLL_S)
    body = asyncio.current_task()
    assert body is not None  # noqa: S101 - a coroutine always runs in a task
    renewing = asyncio.create_task(_renew(bot, body))
    try:
        yield
    except asyncio.CancelledError:
        if renewing.done() and not renewing.cancelled() and body.uncancel() == 0:
            raise TwoStores from None
        raise
    finally:
        renewing.cancel()
        await bot.end()


class _Registration:
    def __init__(self, redis: Redis, answers_from: AnswersFrom) -> None:
        self._redis = redis
        self._register = redis.register_script(_REGISTER)
        self._token = secrets.token_hex(8)
        self._answers_from = answers_from

    async def renew(self) -> bool:
        """False when another bot that runs answers from something else."""
        name, embedded = self._answers_from
        args: list[Any] = [self._token, name, int(embedded), int(LEASE_S * 1000)]
        answer: Any = await self._register(keys=[keys.BOTS], args=args)
        return bool(answer)

    async def end(self) -> None:
        with suppress(RedisError, OSError):  # the lease ends by itself
            await self._redis.hdel(keys.BOTS, self._token)


async def _renew(bot: _Registration, body: asyncio.Task[object]) -> None:
    """Returns, having cancelled the body, when another bot took this one's place."""
    while True:
        await asyncio.sleep(LEASE_S / RENEWALS)
        try:
            if not await bot.renew():
                break
        except (RedisError, OSError) as error:
            log.warning("this bot can't renew its registration", why=str(error))
    log.error("this bot stalled, and another one took its place")
    body.cancel()
