"""GitHub's limits on content, kept before GitHub has to: so many creates a minute and an hour, by all replicas.

80 a minute and 500 an hour: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.state import keys

WINDOWS = ((60, 70), (3600, 450))
"""Seconds, and how many of ours in them: below GitHub's own, which counts what people do with the token, too."""

# KEYS one a window; ARGV seconds and most of each. Takes one of each and gives 0, or takes none and gives milliseconds.
_TAKE = """
for n = 1, #KEYS do
  local used = tonumber(redis.call('GET', KEYS[n]) or '0')
  if used >= tonumber(ARGV[2 * n]) then return math.max(redis.call('PTTL', KEYS[n]), 1) end
end
for n = 1, #KEYS do
  if redis.call('INCR', KEYS[n]) == 1 then redis.call('PEXPIRE', KEYS[n], ARGV[2 * n - 1] * 1000) end
end
return 0
"""


class ContentLimits:
    """While Redis is away nobody is held back: GitHub's own 403 does that."""

    def __init__(self, redis: Redis, site: str, windows: tuple[tuple[int, int], ...] = WINDOWS) -> None:
        self._windows = windows
        self._keys = [keys.tagged(keys.ALL, "limit", "github", site, str(seconds)) for seconds, _ in windows]
        self._take: Callable[..., Any] = redis.register_script(_TAKE)

    async def take(self) -> float:
        """Takes one create. Returns 0, or the seconds to wait; then nothing was taken."""
        arguments = [value for window in self._windows for value in window]
        try:
            return int(await self._take(keys=self._keys, args=arguments)) / 1000
        except (RedisError, OSError):
            return 0.0
