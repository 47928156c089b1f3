"""What Slack told us outlives the process that was at it, and is handled again by one other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Unavailable
from bot.slack import inbox
from bot.slack.inbox import Inbox
from bot.state import keys
from tests.waiting import settled

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "LEASE_S", 0.3)
    monkeypatch.setattr(inbox, "ALIVE_S", 0.05)


async def test_what_a_dead_process_left_is_handled_by_one_of_those_alive(redis: Redis) -> None:
    heard: list[Json] = []
    await Inbox(redis).keep({"text": "buy"})  # and nobody renews it
    boxes = [Inbox(redis), Inbox(redis)]

    async def handle(id: str, body: Json) -> None:
        heard.append(body)
        await boxes[0].forget(id)

    async with boxes[0].watched(handle), boxes[1].watched(handle):
        await settled(lambda: bool(heard))
        await asyncio.sleep(0.5)
    assert heard == [{"text": "buy"}]
    assert await redis.zcard(keys.HEARD) == 0


async def test_what_a_live_process_is_at_stays_its_own(redis: Redis) -> None:
    mine, other = Inbox(redis), Inbox(redis)
    heard: list[str] = []

    async def handle(id: str, _: Json) -> None:
        heard.append(id)

    async with mine.watched(handle), other.watched(handle):
        id = await mine.keep({"text": "slow"})
        await asyncio.sleep(0.8)
        assert heard == []
        await mine.forget(id)
    assert await redis.exists(keys.heard(id)) == 0


async def test_what_kills_every_process_is_given_up(redis: Redis) -> None:
    tries: list[str] = []

    async def die(id: str, _: Json) -> None:
        tries.append(id)

    await Inbox(redis).keep({"text": "poison"})
    for _ in range(inbox.DEATHS + 2):
        async with Inbox(redis).watched(die):
            await asyncio.sleep(0.45)
    assert len(tries) == inbox.DEATHS
    assert await redis.zcard(keys.HEARD) == 0


async def test_without_redis_nothing_is_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "KEEPING_S", 0.2)
    nobody = Redis.from_url("unix:///nowhere/redis.sock")
    with pytest.raises(Unavailable, match="try again"):
        await Inbox(nobody).keep({"text": "lost"})
    await nobody.aclose()
