"""Work in a thread of its own gives its result and its error; in the background it gives way, too."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.kernel.processes import NICE, in_a_thread, in_the_background

WAYS = pytest.mark.parametrize("run", [in_a_thread, in_the_background])


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@WAYS
async def test_the_result_and_the_error_come_back(run: Callable[..., Awaitable[Any]]) -> None:
    assert await run(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await run(divmod, 7, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities for threads")
async def test_it_gives_way_and_leaves_everybody_else_as_they_were() -> None:
    before = priority()
    assert await in_a_thread(priority) == before
    assert await in_the_background(priority) == min(19, before + NICE)
    assert priority() == before


@WAYS
async def test_its_thread_ends_with_it(run: Callable[..., Awaitable[Any]]) -> None:
    thread = await run(threading.current_thread)
    thread.join(timeout=60)
    assert not thread.is_alive()
