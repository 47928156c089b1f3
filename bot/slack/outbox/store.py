"""The outbox in Redis. Each step is one script, so that a crash lies before it or after it, never in the middle.

Per channel a list of items, the head being served; per post a hash with its state; per updated message its newest
content; and per team a sorted set of the channels that have something waiting, by the time they may be served. What a
script touches together lies on one node of a Cluster.

The lock of a channel's list guards it (`FencedScript`: last key, last argument). Before a message is sent its sender
must hold the lock; afterwards it may still write down what happened, unless somebody else serves the channel by now.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import msgspec
from redis.asyncio import Redis

from bot.kernel.origin import handed_on
from bot.slack.outbox import models
from bot.slack.outbox.models import Delivery, DeliveryState, OutboxUpdate, Post, ServedChannel, Update
from bot.state import keys
from bot.state.locks import FencedScript, HeldLock
from bot.state.redis_records import KnownTeams

# A post that failed, or that is gone, may be asked for again; a waiting, sending or posted one not.
# KEYS delivery, outgoing, due; ARGV channel, item, now, keep, wake, team, who waits, '1' for a placeholder
_ADD_POST = """
local state = redis.call('HGET', KEYS[1], 'state')
if state and state ~= 'failed' and redis.call('HEXISTS', KEYS[1], 'gone') == 0 then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'state', 'waiting', 'channel', ARGV[1], 'waits', ARGV[7], 'placeholder', ARGV[8])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('ZADD', KEYS[3], 'NX', ARGV[3], ARGV[1])
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 1
"""

# Progress that somebody was about to show when the message became what it stands for comes too late.
# KEYS newest, outgoing, due, delivery; ARGV channel, item, now, keep, wake, team, update, '1' for a placeholder
_ADD_UPDATE = """
if ARGV[8] == '1' then
  if redis.call('HEXISTS', KEYS[4], 'final') == 1 then return 0 end
elseif redis.call('EXISTS', KEYS[4]) == 1 then
  redis.call('HSET', KEYS[4], 'final', '1')
end
if redis.call('SET', KEYS[1], ARGV[7], 'EX', ARGV[4], 'GET') then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('ZADD', KEYS[3], 'NX', ARGV[3], ARGV[1])
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 1
"""

# Looking and taking the channel out of the due ones is one step: an item that comes in between would be forgotten.
# KEYS outgoing, due; ARGV channel
_HEAD = """
local head = redis.call('LINDEX', KEYS[1], 0)
if not head then redis.call('ZREM', KEYS[2], ARGV[1]) end
return head
"""

# Fenced. KEYS delivery, lock; ARGV state, now, keep, token
_MARK = """
redis.call('HSETNX', KEYS[1], 'since', ARGV[2])
redis.call('HSET', KEYS[1], 'state', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""

# KEYS delivery; ARGV fields. The first is there from now on and the others aren't, if the post is known.
_SWITCH = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], '1')
redis.call('HDEL', KEYS[1], unpack(ARGV, 2))
return 1
"""

_UNLESS_TAKEN_OVER = """
local holder = redis.call('GET', KEYS[4])
if holder and holder ~= ARGV[2] then return 0 end
if redis.call('LINDEX', KEYS[2], 0) ~= ARGV[1] then return 0 end
"""
_NEXT = """
redis.call('LPOP', KEYS[2])
if redis.call('LLEN', KEYS[2]) == 0 then redis.call('ZREM', KEYS[3], ARGV[3]) end
return 1
"""

# KEYS delivery, outgoing, due, lock; ARGV item, token, channel, keep, then fields of the delivery
_END_POST = f"""{_UNLESS_TAKEN_OVER}
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
redis.call('EXPIRE', KEYS[1], ARGV[4])
{_NEXT}"""

# Where there is newer content by now, the item goes to the end of the list, so that others have their turn. One that
# names its message by key stays: what names it by ts is newer, for it was asked for after the message was posted.
# KEYS newest, outgoing, due, lock
# ARGV item, token, channel, update that was sent ('' to drop whatever is there), '1' for one that names a key
_END_UPDATE = f"""{_UNLESS_TAKEN_OVER}
local newest = redis.call('GET', KEYS[1])
if newest and ARGV[4] ~= '' and newest ~= ARGV[4] then
  if ARGV[5] == '1' then return 1 end
  redis.call('RPUSH', KEYS[2], ARGV[1])
