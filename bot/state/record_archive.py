"""All records at once, taken out of a store and brought into another: for backups."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Protocol

import msgspec
from redis.asyncio import Redis

from bot.kernel.clock import system_clock
from bot.kernel.errors import Conflict
from bot.state import keys
from bot.state.records import RecordStore
from bot.state.redis_records import KnownTeams, RedisRecords

READINGS = 60
AT_ONCE = 500


class StoredRecord(msgspec.Struct, frozen=True, tag="record", tag_field="is"):
    """`expires` is None for a record that is kept."""

    key: str
    version: int
    data: msgspec.Raw
    expires: datetime | None = None


class StoredDue(msgspec.Struct, frozen=True, tag="due", tag_field="is"):
    """What of an index the clock looks at, and when."""

    index: str
    team: str
    dates: dict[str, datetime]


class StoredOrder(msgspec.Struct, frozen=True, tag="order", tag_field="is"):
    """Ids in the order in which they were created, oldest first; `team` may be `EVERY_TEAM`."""

    kind: str
    team: str
    ids: list[str]


Stored = StoredRecord | StoredDue | StoredOrder


class RecordArchive(Protocol):
    """What a backup needs of a store beside `RecordStore`."""

    def everything(self) -> AsyncIterator[bytes]:
        """All of it as `Stored` in JSON, as it was at one moment. Raises Conflict when it changes all the time."""

    async def put_all(self, stored: Sequence[Stored]) -> None:
        """Brings it in, over what is there. The same twice changes nothing."""

    async def count(self) -> int:
        """How many records there are."""

    async def clear(self) -> None:
        """Deletes everything that `everything` gives."""


def archive_of(store: RecordStore) -> RecordArchive:
    if isinstance(store, RedisRecords):
        return RedisArchive(store.redis)
    from bot.state.postgres.postgres_archive import PostgresArchive  # noqa: PLC0415 - an extra
    from bot.state.postgres.postgres_records import PostgresRecords  # noqa: PLC0415

    assert isinstance(store, PostgresRecords)  # noqa: S101 - there are these two
    return PostgresArchive(store.pool)


class RedisArchive:
    """Reads again and again until nothing has changed between two readings: then both saw what there was between them.

    What was read waits on disk.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def everything(self) -> AsyncIterator[bytes]:
        with tempfile.TemporaryFile() as spool:
            before: dict[str, tuple[bytes, int, int]] = {}
            for _ in range(READINGS):
                now = {key: place async for key, place in self._reading(spool, before)}
                if now == before:
                    break
                before = now
            else:
                raise Conflict("The records change faster than they can be read; try again in a quieter moment.")
            for key in sorted(now):
                _, start, length = now[key]
                spool.seek(start)
                yield spool.read(length)

    async def _reading(
        self, spool: Any, before: dict[str, tuple[bytes, int, int]]
    ) -> AsyncIterator[tuple[str, tuple[bytes, int, int]]]:
        """Each key with a checksum of what lies there and its place in the spool, which stays while it is the same."""
        async for key, check, stored in self._entries():
            known = before.get(key)
            if known and known[0] == check:
                yield key, known
                continue
            line = msgspec.json.encode(stored)
            spool.seek(0, 2)
            yield key, (check, spool.tell(), len(line))
            spool.write(line)

    async def _entries(self) -> AsyncIterator[tuple[str, bytes, Stored]]:
        names = await self._names()
        records = iter(names["record"])
        while some := list(islice(records, AT_ONCE)):
            async with self._redis.pipeline(transaction=False) as pipe:
                for key in some:
                    pipe.hmget(key, ["version", "data"])
                    pipe.pttl(key)
                answers: list[Any] = await pipe.execute()
            for key, (version, data), ttl in zip(some, answers[::2], answers[1::2], strict=True):
                if data is not None and ttl != -2:
                    expires = None if ttl == -1 else system_clock() + timedelta(milliseconds=ttl)
                    check = _digest(int(version), ttl == -1, data)
                    yield key, check, StoredRecord(key, int(version), msgspec.Raw(data), expires)
        for kind in ("due", "order"):
            for key in names[kind]:
                members: Any = await self._redis.zrange(key, 0, -1, withscores=True)
                if members:
                    yield key, _digest(members), _index(kind, key, members)

    async def _names(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {"record": [], "order": []}
        for pattern, kind in (("*:record:*", "record"), (keys.page("*"), "record"), ("*:order:*", "order")):
            async for name in self._redis.scan_iter(pattern, count=1000):
                if _is(kind, key := name.decode()):
                    names[kind].append(key)
        teams = await KnownTeams(self._redis).all()
        names["due"] = [keys.due(team, index) for team in teams for index in keys.DUE_INDEXES]
        return names

    async def put_all(self, stored: Sequence[Stored]) -> None:
        teams = KnownTeams(self._redis)
        for each in stored:
            if isinstance(each, StoredDue):
                await teams.add(each.team)
        async with self._redis.pipeline(transaction=False) as pipe:
            for each in stored:
                if isinstance(each, StoredRecord):
                    pipe.hset(each.key, mapping={"version": each.version, "data": bytes(each.data)})
                    if each.expires:
                        pipe.pexpireat(each.key, each.expires)
                    else:
                        pipe.persist(each.key)
                elif isinstance(each, StoredDue):
                    scores = {id: when.timestamp() for id, when in each.dates.items()}
                    pipe.zadd(keys.due(each.team, each.index), scores)
                else:
                    places = {id: place for place, id in enumerate(each.ids, 1)}
                    pipe.zadd(keys.order(each.team, each.kind), places)
            await pipe.execute()

    async def count(self) -> int:
        return len((await self._names())["record"])

    async def clear(self) -> None:
        names = await self._names()
        for key in (key for kind in names.values() for key in kind):
            await self._redis.delete(key)


def _digest(*what: object) -> bytes:
    return hashlib.sha256(repr(what).encode()).digest()


def _is(kind: str, key: str) -> bool:
    """Whether it is no lock of one."""
    parts = key.split(":")
    if kind == "record":
        return (len(parts) == 4 and parts[1] == "record") or (len(parts) == 3 and parts[:2] == [keys.ALL, "page"])
    return len(parts) == 3 and parts[1] == "order"


def _index(kind: str, key: str, members: Iterable[tuple[bytes, float]]) -> Stored:
    team, rest = (keys.unescaped(part) for part in (key.split(":", maxsplit=1)[0], key.rsplit(":", maxsplit=1)[-1]))
    if kind == "order":
        return StoredOrder(rest, team, [id.decode() for id, _ in members])
    return StoredDue(rest, team, {id.decode(): datetime.fromtimestamp(score, UTC) for id, score in members})
