"""A record changes by compare-and-set: no change of anybody's is lost."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Conflict
from bot.state import keys
from bot.state.records import Records

KEY = keys.record("T1", "request", "R1")


class Note(msgspec.Struct, frozen=True):
    lines: tuple[str, ...] = ()


@pytest.fixture
def notes(redis: Redis) -> Records[Note]:
    return Records(redis, Note)


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
