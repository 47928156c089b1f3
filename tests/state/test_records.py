"""A record changes by compare-and-set: no change of anybody's is lost."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Conflict
from bot.state import keys
from bot.state.records import LIFETIMES, Records, lifetime_ms

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


async def test_a_record_lives_as_long_as_its_kind_after_its_last_change(notes: Records[Note], redis: Redis) -> None:
    half_a_year = 180 * 24 * 3600
    await notes.put(KEY, Note(("first",)))
    await redis.expire(KEY, 60)
    await notes.put(KEY, Note(("second",)), expected=1)
    assert half_a_year - 60 < await redis.ttl(KEY) <= half_a_year
    await redis.expire(KEY, 60)
    await notes.touch(KEY)
    assert half_a_year - 60 < await redis.ttl(KEY) <= half_a_year
    assert await notes.version(KEY) == 2


async def test_what_people_chose_or_wrote_is_kept(notes: Records[Note], redis: Redis) -> None:
    settings = keys.record("T1", "channel", "C1")
    await notes.put(settings, Note())
    await notes.touch(settings)
    assert await redis.ttl(settings) == -1


async def test_a_kind_without_a_lifetime_is_not_written(notes: Records[Note], redis: Redis) -> None:
    with pytest.raises(KeyError, match="gossip"):
        await notes.put(keys.record("T1", "gossip", "1"), Note())
    assert await redis.dbsize() == 0


def test_what_names_a_question_ends_before_the_question() -> None:
    thread, question = LIFETIMES["thread"], LIFETIMES["asked"]
    assert thread is not None
    assert question is not None
    assert thread < question
    assert lifetime_ms(keys.page("secret")) == lifetime_ms(keys.record("T1", "asked", "1"))
