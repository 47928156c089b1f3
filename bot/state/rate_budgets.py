"""How many requests or points a service still takes from us, counted down in Redis by all processes that ask it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.state import keys

# KEYS budget; ARGV amount. Milliseconds to wait, 0 where the amount was taken.
_TAKE = """
local left = redis.call('GET', KEYS[1])
if not left then return 0 end
if tonumber(left) < tonumber(ARGV[1]) then return math.max(redis.call('PTTL', KEYS[1]), 1) end
redis.call('DECRBY', KEYS[1], ARGV[1])
return 0
"""
# KEYS budget; ARGV left, milliseconds. A service doesn't count what is under way, so the lower number is right.
_ANNOUNCE = """
local left, known = tonumber(ARGV[1]), redis.call('GET', KEYS[1])
if known and tonumber(known) < left then left = tonumber(known) end
redis.call('SET', KEYS[1], left, 'PX', ARGV[2])
"""
# KEYS pause; ARGV milliseconds. Milliseconds to wait, 0 for the one who may go now; the next one waits in turn.
_IN_TURN = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local free = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), ms)
redis.call('SET', KEYS[1], free + ARGV[1], 'PX', free + ARGV[1] - ms + 1000)
return free - ms
"""


class RateBudgets:
    """Budgets of one account of a service. Without Redis, or while it is away, the service's own 429 holds us back."""

    def __init__(self, redis: Redis | None, provider: str, account: str) -> None:
        self._provider = provider
        self._account = account
        self._take: Callable[..., Any] | None = redis.register_script(_TAKE) if redis else None
        self._announce: Callable[..., Any] | None = redis.register_script(_ANNOUNCE) if redis else None
        self._in_turn: Callable[..., Any] | None = redis.register_script(_IN_TURN) if redis else None

    async def take(self, group: str, amount: int = 1) -> float:
        """Takes so much of a budget. Returns 0 when there was enough, else the seconds to wait; nothing was taken."""
        return await self._seconds(self._take, group, amount)

    async def announce(self, group: str, left: int, seconds: float) -> None:
        """Notes that so much is left for `seconds`, as the service's last answer says."""
        if self._announce is None:
            return
        try:
            await self._announce(keys=[self._key(group)], args=[max(left, 0), max(1, int(seconds * 1000))])
        except (RedisError, OSError):
            return

    async def turn(self, group: str, apart_s: float) -> float:
        """Seconds until it is our turn, where requests of a group must be some seconds apart."""
        return await self._seconds(self._in_turn, group, max(1, int(apart_s * 1000)))

    async def _seconds(self, script: Callable[..., Any] | None, group: str, argument: int) -> float:
        if script is None:
            return 0.0
        try:
            return max(0, int(await script(keys=[self._key(group)], args=[argument]))) / 1000
        except (RedisError, OSError):
            return 0.0

    def _key(self, group: str) -> str:
        return keys.limit(self._provider, self._account, group)
