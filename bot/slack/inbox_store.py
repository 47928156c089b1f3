"""The inbox in Redis. Time is Redis's own, so it doesn't matter whose clock is wrong."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from redis.asyncio import Redis

from bot.state import keys

KEEP_S = 1800  # Slack's response URLs live no longer
AT_ONCE = 20

_NOW = "local time = redis.call('TIME') local now = time[1] + time[2] / 1000000\n"

# KEYS delivery, alive, owners; ARGV id, owner, body, seconds
_ADD = f"""{_NOW}
redis.call('HSET', KEYS[1], 'body', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('ZADD', KEYS[2], now, ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
return 1
"""

# Renewing comes first and in the same step, so that nobody takes what is its own after a stall.
# KEYS alive, owners; ARGV owner, lease, how many at most, then what the owner believes to be its own.
# Gives what was taken, and what is no longer the owner's.
_RENEW_AND_TAKE = f"""{_NOW}
local lost = {{}}
for i = 4, #ARGV do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[1] then
    redis.call('ZADD', KEYS[1], 'XX', now, ARGV[i])
  else
    lost[#lost + 1] = ARGV[i]
  end
end
local taken = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(taken) do
  redis.call('ZADD', KEYS[1], now, id)
  redis.call('HSET', KEYS[2], id, ARGV[1])
end
return {{taken, lost}}
"""

# KEYS delivery. Gives its body and how often it was begun again.
_BEGIN_AGAIN = """
local body = redis.call('HGET', KEYS[1], 'body')
if not body then return {false, 0} end
return {body, redis.call('HINCRBY', KEYS[1], 'tries', 1)}
"""

# KEYS delivery, alive, owners; ARGV id, owner. Gives 0 when it is somebody else's.
_REMOVE = """
if redis.call('HGET', KEYS[3], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
return 1
"""


class InboxStore:
    """`owner` names a process. `lease`: seconds after which a delivery that isn't renewed is free."""

    def __init__(self, redis: Redis, *, owner: str, lease: float) -> None:
        self._owner = owner
        self._lease = lease
        self._add = redis.register_script(_ADD)
        self._renew_and_take = redis.register_script(_RENEW_AND_TAKE)
        self._begin_again = redis.register_script(_BEGIN_AGAIN)
        self._remove = redis.register_script(_REMOVE)

    async def add(self, id: str, body: bytes) -> None:
        await self._add(keys=_keys(id), args=[id, self._owner, body, KEEP_S])

    async def renew_and_take(self, mine: Collection[str]) -> tuple[list[str], set[str]]:
        """(ids that were nobody's and are this owner's now, ids of `mine` that are somebody else's or gone)."""
        args: list[Any] = [self._owner, self._lease, AT_ONCE, *mine]
        taken, lost = await self._renew_and_take(keys=[keys.INBOX_ALIVE, keys.INBOX_OWNERS], args=args)
        return [id.decode() for id in taken], {id.decode() for id in lost}

    async def begin_again(self, id: str) -> tuple[bytes | None, int]:
        """(body, how often it was begun again); None when it ended."""
        answer: Any = await self._begin_again(keys=[keys.inbox(id)])
        return answer[0], int(answer[1])

    async def remove(self, id: str) -> bool:
        """False when another process has it."""
        return bool(await self._remove(keys=_keys(id), args=[id, self._owner]))


def _keys(id: str) -> list[str]:
    return [keys.inbox(id), keys.INBOX_ALIVE, keys.INBOX_OWNERS]
