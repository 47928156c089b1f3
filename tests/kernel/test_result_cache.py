"""What was asked a moment ago isn't asked again, unless it failed."""

from __future__ import annotations

import asyncio

import pytest

from bot.kernel.errors import Unavailable
from bot.kernel.result_cache import ResultCache


class Asked:
    """Answers with how often it was asked; `fails` says how often it fails first."""

    def __init__(self, fails: int = 0) -> None:
        self.times = 0
        self.fails = fails

    async def __call__(self) -> int:
        self.times += 1
        await asyncio.sleep(0.01)
        if self.times <= self.fails:
            raise Unavailable("Not now.")
        return self.times


async def test_for_a_while_and_then_again() -> None:
    now = 0.0
    kept: ResultCache[int] = ResultCache(10, clock=lambda: now)
    ask = Asked()
    assert [await kept.get("a", ask), await kept.get("a", ask), await kept.get("b", ask)] == [1, 1, 2]
    now = 11
    assert await kept.get("a", ask) == 3


async def test_askers_at_the_same_time_share_one_request() -> None:
    kept: ResultCache[int] = ResultCache(10)
    ask = Asked()
    assert await asyncio.gather(*(kept.get("a", ask) for _ in range(5))) == [1] * 5


async def test_a_failure_is_told_and_forgotten() -> None:
    kept: ResultCache[int] = ResultCache(10)
    ask = Asked(fails=1)
    with pytest.raises(Unavailable):
        await kept.get("a", ask)
    assert await kept.get("a", ask) == 2


async def test_one_asker_that_gives_up_takes_nothing_from_the_others() -> None:
    kept: ResultCache[int] = ResultCache(10)
    ask = Asked()
    one, other = (asyncio.create_task(kept.get("a", ask)) for _ in range(2))
    await asyncio.sleep(0)
    one.cancel()
    assert await other == 1


async def test_the_oldest_make_room() -> None:
    kept: ResultCache[int] = ResultCache(10, most=2)
    ask = Asked()
    for key in ("a", "b", "c", "b"):
        await kept.get(key, ask)
    assert ask.times == 3
    await kept.get("a", ask)
    assert ask.times == 4
