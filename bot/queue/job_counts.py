"""What goes with a job from its first run to its end: how often it was begun and failed, and who runs it now."""

from __future__ import annotations

from contextlib import suppress

from coredis import Redis, RedisCluster
from coredis.exceptions import RedisError

from bot.kernel.errors import Unavailable
from bot.kernel.telemetry import reference
from bot.state import keys

KEEP_S = 7 * 24 * 3600

# KEYS job; ARGV run, seconds
_BEGIN = """
redis.call('HSET', KEYS[1], 'run', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('HINCRBY', KEYS[1], 'begun', 1)
"""
# KEYS job; ARGV field, seconds
_COUNT = """
local count = redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
return count
"""
# KEYS job; ARGV fresh reference, seconds
_REFERENCE = """
redis.call('HSETNX', KEYS[1], 'reference', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('HGET', KEYS[1], 'reference')
"""
# KEYS job; ARGV run, '1' when the job ended
_FORGET = """
if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] then return 0 end
if ARGV[2] == '1' then return redis.call('DEL', KEYS[1]) end
return redis.call('HDEL', KEYS[1], 'begun')
"""


class JobCounts:
    """A hash for each job: `begun` (runs whose end nobody has seen: the worker died), `failed` (runs that ended in
    Upstream), `waited` (runs that were told to come back later), `run` (the latest run, which alone may end the job).
    """

    def __init__(self, redis: Redis[str] | RedisCluster[str]) -> None:
        self._redis = redis

    async def begin(self, id: str, run: str) -> int:
        """How often the job was begun without an end, this time included. Raises Unavailable without Redis."""
        return await self._counted(_BEGIN, id, run)

    async def count(self, id: str, field: str) -> int:
        """Raises Unavailable without Redis."""
        return await self._counted(_COUNT, id, field)

    async def is_latest(self, id: str, run: str) -> bool:
        """False when another worker began the job after this run did. Without Redis: True."""
        try:
            latest = await self._redis.hget(keys.job(id), "run")
        except (RedisError, OSError):
            return True
        return latest == run

    async def reference(self, id: str) -> str:
        """The same one if the worker dies while it tells of the failure, so that nobody is told twice."""
        fresh = reference()
        try:
            return str(await self._redis.eval(_REFERENCE, [keys.job(id)], [fresh, KEEP_S]))
        except (RedisError, OSError):
            return fresh  # the log still gets one

    async def forget(self, id: str, run: str, *, ended: bool) -> None:
        """Of a run that another worker has taken over, nothing is forgotten."""
        with suppress(RedisError, OSError):  # it must not hide how the run ended
            await self._redis.eval(_FORGET, [keys.job(id)], [run, "1" if ended else "0"])

    async def _counted(self, script: str, id: str, argument: str) -> int:
        try:
            return int(str(await self._redis.eval(script, [keys.job(id)], [argument, KEEP_S])))
        except (RedisError, OSError) as error:
            raise Unavailable("Redis went away.") from error
