"""The newest things of a team are known in their order, and there is a bound to them."""

from __future__ import annotations

import asyncio

from bot.state import keys
from bot.state.record_indexes import CreationOrder, FormerIndex
from bot.state.records import Records, RecordStore

FORMER = keys.record("all", "notebooks", "every")


def order(records: RecordStore, most: int = 1000) -> CreationOrder:
    return CreationOrder(records, "thing", former=FORMER, most=most)


async def test_the_newest_come_first_of_a_team_or_of_all(records: RecordStore) -> None:
    things = order(records)
    for id, team in (("a", "T1"), ("b", "T2"), ("c", "T1"), ("a", "T1")):
        await things.add(team, id)
    assert await things.newest("T1", 10) == ["c", "a"]
    assert await things.newest(None, 10) == ["c", "b", "a"]
    assert await things.newest(None, 2) == ["c", "b"]
    assert await things.newest("T3", 10) == []


async def test_of_very_many_the_newest_are_kept(records: RecordStore) -> None:
    things = order(records, most=3)
    for number in range(7):
        await things.add(f"T{number % 2}", f"id-{number}")
    assert await things.newest("T0", 10) == ["id-6", "id-4", "id-2"]
    assert await things.newest("T1", 10) == ["id-5", "id-3", "id-1"]
    assert await things.newest(None, 10) == ["id-6", "id-5", "id-4"]


async def test_ids_that_are_added_at_once_have_a_place_each(records: RecordStore) -> None:
    things = [order(records) for _ in range(4)]
    await asyncio.gather(*(things[number % 4].add("T1", f"id-{number}") for number in range(40)))
    assert len(await things[0].newest("T1", 100)) == 40


async def test_what_the_former_record_held_comes_before_what_is_new(records: RecordStore) -> None:
    former = Records(records, FormerIndex)
    await former.put(FORMER, FormerIndex({"a": "T1", "b": "T2", "c": "T1"}))
    await asyncio.gather(*(order(records).add("T1", "d") for _ in range(3)))
    assert await order(records).newest("T1", 10) == ["d", "c", "a"]
    assert await order(records).newest(None, 10) == ["d", "c", "b", "a"]
    assert await former.get(FORMER) is None


async def test_what_a_process_of_the_version_before_still_adds_is_not_lost(records: RecordStore) -> None:
    former = Records(records, FormerIndex)
    await former.put(FORMER, FormerIndex({"a": "T1"}))
    assert await order(records).newest("T1", 10) == ["a"]
    await former.put(FORMER, FormerIndex({"b": "T1"}))
    assert await order(records).newest("T1", 10) == ["b", "a"]  # by the next process that starts
