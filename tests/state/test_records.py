"""A record changes by compare-and-set: no change of anybody's is lost."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Conflict
from bot.state import keys
from bot.state.locks import held
from bot.state.postgres.postgres_records import PostgresRecords
from bot.state.records import LIFETIMES, Records, RecordStore, lifetime_ms
from bot.state.redis_records import RedisRecords

KEY = keys.record("T1", "request", "R1")


class Note(msgspec.Struct, frozen=True):
    lines: tuple[str, ...] = ()


@pytest.fixture
def notes(records: RecordStore) -> Records[Note]:
    return Records(records, Note)


async def test_a_record_is_read_as_it_was_written_with_its_version(notes: Records[Note]) -> None:
    assert await notes.get(KEY) is None
    assert await notes.put(KEY, Note(("한글",))) == 1
    assert await notes.put(KEY, Note(("a", "b")), expected=1) == 2
    assert await notes.get(KEY) == (Note(("a", "b")), 2)


async def test_writing_over_another_version_is_a_conflict_and_changes_nothing(notes: Records[Note]) -> None:
    await notes.put(KEY, Note(("first",)))
    for stale in (0, 2):
        with pytest.raises(Conflict):
            await notes.put(KEY, Note(("second",)), expected=stale)
    with pytest.raises(Conflict):
        await notes.delete(KEY, expected=7)
    assert await notes.get(KEY) == (Note(("first",)), 1)


async def test_a_deleted_record_is_absent(notes: Records[Note]) -> None:
    await notes.put(KEY, Note())
    await notes.delete(KEY, expected=1)
    assert await notes.get(KEY) is None
    assert await notes.put(KEY, Note()) == 1


async def test_many_changes_at_once_are_all_kept(notes: Records[Note]) -> None:
    async def add(line: str) -> None:
        await notes.change(KEY, lambda note: Note((*(note or Note()).lines, line)))

    await asyncio.gather(*(add(str(n)) for n in range(12)))
    found = await notes.get(KEY)
    assert found is not None
    assert sorted(found[0].lines, key=int) == [str(n) for n in range(12)]
    assert found[1] == 12


async def test_a_change_that_changes_nothing_writes_nothing(notes: Records[Note]) -> None:
    await notes.put(KEY, Note(("same",)))
    assert await notes.change(KEY, lambda note: note or Note()) == Note(("same",))
    found = await notes.get(KEY)
    assert found is not None
    assert found[1] == 1


async def test_a_record_lives_as_long_as_its_kind_after_its_last_change(records: RecordStore) -> None:
    half_a_year, notes = 180 * 24 * 3600, Records(records, Note)
    await notes.put(KEY, Note(("first",)))
    await leave(records, KEY, 60)
    await notes.put(KEY, Note(("second",)), expected=1)
    assert half_a_year - 60 < (await left(records, KEY) or 0) <= half_a_year
    await leave(records, KEY, 60)
    await notes.touch(KEY)
    assert half_a_year - 60 < (await left(records, KEY) or 0) <= half_a_year
    assert await notes.version(KEY) == 2


async def test_a_record_whose_lifetime_is_over_is_absent(records: RecordStore) -> None:
    notes = Records(records, Note)
    await notes.put(KEY, Note(("first",)))
    await notes.put(KEY, Note(("second",)), expected=1)
    await leave(records, KEY, 0)
    assert (await notes.get(KEY), await notes.version(KEY)) == (None, 0)
    for stale in (1, 2):
        with pytest.raises(Conflict):
            await notes.put(KEY, Note(), expected=stale)
        with pytest.raises(Conflict):
            await notes.delete(KEY, expected=stale)
    await notes.touch(KEY)
    assert await notes.get(KEY) is None
    assert await notes.put(KEY, Note(("anew",))) == 1
    assert await notes.get(KEY) == (Note(("anew",)), 1)


async def test_what_people_chose_or_wrote_is_kept(records: RecordStore) -> None:
    settings, notes = keys.record("T1", "channel", "C1"), Records(records, Note)
    await notes.put(settings, Note())
    await notes.touch(settings)
    assert await left(records, settings) is None


async def test_a_kind_without_a_lifetime_is_not_written(notes: Records[Note]) -> None:
    gossip = keys.record("T1", "gossip", "1")
    with pytest.raises(KeyError, match="gossip"):
        await notes.put(gossip, Note())
    assert await notes.version(gossip) == 0


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "'; DROP TABLE replaybook_records; --", "😀 한글", '"', "%00", "\\u0000"]
)
async def test_names_and_texts_may_have_any_characters(notes: Records[Note], text: str) -> None:
    key, other = keys.record("T1", "request", text), keys.record("T1", "request", text + "\0")
    await notes.put(key, Note((text,)))
    assert await notes.get(key) == (Note((text,)), 1)
    assert await notes.get(other) is None


async def leave(records: RecordStore, key: str, seconds: int) -> None:
    """From now on the record has so many seconds to live."""
    if isinstance(records, PostgresRecords):
        end = "UPDATE replaybook_records SET expires_at = now() + make_interval(secs => $1) WHERE key = $2"
        await records.pool.run(lambda connection, _: connection.execute(end, float(seconds), key))
    elif isinstance(records, RedisRecords):
        await records.redis.expire(key, seconds)


async def left(records: RecordStore, key: str) -> float | None:
    """Seconds that the record has to live; None for ever."""
    if isinstance(records, PostgresRecords):
        end = "SELECT extract(epoch FROM expires_at - now())::float8 FROM replaybook_records WHERE key = $1"
        seconds: float | None = await records.pool.run(lambda connection, _: connection.fetchval(end, key))
        return seconds
    assert isinstance(records, RedisRecords)
    ttl = await records.redis.ttl(key)
    return None if ttl == -1 else ttl


def test_what_names_a_question_ends_before_the_question() -> None:
    thread, question = LIFETIMES["thread"], LIFETIMES["asked"]
    assert thread is not None
    assert question is not None
    assert thread < question
    assert lifetime_ms(keys.page("secret")) == lifetime_ms(keys.record("T1", "asked", "1"))


async def test_a_lock_beside_a_record_is_no_record(redis: Redis) -> None:
    store = RedisRecords(redis)
    await Records(store, Note).put(KEY, Note(("kept",)))
    async with held(redis, keys.lock(KEY)):
        assert [data async for data in store.every()] == [msgspec.json.encode(Note(("kept",)))]
        assert [name async for name in store.names()] == [KEY]