else
  redis.call('DEL', KEYS[1])
end
{_NEXT}"""


KEEP_S = 30 * 24 * 3600
NAMED_S = 24 * 3600  # until then a job has long written down what the message is about
AT_ONCE = 256  # channels of one team that are looked at


class OutboxStore:
    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._teams = KnownTeams(redis)
        self._add_post = redis.register_script(_ADD_POST)
        self._add_update = redis.register_script(_ADD_UPDATE)
        self._head = redis.register_script(_HEAD)
        self._switch = redis.register_script(_SWITCH)
        self._mark = FencedScript(redis, _MARK)
        self._end_post = redis.register_script(_END_POST)
        self._end_update = redis.register_script(_END_UPDATE)

    async def add_post(self, team: str, channel: str, post: Post) -> bool:
        """False when this post is known already."""
        await self._teams.add(team)
        waits = models.encode(post.waits) if post.waits else b""
        args = [*_addition(team, channel, post), waits, "1" if post.placeholder else ""]
        return bool(await self._add_post(keys=_keys(keys.delivery(team, post.key), team, channel), args=args))

    async def add_update(self, team: str, channel: str, target: str, update: OutboxUpdate) -> bool:
        """False when it replaced one that was waiting, and for a placeholder of a message that has its content."""
        await self._teams.add(team)
        flag = "1" if update.placeholder else ""
        args = [*_addition(team, channel, Update(target, handed_on())), models.encode(update), flag]
        names = _keys(keys.newest(team, channel, target), team, channel)
        return bool(await self._add_update(keys=[*names, keys.delivery(team, update.key)], args=args))

    async def due(self, teams: Iterable[str] | None = None) -> tuple[list[tuple[str, str]], float]:
        """Channels of these teams, or of all, that may be served now, and the seconds until the next one may."""
        looked_at = await self._teams.all() if teams is None else list(teams)
        async with self.redis.pipeline(transaction=False) as pipe:
            for team in looked_at:
                pipe.zrange(keys.outgoing_due(team), 0, AT_ONCE - 1, withscores=True)
            answers = await pipe.execute()
        rows = [(team, row) for team, answer in zip(looked_at, answers, strict=True) for row in answer]
        now = time.time()
        ready = [(team, channel.decode()) for team, (channel, at) in rows if at <= now]
        return ready, min((at - now for _, (_, at) in rows if at > now), default=float("inf"))

    async def later(self, team: str, channel: str, seconds: float) -> None:
        await self.redis.zadd(keys.outgoing_due(team), {channel: time.time() + seconds})

    async def is_due(self, team: str, channel: str) -> bool:
        """Whether it still is: another process may have been told to wait since `due` was asked."""
        at = await self.redis.zscore(keys.outgoing_due(team), channel)
        return at is not None and float(at) <= time.time()

    async def head(self, team: str, channel: str) -> bytes | None:
        """The item whose turn it is; None, and the channel is no longer due, when there is none."""
        head: bytes | None = await self._head(
            keys=[keys.outgoing(team, channel), keys.outgoing_due(team)], args=[channel]
        )
        return head

    async def delivery(self, team: str, key: str) -> Delivery | None:
        fields: Any = await self.redis.hgetall(keys.delivery(team, key))
        if not fields:
            return None
        text = {name.decode(): value.decode() for name, value in fields.items()}
        return Delivery(
            DeliveryState(text["state"]), text.get("in") or text.get("channel", ""), text.get("ts", ""),
            float(text.get("since", 0)), text.get("why", ""), text.get("reference", ""),
            models.read_address(text["waits"]) if text.get("waits") else None, bool(text.get("placeholder")),
            bool(text.get("lacking") or text.get("gone")), bool(text.get("gone")),
        )  # fmt: skip

    async def mark(self, served: ServedChannel, key: str, state: DeliveryState) -> None:
        """Raises LockLost when somebody else may serve the channel."""
        await self._mark(served.lock, [keys.delivery(served.team, key)], [state, repr(time.time()), KEEP_S])

    async def end_post(self, served: ServedChannel, raw: bytes, key: str, **fields: str) -> bool:
        """False when somebody else has taken over the channel; then nothing is written down."""
        pairs = [part for pair in fields.items() for part in pair]
        args: list[Any] = [raw, served.lock.token, served.channel, KEEP_S, *pairs]
        return bool(await self._end_post(keys=_guarded(keys.delivery(served.team, key), served), args=args))

    async def remember_place(self, team: str, key: str, channel: str, ts: str) -> None:
        """From now on the post is found by where it is."""
        await self.redis.set(keys.posted(team, channel, ts), key, ex=NAMED_S)

    async def key_at(self, team: str, channel: str, ts: str) -> str:
        """The key of the post that is there; empty where there is none, or after a day."""
        key: Any = await self.redis.get(keys.posted(team, channel, ts))
        return key.decode() if key else ""

    async def filled(self, team: str, key: str) -> None:
        """The placeholder of a post has become what it was for."""
        await self.redis.hdel(keys.delivery(team, key), "placeholder", "lacking")

    async def lacks(self, team: str, key: str, *, gone: bool) -> None:
        """What should have taken the place of a post was refused; `gone`: the post isn't there any more either."""
        await self._switch(keys=[keys.delivery(team, key)], args=["gone" if gone else "lacking", "placeholder"])

    async def reopened(self, team: str, key: str) -> None:
        """The post is a placeholder again."""
        await self._switch(keys=[keys.delivery(team, key)], args=["placeholder", "lacking", "final"])

    async def waiting(self, team: str, channel: str) -> list[bytes]:
        """The items of a channel in their order, as many as are looked at."""
        items: Any = await self.redis.lrange(keys.outgoing(team, channel), 0, AT_ONCE - 1)
        return list(items)

    async def newest(self, team: str, channel: str, target: str) -> bytes | None:
        return await self.redis.get(keys.newest(team, channel, target))  # type: ignore[return-value]  # values are bytes

    async def load(self) -> tuple[int, float]:
        """How many messages wait, and when the oldest that says so was asked for, as Unix time; 0 for none."""
        teams = await self._teams.all()
        async with self.redis.pipeline(transaction=False) as pipe:
            for team in teams:
                pipe.zrange(keys.outgoing_due(team), 0, AT_ONCE - 1)
            due = await pipe.execute()
        channels = [(team, name.decode()) for team, names in zip(teams, due, strict=True) for name in names]
        async with self.redis.pipeline(transaction=False) as pipe:
            for team, channel in channels:
                pipe.llen(keys.outgoing(team, channel))
                pipe.lindex(keys.outgoing(team, channel), 0)
            answers = await pipe.execute()
        return sum(answers[::2]), min(filter(None, map(_asked, answers[1::2])), default=0.0)

    async def end_update(self, served: ServedChannel, raw: bytes, target: str, sent: bytes) -> bool:
        """False when somebody else has taken over the channel; then nothing is written down."""
        by_key = "1" if target.startswith(models.BY_KEY) else ""
        args: list[Any] = [raw, served.lock.token, served.channel, sent, by_key]
        first = keys.newest(served.team, served.channel, target)
        return bool(await self._end_update(keys=_guarded(first, served), args=args))


def _asked(raw: bytes | None) -> float:
    """When an item was asked for, as far as it says so."""
    try:
        item = models.read_item(raw) if raw else None
    except msgspec.DecodeError:
        return 0.0
    return item.asked if isinstance(item, Post) else item.origin.at if item and item.origin else 0.0


def _keys(first: str, team: str, channel: str) -> list[str]:
    return [first, keys.outgoing(team, channel), keys.outgoing_due(team)]


def _guarded(first: str, served: ServedChannel) -> list[str]:
    lock: HeldLock = served.lock
    return [*_keys(first, served.team, served.channel), lock.name]


def _addition(team: str, channel: str, item: models.OutboxItem) -> list[Any]:
    return [channel, models.encode(item), time.time(), KEEP_S, keys.WAKE, team]
