"""The outbox in Redis. Each step is one script, so that a crash lies before it or after it, never in the middle.

Per channel a list of letters, the head being served; per post a hash with its state; per updated message its newest
content; and one sorted set of the channels that have something waiting, by the time they may be served.
"""

from __future__ import annotations

import time
from typing import Any

from redis.asyncio import Redis

from bot.slack.outbox import models
from bot.slack.outbox.models import Delivery, DeliveryState, OutboxUpdate, Post, Update
from bot.state import keys

KEEP_S = 30 * 24 * 3600

# A failed post may be asked for again; a waiting, sending or posted one not.
# KEYS effect, outgoing, due; ARGV channel, letter, member, now, keep, wake
_ADD_POST = """
local state = redis.call('HGET', KEYS[1], 'state')
if state and state ~= 'failed' then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'state', 'waiting', 'channel', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], 'NX', ARGV[4], ARGV[3])
redis.call('PUBLISH', ARGV[6], ARGV[3])
return 1
"""

# KEYS newest, outgoing, due; ARGV change, letter, member, now, keep, wake
_ADD_UPDATE = """
if redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[5], 'GET') then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], 'NX', ARGV[4], ARGV[3])
redis.call('PUBLISH', ARGV[6], ARGV[3])
return 1
"""

# KEYS effect, outgoing, due; ARGV letter, member, then fields of the effect
_END_POST = """
if redis.call('LINDEX', KEYS[2], 0) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('LPOP', KEYS[2])
if redis.call('LLEN', KEYS[2]) == 0 then redis.call('ZREM', KEYS[3], ARGV[2]) end
return 1
"""

# KEYS newest, outgoing, due; ARGV letter, member, change that was sent ('' to drop whatever is there)
_END_UPDATE = """
if redis.call('LINDEX', KEYS[2], 0) ~= ARGV[1] then return 0 end
redis.call('LPOP', KEYS[2])
local newest = redis.call('GET', KEYS[1])
if newest and ARGV[3] ~= '' and newest ~= ARGV[3] then
  redis.call('RPUSH', KEYS[2], ARGV[1])
else
  redis.call('DEL', KEYS[1])
end
if redis.call('LLEN', KEYS[2]) == 0 then redis.call('ZREM', KEYS[3], ARGV[2]) end
return 1
"""


# Looking and taking the channel out of the due ones is one step: a letter that comes in between would be forgotten.
# KEYS outgoing, due; ARGV member
_HEAD = """
local head = redis.call('LINDEX', KEYS[1], 0)
if not head then redis.call('ZREM', KEYS[2], ARGV[1]) end
return head
"""


class OutboxStore:
    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._add_post = redis.register_script(_ADD_POST)
        self._add_update = redis.register_script(_ADD_UPDATE)
        self._head = redis.register_script(_HEAD)
        self._end_post = redis.register_script(_END_POST)
        self._end_update = redis.register_script(_END_UPDATE)

    async def add_post(self, team: str, channel: str, post: Post) -> bool:
        """False when this effect is known already."""
        where = [keys.effect(team, post.key), keys.outgoing(team, channel), keys.DUE]
        return bool(await self._add_post(keys=where, args=[channel, *_tail(team, channel, post)]))

    async def add_update(self, team: str, channel: str, target: str, change: OutboxUpdate) -> bool:
        """False when it replaced one that was waiting."""
        where = [keys.newest(team, channel, target), keys.outgoing(team, channel), keys.DUE]
        args = [models.encode(change), *_tail(team, channel, Update(target))]
        return bool(await self._add_update(keys=where, args=args))

    async def due(self) -> tuple[list[tuple[str, str]], float]:
        """Channels that may be served now, as (team, channel), and the seconds until the next one may."""
        waiting: Any = await self.redis.zrange(keys.DUE, 0, 255, withscores=True)
        now = time.time()
        ready = [_channel(member) for member, at in waiting if at <= now]
        return ready, min((at - now for _, at in waiting if at > now), default=float("inf"))

    async def later(self, team: str, channel: str, seconds: float) -> None:
        await self.redis.zadd(keys.DUE, {_member(team, channel): time.time() + seconds})

    async def is_due(self, team: str, channel: str) -> bool:
        """Whether it still is: another process may have been told to wait since `due` was asked."""
        at = await self.redis.zscore(keys.DUE, _member(team, channel))
        return at is not None and float(at) <= time.time()

    async def head(self, team: str, channel: str) -> bytes | None:
        """The letter whose turn it is; None, and the channel is no longer due, when there is none."""
        found: Any = await self._head(keys=[keys.outgoing(team, channel), keys.DUE], args=[_member(team, channel)])
        return found  # type: ignore[no-any-return]

    async def effect(self, team: str, key: str) -> Delivery | None:
        found: Any = await self.redis.hgetall(keys.effect(team, key))
        if not found:
            return None
        field = {name.decode(): value.decode() for name, value in found.items()}
        return Delivery(
            DeliveryState(field["state"]), field.get("in") or field["channel"], field.get("ts", ""),
            float(field.get("since", 0)), field.get("why", ""), field.get("reference", ""),
        )  # fmt: skip

    async def mark(self, team: str, key: str, state: DeliveryState) -> None:
        effect = keys.effect(team, key)
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.hsetnx(effect, "since", repr(time.time()))
            pipe.hset(effect, "state", state)
            await pipe.execute()

    async def end_post(self, team: str, channel: str, letter: bytes, key: str, **fields: str) -> None:
        where = [keys.effect(team, key), keys.outgoing(team, channel), keys.DUE]
        pairs = [part for pair in fields.items() for part in pair]
        await self._end_post(keys=where, args=[letter, _member(team, channel), *pairs])

    async def newest(self, team: str, channel: str, target: str) -> bytes | None:
        return await self.redis.get(keys.newest(team, channel, target))  # type: ignore[return-value]

    async def end_update(self, team: str, channel: str, letter: bytes, target: str, sent: bytes) -> None:
        where = [keys.newest(team, channel, target), keys.outgoing(team, channel), keys.DUE]
        await self._end_update(keys=where, args=[letter, _member(team, channel), sent])


def _tail(team: str, channel: str, letter: models.OutboxItem) -> list[Any]:
    return [models.encode(letter), _member(team, channel), time.time(), KEEP_S, keys.WAKE]


def _member(team: str, channel: str) -> str:
    return f"{team} {channel}"


def _channel(member: bytes) -> tuple[str, str]:
    team, _, channel = member.decode().partition(" ")
    return team, channel
