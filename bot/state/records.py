"""Records that people's work depends on: versioned, changed by compare-and-set, kept for the lifetime of their kind.

A new kind needs a row in `LIFETIMES` before it can be written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Generic, TypeVar

import msgspec
from redis.asyncio import Redis

from bot.kernel.errors import Conflict

HALF_A_YEAR = timedelta(days=180)
PINNED = None  # until whoever wrote it deletes it

LIFETIMES: dict[str, timedelta | None] = {
    # A question and what hangs on it. An open request keeps its question alive (`Records.touch`).
    "asked": HALF_A_YEAR,
    "page": HALF_A_YEAR,
    "shown": HALF_A_YEAR,
    "clips": HALF_A_YEAR,
    "moments": HALF_A_YEAR,
    "request": HALF_A_YEAR,
    "digest": HALF_A_YEAR,
    "ticket-request": HALF_A_YEAR,
    # Names a question, so it must end before the question does.
    "thread": timedelta(days=90),
    # People chose these once and expect them to stay; one small record for each channel.
    "channel": PINNED,
    # Documents that people write, and nobody else keeps; they end when somebody deletes them.
    "notebook": PINNED,
    "notebook-team": PINNED,
    "notebooks": PINNED,
    "channel-notebook": PINNED,
    # The embedded tracker is the only place where its tickets are.
    "ticket": PINNED,
    "project": PINNED,
    "projects": PINNED,
    # What Datadog showed of a notebook last: without it, people's changes there can't be told from ours.
    "datadog-notebook": PINNED,
    "datadog-notebook-team": PINNED,
    "datadog-notebooks": PINNED,
    "datadog-channel-notebook": PINNED,
    # Which case or comment was made for a meaning: longer than anything that would make it again.
    "datadog-case": timedelta(days=400),
    "datadog-case-comment": timedelta(days=400),
    # A channel's incident; afterwards Datadog is asked again.
    "datadog-incident": HALF_A_YEAR,
}


def kind_of(key: str) -> str:
    """The kind of the record that lies under a key of `keys.record` or `keys.page`."""
    parts = key.split(":")
    return parts[2] if parts[1] == "record" else parts[1]


def lifetime_ms(key: str) -> int:
    """Milliseconds; 0 for a record that is kept. Raises KeyError for a kind without a row."""
    lifetime = LIFETIMES[kind_of(key)]
    return 0 if lifetime is None else int(lifetime.total_seconds() * 1000)


T = TypeVar("T")
ABSENT = 0  # the version of a record that does not exist
TRIES = 30

# KEYS: record; ARGV: expected version, data or "" to delete, milliseconds to live (0: for ever).
# Gives the new version, or -1 when somebody was faster.
_PUT = """
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if version ~= tonumber(ARGV[1]) then return -1 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) return 0 end
redis.call('HSET', KEYS[1], 'version', version + 1, 'data', ARGV[2])
if ARGV[3] == '0' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return version + 1
"""


class Records(Generic[T]):
    """Records of one type, kept as JSON: `Records(redis, Request)`. The type is anything msgspec reads."""

    def __init__(self, redis: Redis, type: type[T]) -> None:
        self._redis = redis
        self._put = redis.register_script(_PUT)
        self._decoder = msgspec.json.Decoder(type)

    async def get(self, key: str) -> tuple[T, int] | None:
        """The record and its version, or None."""
        data, version = await self._redis.hmget(key, ["data", "version"])
        return None if data is None or version is None else (self._decoder.decode(data), int(version))

    async def version(self, key: str) -> int:
        """The version alone, also of a record that can't be read any more; 0 where there is none."""
        return int(await self._redis.hget(key, "version") or ABSENT)

    async def put(self, key: str, value: T, expected: int = ABSENT) -> int:
        """Write over version `expected` (0: there must be none) and return the new version. Raises Conflict."""
        return await self._write(key, msgspec.json.encode(value), expected)

    async def delete(self, key: str, expected: int) -> None:
        """Raises Conflict if the record changed since version `expected`."""
        await self._write(key, b"", expected)

    async def change(self, key: str, fn: Callable[[T | None], T]) -> T:
        """Replace the record by `fn(record)` (None where there is none), again if someone was faster in between.

        `fn` must be repeatable; returning its argument changes nothing. Raises Conflict after 30 lost races.
        """
        for _ in range(TRIES):
            before, version = await self.get(key) or (None, ABSENT)
            after = fn(before)
            if after is before:
                return after
            try:
                await self.put(key, after, version)
            except Conflict:
                continue
            return after
        raise Conflict("Too many people are changing this at once; try again in a moment.")

    async def touch(self, key: str) -> None:
        """Begin the record's lifetime anew, because something else still needs it."""
        if lifetime := lifetime_ms(key):
            await self._redis.pexpire(key, lifetime)

    async def _write(self, key: str, data: bytes, expected: int) -> int:
        written: Any = await self._put(keys=[key], args=[expected, data, lifetime_ms(key)])
        if int(written) < 0:
            raise Conflict("Someone changed this in the meantime.")
        return int(written)
