"""Records that people's work depends on: versioned, changed by compare-and-set, kept for the lifetime of their kind.

A new kind needs a row in `LIFETIMES` before it can be written. The indexes over records stand below them: which
workspaces have anything waiting or open, when the clock looks at a request again, and in which order things were made.
The records say what is true.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec
from redis.asyncio import Redis

from bot.kernel.errors import Conflict
from bot.state import keys

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
    # A watch lasts for 90 days at most, and its history is counted anew every few hours.
    "watch": HALF_A_YEAR,
    "watches": HALF_A_YEAR,
    "watch-history": timedelta(days=7),
    "live": timedelta(days=7),
    "digest": HALF_A_YEAR,
    "ticket-request": HALF_A_YEAR,
    # Names a question, so it must end before the question does.
    "thread": timedelta(days=90),
    "channel-thread": timedelta(days=90),
    # When what was asked in a channel, in one small record.
    "channel-asked": HALF_A_YEAR,
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
    # What was written to a notebook's page in Confluence: as below.
    "confluence-page": PINNED,
    # What Datadog showed of a notebook last: without it, people's changes there can't be told from ours.
    "datadog-notebook": PINNED,
    "datadog-notebook-team": PINNED,
    "datadog-notebooks": PINNED,
    "datadog-channel-notebook": PINNED,
    # Which case or comment was made for a meaning: longer than anything that would make it again.
    "datadog-case": timedelta(days=400),
    "datadog-case-comment": timedelta(days=400),
    # The document that Datadog made of a post-mortem: it can't be changed, so another one must not be made.
    "datadog-postmortem": PINNED,
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


class KnownTeams:
    """Which workspaces have anything waiting or open."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, team: str) -> None:
        """Must be done before anything of the team is written that `all` is meant to lead to."""
        await self._redis.sadd(keys.TEAMS, team)

    async def all(self) -> list[str]:
        members = await self._redis.smembers(keys.TEAMS)
        return sorted(member.decode() for member in members if isinstance(member, bytes))


class DueIndex:
    """An index over records of one kind, by id (requests, unless `key` names others); the records say what is true."""

    def __init__(self, redis: Redis, key: Callable[[str], str] = keys.requests_due) -> None:
        self._redis = redis
        self._key = key
        self._teams = KnownTeams(redis)

    async def look_at(self, team: str, id: str, when: datetime) -> None:
        """Have the clock look at this one again at `when`."""
        await self._teams.add(team)
        await self._redis.zadd(self._key(team), {id: when.timestamp()})

    async def expect(self, team: str, id: str, when: datetime) -> None:
        """The same, unless the clock will look at it anyway, sooner or later."""
        await self._teams.add(team)
        await self._redis.zadd(self._key(team), {id: when.timestamp()}, nx=True)

    async def close(self, team: str, id: str) -> None:
        await self._redis.zrem(self._key(team), id)

    async def due(self, now: datetime, limit: int = 100) -> list[tuple[str, str]]:
        """(team, id) of what the clock should look at now, most overdue first."""
        teams = await self._teams.all()
        async with self._redis.pipeline(transaction=False) as pipe:
            for team in teams:
                pipe.zrangebyscore(self._key(team), "-inf", now.timestamp(), 0, limit, withscores=True)
            answers: list[Any] = await pipe.execute()
        rows = [(when, team, id.decode()) for team, answer in zip(teams, answers, strict=True) for id, when in answer]
        return [(team, id) for _, team, id in sorted(rows)[:limit]]

    async def open(self, team: str) -> list[str]:
        """Ids of everything of the team's that the clock will look at."""
        ids: list[Any] = await self._redis.zrange(self._key(team), 0, -1)
        return [id.decode() for id in ids]


MOST = 1000
"""How many ids are kept of each team, and of all teams together. Older ones are still found by their own keys."""
_EVERY_TEAM = "all"

# KEYS: sorted set; ARGV: id, how many are kept. The score is the place in the order. A second time changes nothing.
_ADD = """
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('ZADD', KEYS[1], (tonumber(newest[2]) or 0) + 1, ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[2] - 1)
return 1
"""


class FormerIndex(msgspec.Struct, frozen=True):
    """The one record that held every id before: ids with their teams, oldest first."""

    teams: dict[str, str] = {}


class CreationOrder:
    """The order in which things of a team were created, kept for the newest of them.

    Use one for each kind of thing. `former` is the key of the record that held the order before.
    """

    def __init__(self, redis: Redis, kind: str, *, former: str, most: int = MOST) -> None:
        self._redis = redis
        self._kind = kind
        self._most = most
        self._add: Callable[..., Any] = redis.register_script(_ADD)
        self._former_key = former
        self._former: Records[FormerIndex] | None = Records(redis, FormerIndex)

    async def add(self, team: str, id: str) -> None:
        """Adding again keeps the place."""
        await self._take_over()
        await self._append(team, id)

    async def newest(self, team: str | None, limit: int, skip: int = 0) -> list[str]:
        """Ids, newest first, of a team or of all, without the newest `skip`."""
        await self._take_over()
        ids = await self._redis.zrange(self._key(team or _EVERY_TEAM), skip, skip + limit - 1, desc=True)
        return [id.decode() if isinstance(id, bytes) else str(id) for id in ids]

    async def _append(self, team: str, id: str) -> None:
        for key in (self._key(team), self._key(_EVERY_TEAM)):
            await self._add(keys=[key], args=[id, self._most])

    async def _take_over(self) -> None:
        """Reads the former record once, whoever else does at the same time, and deletes it when all of it is here."""
        while self._former:
            found = await self._former.get(self._former_key)
            if found is None:
                self._former = None
                return
            index, version = found
            for id, team in index.teams.items():
                await self._append(team, id)
            try:
                await self._former.delete(self._former_key, version)
            except Conflict:
                continue  # a process of the version before has added one

    def _key(self, team: str) -> str:
        return keys.order(team, self._kind)
