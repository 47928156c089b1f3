"""Effects that happen once, keyed by what they mean and not by who delivered them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from redis.asyncio import Redis

from bot.state import keys
from bot.state.locks import LEASE_S, held

KEEP_S = 30 * 24 * 3600  # how long a meaning is remembered


class Outcome(NamedTuple):
    """`first`: we did it just now. `result`: what doing it gave, then or now."""

    first: bool
    result: str


class Once:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def first(self, key: str, *, ttl: float = KEEP_S) -> bool:
        """True for whoever asks first, and for nobody else. For filters: nothing is repeated if the asker dies."""
        return bool(await self._redis.set(key, b"", nx=True, px=int(ttl * 1000)))

    async def done(self, key: str) -> str | None:
        """The result of the effect, or None while it hasn't happened."""
        value = await self._redis.get(key)
        return value.decode() if isinstance(value, bytes) else value

    async def run(
        self, key: str, effect: Callable[[], Awaitable[str]], *, ttl: float = KEEP_S, lease: float = LEASE_S
    ) -> Outcome:
        """Run `effect` unless it is done, and remember its result.

        Two at once: the second waits and gets the first one's result. If the first dies or raises, nothing is
        remembered and the next one runs the effect, so a *dead* holder's effect may begin again: make it repeatable.
        """
        if (result := await self.done(key)) is not None:
            return Outcome(False, result)
        async with held(self._redis, keys.lock(key), lease=lease):
            if (result := await self.done(key)) is not None:
                return Outcome(False, result)
            result = await effect()
            await self._redis.set(key, result.encode(), px=int(ttl * 1000))
            return Outcome(True, result)
