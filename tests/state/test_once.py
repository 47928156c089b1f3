"""An effect happens once, whoever asks and however often, and is not lost with whoever began it."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from bot.state import keys
from bot.state.once import Once, Outcome
from tests.polling import until

KEY = keys.once("T1", "C1", "1700.1", "clip")


async def test_the_first_to_ask_is_the_only_one(redis: Redis) -> None:
    once = Once(redis)
    answers = await asyncio.gather(*(once.first(KEY) for _ in range(20)))
    assert sorted(answers) == [False] * 19 + [True]


async def test_a_meaning_is_forgotten_after_its_time(redis: Redis) -> None:
    once = Once(redis)
    assert await once.first(KEY, ttl=0.05)
    await until(lambda: once.first(KEY))


async def test_twenty_at_once_run_the_effect_once_and_all_get_its_result(redis: Redis) -> None:
    runs = 0

    async def effect() -> str:
        nonlocal runs
        runs += 1
        await asyncio.sleep(0.05)
        return f"ticket-{runs}"

    outcomes = await asyncio.gather(*(Once(redis).run(KEY, effect) for _ in range(20)))
    assert runs == 1
    assert {outcome.result for outcome in outcomes} == {"ticket-1"}
    assert sum(outcome.first for outcome in outcomes) == 1


async def test_an_effect_that_raises_is_tried_again_by_the_next(redis: Redis) -> None:
    async def broken() -> str:
        raise ZeroDivisionError

    async def works() -> str:
        return "done"

    with pytest.raises(ZeroDivisionError):
        await Once(redis).run(KEY, broken)
    assert await Once(redis).done(KEY) is None
    assert await Once(redis).run(KEY, works) == Outcome(True, "done")
    assert await Once(redis).run(KEY, works) == Outcome(False, "done")


async def test_a_holder_that_died_loses_its_effect_to_the_next(redis: Redis) -> None:
    await redis.set(keys.lock(KEY), b"a dead process", px=150)

    async def works() -> str:
        return "done"

    assert await Once(redis).run(KEY, works) == Outcome(True, "done")


def test_names_cannot_be_confused() -> None:
    assert keys.once("T1", "a:b", "c") != keys.once("T1", "a", "b:c")
    assert keys.once("T1", "a%3Ab") != keys.once("T1", "a:b")
    assert keys.once("T1", "a").startswith("{T1}:")
