"""Which processes run on this Redis, what each of them answers from, and where it keeps files.

A store that is embedded can be read by one process only. A second bot beside it would answer the same question from
other events, right and wrong in turns and in silence, so it is refused; and so is a bot or a worker whose clips and
recordings are in another place than the others', where nobody else finds them. Processes that share both may be as
many as wanted.
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

from bot.kernel.errors import Conflict, Unavailable
from bot.state import keys

LEASE_S = 6.0
"""A process that wasn't heard of for so long is dead."""
RENEWALS = 3  # within a lease
WAIT_S = LEASE_S + 2.0
"""How long a process that starts waits for the lease of one that was killed."""
POLL_S = 0.25

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

# KEYS processes; ARGV token, name of the store, '1' where it is embedded, place of files, lease in milliseconds.
# Gives 'registered', or what a process that runs has another of.
_REGISTER = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local ends, embedded, place, name = string.match(all[i + 1], '^(%d+) (%d) (%S+) (.*)$')
  if tonumber(ends) <= now then
    redis.call('HDEL', KEYS[1], all[i])
  elseif all[i] ~= ARGV[1] then
    local both = name ~= '' and ARGV[2] ~= ''
    if both and name ~= ARGV[2] then
      if embedded == '1' or ARGV[3] == '1' then return 'events' end
      if string.find(name, '^server ') and string.find(ARGV[2], '^server ') then return 'server' end
    end
    if place ~= ARGV[4] then return 'files' end
  end
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %s %s %s', now + ARGV[5], ARGV[3], ARGV[4], ARGV[2]))
redis.call('PEXPIRE', KEYS[1], 10 * ARGV[5])
return 'registered'
"""


class Shares(NamedTuple):
    """What tells one store of events from another, and one place of files, in which there is no space."""

    place: str
    events: str = ""
    """Empty for a process that answers nothing; begins with `server ` for a database of events of our own."""
    embedded: bool = False
    """Whether only one process can read the events."""


class NotShared(Conflict):
    """Another process that runs here has other events, or other files."""


def _not_shared(what: str) -> NotShared:
    if what == "files":
        return NotShared(
            "Another process on this Redis keeps recordings, clips and pictures in another place, where this one would "
            "not find them. Give all of them the same folder, or one bucket (REPLAYBOOK_FILES=s3://…)."
        )
    if what == "server":
        return NotShared(
            "Another bot on this Redis answers from another ClickHouse, so the two would answer differently. Give all "
            "of them the same REPLAYBOOK_EVENTS."
        )
    return NotShared(
        "Another bot runs on this Redis, and one of the two keeps its events in a DuckDB file of its own, which "
        "the other can’t read: they would answer differently. Run one bot, or let all of them keep events in one "
        "ClickHouse (REPLAYBOOK_EVENTS=clickhouse://…)."
    )


@asynccontextmanager
async def registered(redis: Redis, shares: Shares, *, wait: float | None = None) -> AsyncIterator[None]:
    """Registers this process for as long as the body lasts.

    Raises NotShared when another one has other events or files: at the start, after `wait` seconds (8) in which the
    lease of a dead one ends, and later, if this one stalled for so long that another took its place; then the body is
    cancelled.
    """
    bot = _Registration(redis, shares)
    deadline = asyncio.get_running_loop().time() + (WAIT_S if wait is None else wait)
    while refused := await bot.refused():
        if asyncio.get_running_loop().time() > deadline:
            raise refused
        await asyncio.sleep(POLL_S)
    body = asyncio.current_task()
    assert body is not None  # noqa: S101 - a coroutine always runs in a task
    renewing = asyncio.create_task(_renew(bot, body))
    try:
        yield
    except asyncio.CancelledError:
        if renewing.done() and not renewing.cancelled() and body.uncancel() == 0:
            raise renewing.result() from None
        raise
    finally:
        renewing.cancel()
        await bot.end()


@asynccontextmanager
async def rendering_here(redis: Redis) -> AsyncIterator[None]:
    """Lets others know, for as long as the body lasts, that a worker runs."""

    async def tell() -> None:
        while True:
            with suppress(RedisError, OSError):
                await redis.set(keys.RENDERING, b"1", px=int(LEASE_S * 1000))
            await asyncio.sleep(LEASE_S / RENEWALS)

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()


async def worker_runs(redis: Redis) -> bool:
    """Raises Unavailable without Redis."""
    try:
        return bool(await redis.exists(keys.RENDERING))
    except (RedisError, OSError) as error:
        raise Unavailable("Redis doesn’t answer.") from error


class _Registration:
    def __init__(self, redis: Redis, shares: Shares) -> None:
        self._redis = redis
        self._register = redis.register_script(_REGISTER)
        self._token = secrets.token_hex(8)
        self._shares = shares

    async def refused(self) -> NotShared | None:
        """Registers it anew, or returns what stands against it."""
        place, events, embedded = self._shares
        args: list[Any] = [self._token, events, int(embedded), place, int(LEASE_S * 1000)]
        answer: Any = await self._register(keys=[keys.BOTS], args=args)
        return None if answer == b"registered" else _not_shared(answer.decode())

    async def end(self) -> None:
        with suppress(RedisError, OSError):  # the lease ends by itself
            await self._redis.hdel(keys.BOTS, self._token)


async def _renew(bot: _Registration, body: asyncio.Task[object]) -> NotShared:
    """Returns, having cancelled the body, when another process took this one's place."""
    while True:
        await asyncio.sleep(LEASE_S / RENEWALS)
        try:
            if refused := await bot.refused():
                break
        except (RedisError, OSError) as error:
            log.warning("this process can't renew its registration", why=str(error))
    log.error("this process stalled, and another one took its place", why=refused.sentence)
    body.cancel()
    return refused
