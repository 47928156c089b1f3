"""Effects that happen once, keyed by what they mean and not by who delivered them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, NamedTuple

from redis.asyncio import Redis

from bot.state import keys
from bot.state.locks import HeldLock, LockLost, held

KEEP_S = 30 * 24 * 3600  # how long a meaning is remembered
LOSSES = 3  # leases that may run out in the middle of an effect

# Whoever has lost the lock may still write down what it did, unless somebody else did or does the same.
# KEYS meaning, lock; ARGV result, milliseconds, token. Gives 1 when it was written down.
_REMEMBER = """
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[3] then return 0 end
return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
"""


class Outcome(NamedTuple):
    """`first`: we did it just now. `result`: what doing it gave, then or now."""

    first: bool
    result: str


class Once:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._remember = redis.register_script(_REMEMBER)

    async def first(self, key: str, *, ttl: float = KEEP_S) -> bool:
        """True for whoever asks first, and for nobody else. For filters: nothing is repeated if the asker dies."""
        return bool(await self._redis.set(key, b"", nx=True, px=int(ttl * 1000)))

    async def note(self, key: str, result: str) -> None:
        """Gives a meaning that somebody was first with its result, for as long as it is remembered."""
        await self._redis.set(key, result, xx=True, keepttl=True)

    async def forget(self, key: str) -> None:
        """It may happen again."""
        await self._redis.delete(key)

    async def done(self, key: str) -> str | None:
        """The result of the effect, or None while it hasn't happened."""
        value = await self._redis.get(key)
        return value.decode() if isinstance(value, bytes) else value

    def alone(self, key: str) -> AbstractAsyncContextManager[HeldLock]:
        """For the body nobody else is at what `key` names: who is second begins when the first is done. See `held`."""
        return held(self._redis, keys.lock(key))

    async def run(
        self, key: str, effect: Callable[[], Awaitable[str]], *, ttl: float = KEEP_S, lease: float | None = None
    ) -> Outcome:
        """Run `effect` unless it is done, and remember its result.

        Two at once: the second waits and gets the first one's result. If the first dies, raises, or stalls for longer
        than its lease, the next one runs the effect, so an effect may begin again: make it repeatable. One result is
        remembered, and everybody gets that one. Raises LockLost when the lease runs out time and again.
        """
        for _ in range(LOSSES):
            if (result := await self.done(key)) is not None:
                return Outcome(False, result)
            with suppress(LockLost):  # whoever took over has the result, or will have it
                async with held(self._redis, keys.lock(key), lease=lease) as lock:
                    if (result := await self.done(key)) is not None:
                        return Outcome(False, result)
                    result = await effect()
                    if await self._written(lock, key, result, ttl):
                        return Outcome(True, result)
        raise LockLost

    async def _written(self, lock: HeldLock, key: str, result: str, ttl: float) -> bool:
        written: Any = await self._remember(keys=[key, lock.name], args=[result, int(ttl * 1000), lock.token])
        return bool(written)
