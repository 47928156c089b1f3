"""What was done already, taken out of Redis and brought into another: effects that happened once, and sent messages.

Without it a restored bot would say things again, and couldn't bring messages up to date that it sent before. What
waits to be sent is no part of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import msgspec
from redis.asyncio import Redis

from bot.kernel.clock import system_clock
from bot.state import keys

AT_ONCE = 500
_ON_ITS_WAY = {b"waiting", b"sending"}


class StoredEffect(msgspec.Struct, frozen=True):
    """`result` of an effect, or `fields` of a message that was sent."""

    key: str
    expires: datetime
    result: bytes | None = None
    fields: dict[str, bytes] = {}


async def remembered(redis: Redis) -> AsyncIterator[bytes]:
    """Yields each `StoredEffect` as JSON, as it was when it was read."""
    for pattern, is_hash in ((keys.once("*", "*"), False), (keys.delivery("*", "*"), True)):
        names = iter([name async for name in redis.scan_iter(pattern, count=1000) if not name.endswith(b":lock")])
        while some := list(islice(names, AT_ONCE)):
            async with redis.pipeline(transaction=False) as pipe:
                for name in some:
                    (pipe.hgetall if is_hash else pipe.get)(name)
                    pipe.pttl(name)
                answers: list[Any] = await pipe.execute()
            for name, value, ttl in zip(some, answers[::2], answers[1::2], strict=True):
                if ttl > 0 and (not is_hash or value.get(b"state") not in _ON_ITS_WAY):
                    expires = system_clock() + timedelta(milliseconds=ttl)
                    yield msgspec.json.encode(_effect(name.decode(), expires, value))


def _effect(key: str, expires: datetime, value: bytes | dict[bytes, bytes]) -> StoredEffect:
    if isinstance(value, dict):
        return StoredEffect(key, expires, fields={name.decode(): each for name, each in value.items()})
    return StoredEffect(key, expires, result=value)


async def remember(redis: Redis, effects: Sequence[StoredEffect]) -> None:
    """Brings them in, unless something is known there already."""
    async with redis.pipeline(transaction=False) as pipe:
        for effect in effects:
            if effect.result is not None:
                pipe.set(effect.key, effect.result, nx=True)
            for name, value in effect.fields.items():
                pipe.hsetnx(effect.key, name, value)
            pipe.pexpireat(effect.key, effect.expires)
        await pipe.execute()
