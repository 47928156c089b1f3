"""Bots that answer from different stores of events don't run beside each other."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from bot.state import keys, running_bots
from bot.state.running_bots import NotShared, Shares, registered
from tests.polling import until

OURS, THEIRS = Shares("bucket", "ours", embedded=True), Shares("bucket", "theirs", embedded=True)
DATADOG, CLICKHOUSE = Shares("bucket", "datadog"), Shares("bucket", "server one")
WORKER, ELSEWHERE = Shares("bucket"), Shares("folder")


@pytest.fixture(autouse=True)
def _short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running_bots, "LEASE_S", 0.6)


async def bots(redis: Redis) -> int:
    return int(await redis.hlen(keys.BOTS))


@pytest.mark.parametrize(
    ("first", "second"), [(OURS, THEIRS), (OURS, DATADOG), (DATADOG, OURS), (CLICKHOUSE, THEIRS), (OURS, CLICKHOUSE)]
)
async def test_a_bot_is_refused_beside_one_that_answers_from_another_store(
    redis: Redis, first: Shares, second: Shares
) -> None:
    async with registered(redis, first):
        with pytest.raises(NotShared, match="REPLAYBOOK_EVENTS=clickhouse://"):
            async with registered(redis, second, wait=1.5):
                pytest.fail("it was registered")
        assert await bots(redis) == 1
    async with registered(redis, second, wait=0):
        assert await bots(redis) == 1
    assert await bots(redis) == 0


@pytest.mark.parametrize(("first", "second"), [(OURS, ELSEWHERE), (ELSEWHERE, CLICKHOUSE), (WORKER, ELSEWHERE)])
async def test_a_process_is_refused_whose_files_are_elsewhere(redis: Redis, first: Shares, second: Shares) -> None:
    async with registered(redis, first):
        with pytest.raises(NotShared, match="REPLAYBOOK_FILES=s3://"):
            async with registered(redis, second, wait=0):
                pytest.fail("it was registered")


async def test_bots_with_a_clickhouse_each_are_refused_and_one_may_replace_datadog_step_by_step(redis: Redis) -> None:
    async with registered(redis, CLICKHOUSE, wait=0), registered(redis, DATADOG, wait=0):
        with pytest.raises(NotShared, match="the same REPLAYBOOK_EVENTS"):
            async with registered(redis, Shares("bucket", "server two"), wait=0):
                pytest.fail("it was registered")


async def test_workers_run_beside_any_bot(redis: Redis) -> None:
    async with registered(redis, OURS, wait=0), registered(redis, WORKER, wait=0), registered(redis, WORKER, wait=0):
        assert await bots(redis) == 3


async def test_bots_that_share_their_events_are_as_many_as_wanted(redis: Redis) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(5):
            await stack.enter_async_context(registered(redis, CLICKHOUSE, wait=0))
        assert await bots(redis) == 5
        assert 0 < await redis.pttl(keys.BOTS) <= 6000


async def test_a_bot_that_starts_again_in_the_same_folder_does_not_wait_for_its_own_lease(redis: Redis) -> None:
    """Whoever has the same folder open has proved that the one before is dead: only one process can."""
    killed = running_bots._Registration(redis, OURS)
    assert not await killed.refused()
    async with registered(redis, OURS, wait=0):
        pass


async def test_the_place_of_a_killed_bot_is_free_when_its_lease_ends(redis: Redis) -> None:
    killed = running_bots._Registration(redis, OURS)
    assert not await killed.refused()
    async with registered(redis, THEIRS, wait=30):
        assert await bots(redis) == 1, "the dead one is forgotten"


async def test_a_bot_that_stalled_until_another_took_its_place_ends(redis: Redis) -> None:
    async def stalled() -> None:
        async with registered(redis, OURS):
            await redis.delete(keys.BOTS)  # its lease has run out
            assert not await running_bots._Registration(redis, THEIRS).refused()
            async with asyncio.timeout(60):
                await asyncio.Event().wait()

    with pytest.raises(NotShared):
        await stalled()


async def test_a_bot_that_lives_renews_its_lease(redis: Redis) -> None:
    async with registered(redis, OURS):
        first = (await redis.hvals(keys.BOTS))[0]

        async def renewed() -> bool:
            return (await redis.hvals(keys.BOTS))[0] != first

        await until(renewed)
        assert await bots(redis) == 1
