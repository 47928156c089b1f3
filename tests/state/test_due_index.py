"""The clock sees what is due in every workspace; a workspace sees what is open in its own, and reads no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis

from bot.state import keys
from bot.state.record_indexes import DueIndex
from bot.state.records import RecordStore
from bot.state.redis_records import RedisRecords

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


async def test_what_is_due_comes_from_all_workspaces_most_overdue_first(records: RecordStore) -> None:
    index = DueIndex(records)
    for team, request, minutes in (("T1", "R1", -5), ("T2", "R2", -10), ("T1", "R3", 0), ("T2", "R4", 1)):
        await index.look_at(team, request, NOON + timedelta(minutes=minutes))
    assert await index.due(NOON) == [("T2", "R2"), ("T1", "R1"), ("T1", "R3")]
    assert await index.due(NOON, limit=2) == [("T2", "R2"), ("T1", "R1")]


async def test_a_request_is_looked_at_again_when_it_was_last_said(records: RecordStore) -> None:
    index = DueIndex(records)
    await index.look_at("T1", "R1", NOON)
    await index.look_at("T1", "R1", NOON + timedelta(hours=1))
    assert await index.due(NOON) == []
    assert await index.due(NOON + timedelta(hours=1)) == [("T1", "R1")]


async def test_closed_requests_leave_the_index_and_with_the_last_one_its_key(redis: Redis) -> None:
    index = DueIndex(RedisRecords(redis))
    await index.look_at("T1", "R1", NOON)
    await index.look_at("T1", "R:2", NOON)
    assert await index.open("T1") == ["R1", "R:2"]
    await index.close("T1", "R1")
    await index.close("T1", "R:2")
    assert await index.open("T1") == []
    assert not await redis.exists(keys.due("T1", keys.REQUESTS_DUE))


async def test_who_asks_what_is_open_in_one_workspace_reads_no_other(redis: Redis) -> None:
    index = DueIndex(RedisRecords(redis))
    await index.look_at("T1", "R1", NOON)
    await index.look_at("T2", "R2", NOON)
    await redis.set(keys.due("T2", keys.REQUESTS_DUE), "not to be read")
    assert await index.open("T1") == ["R1"]


async def test_each_kind_of_record_has_an_index_of_its_own(records: RecordStore) -> None:
    requests, notebooks = DueIndex(records), DueIndex(records, keys.NOTEBOOKS_DUE)
    await requests.look_at("T1", "R1", NOON)
    await notebooks.look_at("T1", "N1", NOON)
    assert (await requests.due(NOON), await notebooks.due(NOON)) == ([("T1", "R1")], [("T1", "N1")])
    await notebooks.close("T1", "N1")
    assert await requests.open("T1") == ["R1"]
