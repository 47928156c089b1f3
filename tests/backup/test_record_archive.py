"""Records are taken out as they are at one moment, and are the same in whatever store they are brought into."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Conflict
from bot.state import keys, record_archive
from bot.state.postgres.postgres_records import PostgresRecords
from bot.state.record_archive import Stored, StoredRecord, archive_of
from bot.state.record_indexes import CreationOrder, DueIndex
from bot.state.records import Records, RecordStore
from bot.state.redis_records import RedisRecords

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
FILLED = 9 + 2 * len(keys.DUE_INDEXES) + 3
"""Records, indexes of what is due by team, and orders of creation that `fill` writes."""
TEXTS = ["a", "한글 \0 \u2028", "x" * 100_000, '"quoted" \\ 😀']


async def fill(store: RecordStore) -> None:
    """Something of everything, with names that need care."""
    texts = Records(store, str)
    for number, text in enumerate(TEXTS):
        for version in range(number + 1):
            await texts.put(keys.record("T:1", "notebook", f"N{number}:%\0"), text, version)
        await texts.put(keys.record("T2", "asked", f"lock:{number}"), text)
    await texts.put(keys.page("secret:lock"), "page")
    for index in keys.DUE_INDEXES:
        for minutes, team in ((0, "T:1"), (-3, "T2"), (2, "T2")):
            when = NOON + timedelta(minutes=minutes, microseconds=123457)
            await DueIndex(store, index).look_at(team, f"{index}:{minutes}", when)
    for number in (3, 1, 2):
        order = CreationOrder(store, "datadog-notebook", former=keys.record("all", "notebooks", "former"))
        await order.add(f"T{number % 2}", f"N{number}")


async def taken(store: RecordStore) -> list[Stored]:
    return [msgspec.json.decode(line, type=Stored) async for line in archive_of(store).everything()]


def comparable(stored: list[Stored]) -> list[Stored]:
    """Without the moments at which records end, which are counted from when they are asked for."""
    plain = [
        msgspec.structs.replace(each, expires=None, data=msgspec.Raw(bytes(each.data)))
        if isinstance(each, StoredRecord)
        else each
        for each in stored
    ]
    return sorted(plain, key=repr)


async def everything_that_is_read(store: RecordStore) -> list[object]:
    known = [each.key for each in await taken(store) if isinstance(each, StoredRecord)]
    return [
        sorted([(key, await store.read(key)) for key in known]),
        *[await DueIndex(store, index).due(NOON + timedelta(hours=1)) for index in keys.DUE_INDEXES],
        *[await store.newest("datadog-notebook", team, 9, 0) for team in ("all", "T0", "T1")],
    ]


@pytest.mark.parametrize("back", [False, True], ids=["redis-to-postgres", "postgres-to-redis"])
async def test_one_store_becomes_the_other(redis: Redis, postgres_records: PostgresRecords, back: bool) -> None:
    stores: list[RecordStore] = [RedisRecords(redis), postgres_records]
    one, other = reversed(stores) if back else stores
    await fill(one)
    await redis.set(keys.lock(keys.record("T2", "asked", "x")), "a lock is no record")
    stored = await taken(one)
    assert len(stored) == FILLED
    for _ in range(2):
        await archive_of(other).put_all(stored)
        assert comparable(await taken(other)) == comparable(stored)
        assert await everything_that_is_read(other) == await everything_that_is_read(one)
    ends = [{each.key: each.expires for each in await taken(it) if isinstance(each, StoredRecord)} for it in stores]
    assert ends[0].keys() == ends[1].keys()
    for key, end in ends[0].items():
        also = ends[1][key]
        assert (end is None) == (also is None) == (":notebook:" in key)
        if end and also:
            assert abs(end - also) < timedelta(seconds=60)


async def test_what_is_cleared_is_gone(records: RecordStore) -> None:
    await fill(records)
    archive = archive_of(records)
    assert await archive.count() == 9
    await archive.clear()
    assert (await archive.count(), await taken(records)) == (0, [])


async def test_what_changes_meanwhile_is_taken_at_one_moment(records: RecordStore) -> None:
    """`second` follows `first`: seen at one moment, it is never ahead, and never two steps behind."""
    first, second = keys.record("T1", "request", "z-first"), keys.record("T1", "request", "a-second")
    numbers, over = Records(records, int), asyncio.Event()
    for n in range(700):
        await numbers.put(keys.record("T1", "request", f"m-{n}"), n)

    pauses = [0.02]

    async def work() -> None:
        while not over.is_set():
            for key in (first, second):
                await numbers.change(key, lambda n: (n or 0) + 1)
            await asyncio.sleep(pauses[-1])
            pauses.append(pauses[-1] * 1.5)  # so that a busy machine comes to an end, too

    working = asyncio.create_task(work())
    for _ in range(4):
        pauses.append(0.02)
        kept = {each.key: int(bytes(each.data)) for each in await taken(records) if isinstance(each, StoredRecord)}
        assert len(kept) >= 700
        assert 0 <= kept.get(first, 0) - kept.get(second, 0) <= 1
    over.set()
    await working


async def test_what_never_rests_is_refused(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_archive, "READINGS", 3)
    store, over = RedisRecords(redis), asyncio.Event()
    numbers = Records(store, int)

    async def work() -> None:
        while not over.is_set():
            await numbers.change(keys.record("T1", "request", "R1"), lambda n: (n or 0) + 1)

    await numbers.put(keys.record("T1", "request", "R1"), 0)
    working = asyncio.create_task(work())
    with pytest.raises(Conflict, match="change faster than they can be read"):
        await taken(store)
    over.set()
    await working
