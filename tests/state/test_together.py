"""What comes while a call is on its way goes together in the next one; each caller gets its own result."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.state.together import MOST, Together


class Sending:
    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.free = asyncio.Event()

    async def send(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        await self.free.wait()
        if -1 in items:
            raise ConnectionError("away")
        return [item * 2 for item in items]


async def test_the_first_goes_at_once_and_those_behind_it_together() -> None:
    sending = Sending()
    together = Together(sending.send)
    first = asyncio.create_task(together.call(1))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(together.call(n)) for n in range(2, 2 + MOST + 5)]
    await asyncio.sleep(0.01)
    assert sending.batches == [[1]]
    sending.free.set()
    assert await asyncio.gather(first, *others) == [2 * n for n in range(1, 2 + MOST + 5)]
    assert [len(batch) for batch in sending.batches] == [1, MOST, 5]


async def test_a_failure_is_raised_for_those_that_went_together_and_for_no_others() -> None:
    sending = Sending()
    together = Together(sending.send)
    first = asyncio.create_task(together.call(1))
    await asyncio.sleep(0.01)
    bad, beside = asyncio.create_task(together.call(-1)), asyncio.create_task(together.call(2))
    sending.free.set()
    assert await first == 2
    for task in (bad, beside):
        with pytest.raises(ConnectionError):
            await task
    assert await together.call(4) == 8


async def test_a_caller_that_gives_up_takes_nobody_with_it() -> None:
    sending = Sending()
    together = Together(sending.send)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await together.call(1)
    other = asyncio.create_task(together.call(2))
    sending.free.set()
    assert await other == 4


async def test_what_is_given_up_is_not_sent_later_and_not_waited_for() -> None:
    sending = Sending()
    together = Together(sending.send)
    first = asyncio.create_task(together.call(1))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(together.call(2))
    await asyncio.sleep(0.01)
    second.cancel()
    first.cancel()  # it is on its way, and nobody waits for it any more
    await asyncio.gather(first, second, return_exceptions=True)
    sending.free.set()
    assert await together.call(3) == 6
    assert sending.batches == [[1], [3]]


async def test_whoever_gives_up_takes_nothing_from_those_beside_it() -> None:
    sending = Sending()
    together = Together(sending.send)
    first = asyncio.create_task(together.call(1))
    await asyncio.sleep(0.01)
    second, third = asyncio.create_task(together.call(2)), asyncio.create_task(together.call(3))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0.01)
    second.cancel()
    sending.free.set()
    assert await third == 6
