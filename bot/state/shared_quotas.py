"""Rates and daily quotas that every process on one Redis counts together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.state import keys

MINUTE_MS = 60_000
# KEYS: when the rate is even again, bytes of the day. ARGV: now, milliseconds for each (0: any rate), bytes, most bytes
# (0: any number). Gives what refused it (0: nothing) and the milliseconds to wait. The rate is GCRA: a minute's worth
# may come at once.
_TAKE = """
local now, each, bytes, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local used = tonumber(redis.call('GET', KEYS[2]) or '0')
if most > 0 and (used >= most or used + bytes > most) then return {2, 0} end
if each > 0 then
  local even = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + each
  if even - now > 60000 then return {1, math.ceil(even - now - 60000)} end
  redis.call('SET', KEYS[1], string.format('%.3f', even), 'PX', 120000)
end
if most > 0 then
  redis.call('INCRBY', KEYS[2], bytes)
  redis.call('EXPIRE', KEYS[2], 172800)
end
return {0, 0}
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """`quota` is whether it was the day's bytes, not the rate; `seconds` until it is worth trying again."""

    quota: bool
    seconds: float


class SharedQuotas:
    """Deliveries in a minute and bytes in a day (UTC), by the name of who is counted. `clock` is for whoever counts."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self.clock = clock
        self._redis = redis
        self._take = redis.register_script(_TAKE)

    async def take(
        self, name: str, now: datetime, *, per_minute: int | None, size: int, per_day: int | None
    ) -> Refusal | None:
        """Counts one delivery of so many bytes, or says why not; then nothing was counted. Raises RedisError."""
        each = MINUTE_MS / per_minute if per_minute else 0
        names = [keys.intake_rate(name), keys.intake_bytes(name, _day(now))]
        values = [now.timestamp() * 1000, each, size, per_day or 0]
        answer: Any = await self._take(
            keys=names, args=[f"{value:.3f}" if value % 1 else int(value) for value in values]
        )
        why, wait_ms = (int(part) for part in answer)
        if not why:
            return None
        tomorrow = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo) + timedelta(days=1)
        return Refusal(why == 2, math.ceil((tomorrow - now).total_seconds()) if why == 2 else wait_ms / 1000)

    async def correct(self, name: str, now: datetime, difference: int) -> None:
        """The delivery that was counted at `now` had so many bytes more, or fewer. Raises RedisError."""
        if difference:
            await self._redis.incrby(keys.intake_bytes(name, _day(now)), difference)


def _day(now: datetime) -> str:
    return now.strftime("%Y-%m-%d")
