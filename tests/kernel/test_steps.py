"""Work that one thread begins and another ends."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.kernel.steps import SteppedWork, Steps, finished


def counted(to: int, seen: list[int]) -> Steps[str]:
    for number in range(to):
        seen.append(number)
        yield
    return f"{to} steps"


def failing() -> Steps[str]:
    yield
    raise ZeroDivisionError


def test_it_pauses_when_it_is_enough_and_goes_on_from_there() -> None:
    seen: list[int] = []
    work = SteppedWork(counted(5, seen))
    work.go_on(lambda: len(seen) == 2)
    assert seen == [0, 1]
    assert work.result() == "5 steps"
    assert seen == [0, 1, 2, 3, 4]
    work.go_on(lambda: False)
    assert work.result() == "5 steps"


def test_it_ends_before_it_is_enough() -> None:
    work = SteppedWork(counted(2, []))
    work.go_on(lambda: False)
    assert work.result() == "2 steps"
    assert finished(counted(0, [])) == "0 steps"


def test_its_error_comes_where_it_happens() -> None:
    work = SteppedWork(failing())
    with pytest.raises(ZeroDivisionError):
        work.go_on(lambda: False)


async def test_another_thread_ends_it() -> None:
    threads: list[str] = []

    def work() -> Steps[None]:
        for _ in range(4):
            threads.append(threading.current_thread().name)
            yield

    begun = SteppedWork(work())
    begun.go_on(lambda: len(threads) == 2)
    await asyncio.to_thread(begun.result)
    here = threading.current_thread().name
    assert threads[:2] == [here, here]
    assert here not in threads[2:]
