"""What becomes of deliveries when a process ends or refuses them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Unavailable
from bot.slack import inbox
from bot.slack.inbox import Inbox
from tests.polling import until
from tests.slack.test_inbox import left_behind, soon

Json = dict[str, Any]
__all__ = ["soon"]  # a fixture


async def test_a_process_that_is_told_to_end_finishes_what_it_can_and_hands_the_rest_back(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "DRAIN_S", 0.3)
    mine, other = Inbox(redis, lease=600), Inbox(redis, lease=600)

    async def never(_: str, __: Json) -> None:
        raise AssertionError("it is this process's own")

    async with mine.watched(never):
        done, kept = await mine.keep({"text": "quick"}), await mine.keep({"text": "slow"})
        left = await left_behind(redis, {"text": "somebody else's"})
        draining = asyncio.create_task(mine.drained())
        await asyncio.sleep(0)
        await mine.forget(done)
        await draining
        assert await mine.renew_and_take() == [], "it takes nothing over any more"
        assert await other.renew_and_take() == [], "not before the other one has ended"
    assert sorted(await other.renew_and_take()) == sorted([kept])
    assert await Inbox(redis, lease=3).renew_and_take() == [left]


async def test_a_handler_that_is_not_done_when_its_process_ends_is_broken_off_and_its_delivery_stays(
    redis: Redis,
) -> None:
    mine, other = Inbox(redis, lease=600), Inbox(redis, lease=600)
    ends: list[str] = []

    async def handler(id: str) -> None:
        mine.begun(id)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ends.append(id)
        finally:
            await mine.forget(id)  # as whoever runs handlers does, however they end

    async with mine.watched(as_nobody):
        first = await mine.keep({"text": "one that hangs"})
        second = await mine.keep({"text": "one that begins too late"})
        hanging = asyncio.create_task(handler(first))
        await asyncio.sleep(0)
    late = asyncio.create_task(handler(second))
    await asyncio.gather(hanging, late)
    await mine.forget(second)
    assert ends == [first, second]
    assert sorted(await other.renew_and_take()) == sorted([first, second])


async def as_nobody(_: str, __: Json) -> None:
    raise AssertionError("nothing is left by others")


async def test_with_nothing_in_work_a_process_ends_at_once(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "DRAIN_S", 3600)
    box = Inbox(redis)
    await box.forget(await box.keep({"text": "done"}))
    await box.drained()


async def test_what_was_refused_is_not_done_afterwards_but_an_event_is(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis had it all the same, and only its answer came too late. Events are delivered again by Slack."""
    monkeypatch.setattr(inbox, "KEEPING_S", 0.05)
    monkeypatch.setattr(inbox, "KEEPING_WHILE_AWAY_S", 0.05)
    handled: list[Json] = []

    async def handle(_: str, body: Json) -> None:
        handled.append(body)

    box = Inbox(redis, lease=0)
    add = box._store._adding._send

    async def slow(deliveries: Any) -> Any:
        done = await add(deliveries)
        await asyncio.sleep(3600)
        return done

    box._store._adding._send = slow
    for body in ({"trigger_id": "1.2", "text": "pressed"}, {"text": "by nobody"}, {"event_id": "Ev1"}):
        with pytest.raises(Unavailable):
            await box.keep(body)
    async with box.watched(handle):
        await until(lambda: nothing_else(handled))
    assert handled == [{"event_id": "Ev1"}]


async def nothing_else(handled: list[Json]) -> bool:
    return bool(handled)
