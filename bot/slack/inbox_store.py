"""What the inbox keeps in Redis: deliveries, who has them, and until when nobody else may take them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from bot.state import keys
from bot.state.together import Together

KEEP_S = 6 * 3600  # while Slack is away, say
REMEMBER_S = 900  # Slack delivers again for six minutes
AT_ONCE = 20
NAMED = "named-"  # what ids begin with that follow from the delivery

_NOW = "local time = redis.call('TIME') local now = time[1] + time[2] / 1000000\n"

# Several at once: KEYS alive, owners, then deliveries; ARGV owner, seconds, then id and body of each.
# Gives 0 for each that is known.
_ADD = f"""{_NOW}
local added = {{}}
for i = 3, #KEYS do
  local id, body = ARGV[2 * i - 3], ARGV[2 * i - 2]
  if redis.call('EXISTS', KEYS[i]) == 1 then
    added[i - 2] = 0
  else
    redis.call('HSET', KEYS[i], 'body', body)
    redis.call('EXPIRE', KEYS[i], ARGV[2])
    redis.call('ZADD', KEYS[1], now, id)
    redis.call('HSET', KEYS[2], id, ARGV[1])
    added[i - 2] = 1
  end
end
return added
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

# Several at once: KEYS alive, owners, then deliveries; ARGV owner, then id and seconds to remember it for of each.
# Gives 0 for each that is somebody else's.
_REMOVE = """
local removed = {}
for i = 3, #KEYS do
  local id, seconds = ARGV[2 * i - 4], ARGV[2 * i - 3]
  removed[i - 2] = 0
  if redis.call('HGET', KEYS[2], id) == ARGV[1] then
    redis.call('DEL', KEYS[i])
    if seconds ~= '0' then
      redis.call('HSET', KEYS[i], 'done', 1)
      redis.call('EXPIRE', KEYS[i], seconds)
    end
    redis.call('ZREM', KEYS[1], id)
    redis.call('HDEL', KEYS[2], id)
    removed[i - 2] = 1
  end
end
return removed
"""

# KEYS alive, owners; ARGV owner, then ids. What is the owner's is anybody's from now on, and no longer the owner's.
_RELEASE = """
for i = 2, #ARGV do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[1] then
    redis.call('ZADD', KEYS[1], 'XX', 0, ARGV[i])
    redis.call('HDEL', KEYS[2], ARGV[i])
  end
end
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
        self._release = redis.register_script(_RELEASE)
        self._adding = Together(self._add_all)
        self._removing = Together(self._remove_all)

    async def add(self, id: str, body: bytes) -> bool:
        """False when it was added before."""
        return await self._adding.call((id, body))

    async def release(self, mine: Collection[str]) -> None:
        """Let others take them at once."""
        await self._release(keys=[keys.INBOX_ALIVE, keys.INBOX_OWNERS], args=[self._owner, *mine])

    async def renew_and_take(self, mine: Collection[str], most: int = AT_ONCE) -> tuple[list[str], set[str]]:
        """(ids that were nobody's and are this owner's now, ids of `mine` that are somebody else's or gone)."""
        args: list[Any] = [self._owner, self._lease, most, *mine]
        taken, lost = await self._renew_and_take(keys=[keys.INBOX_ALIVE, keys.INBOX_OWNERS], args=args)
        return [id.decode() for id in taken], {id.decode() for id in lost}

    async def begin_again(self, id: str) -> tuple[bytes | None, int]:
        """(body, how often it was begun again); None when it ended."""
        answer: Any = await self._begin_again(keys=[keys.inbox(id)])
        return answer[0], int(answer[1])

    async def remove(self, id: str) -> bool:
        """False when another process has it."""
        return await self._removing.call((id, REMEMBER_S if id.startswith(NAMED) else 0))

    async def take_back(self, id: str) -> bool:
        """Removes it as if it had never come; False when it isn't this owner's."""
        return await self._removing.call((id, 0))

    async def _add_all(self, deliveries: Sequence[tuple[str, bytes]]) -> list[bool]:
        return await self._several(self._add, deliveries, KEEP_S)

    async def _remove_all(self, deliveries: Sequence[tuple[str, int]]) -> list[bool]:
        return await self._several(self._remove, deliveries)

    async def _several(self, script: AsyncScript, rows: Sequence[tuple[str, Any]], *more: Any) -> list[bool]:
        names = [keys.INBOX_ALIVE, keys.INBOX_OWNERS, *(keys.inbox(id) for id, _ in rows)]
        done: Any = await script(keys=names, args=[self._owner, *more, *chain.from_iterable(rows)])
        return [bool(each) for each in done]
