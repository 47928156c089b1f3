"""Rate limits, taken from the headers of a service's answers and shared by all replicas that ask with the same keys.

An answer says how many requests of its group are left and when they start anew (X-RateLimit-Remaining,
X-RateLimit-Reset), or, where there are none left, how long to wait (Retry-After). Every replica goes by it here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.state import keys

WAIT_S = 5.0
"""How long to wait after a 429 that doesn't say."""
LONGEST_WAIT_S = 3600.0


class RateLimits(Protocol):
    """`group` is what shares a limit, such as `rum`."""

    async def take(self, group: str) -> float:
        """Takes one request. Returns 0 when there was one, else the seconds to wait; then nothing was taken."""

    async def announce(self, group: str, left: int, seconds: float) -> None:
        """Notes that `left` requests are left for `seconds`, as the last answer says."""


class OwnLimits:
    """Limits of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, tuple[int, float]] = {}

    async def take(self, group: str) -> float:
        left, until = self._current(group)
        if left is None:
            return 0.0
        if left <= 0:
            return until - self._clock()
        self._left[group] = (left - 1, until)
        return 0.0

    async def announce(self, group: str, left: int, seconds: float) -> None:
        known, _ = self._current(group)
        self._left[group] = (left if known is None else min(left, known), self._clock() + seconds)

    def _current(self, group: str) -> tuple[int | None, float]:
        left, until = self._left.get(group, (0, 0.0))
        return (left, until) if self._clock() < until else (None, 0.0)


_TAKE = """
local left = redis.call('GET', KEYS[1])
if not left then return 0 end
if tonumber(left) <= 0 then return redis.call('PTTL', KEYS[1]) end
redis.call('DECR', KEYS[1])
return 0
"""
# A service doesn't count requests that are under way, so the lower number is right.
_ANNOUNCE = """
local left, known = tonumber(ARGV[1]), redis.call('GET', KEYS[1])
if known and tonumber(known) < left then left = known end
redis.call('SET', KEYS[1], left, 'PX', ARGV[2])
"""


class SharedLimits:
    """Limits of all replicas, in Redis. While Redis is away nobody is held back: the service's own 429 does that.

    `site` is whose limits they are: one site of the provider, or one project there.
    """

    def __init__(self, redis: Redis, provider: str, site: str) -> None:
        self._provider, self._site = provider, site
        self._take: Callable[..., Any] = redis.register_script(_TAKE)
        self._announce: Callable[..., Any] = redis.register_script(_ANNOUNCE)

    async def take(self, group: str) -> float:
        try:
            return max(0, int(await self._take(keys=[self._key(group)]))) / 1000
        except (RedisError, OSError):
            return 0.0

    async def announce(self, group: str, left: int, seconds: float) -> None:
        try:
            await self._announce(keys=[self._key(group)], args=[left, max(1, int(seconds * 1000))])
        except (RedisError, OSError):
            return

    def _key(self, group: str) -> str:
        return keys.limit(self._provider, self._site, group)


def remaining_of(headers: Mapping[str, str]) -> tuple[int, float] | None:
    """Returns (requests left, seconds until they start anew) from an answer's headers, None when they don't say."""
    left = headers.get("X-RateLimit-Remaining", "").strip()
    if not left.isascii() or not left.isdigit() or "X-RateLimit-Reset" not in headers:
        return None
    return int(left), seconds_to_reset(headers)


def seconds_to_reset(headers: Mapping[str, str]) -> float:
    """Seconds until the limit starts anew, from X-RateLimit-Reset or Retry-After."""
    for name in ("X-RateLimit-Reset", "Retry-After"):
        seconds = headers.get(name, "").strip()
        if seconds.isascii() and seconds.replace(".", "", 1).isdigit():
            return min(float(seconds), LONGEST_WAIT_S)
    return WAIT_S
