"""Background work gives its result, its error, and way."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from bot.kernel.processes import NICE, in_the_background


async def test_the_result_and_the_error_come_back() -> None:
    assert await in_the_background(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await in_the_background(divmod, 7, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities for threads")
async def test_it_gives_way_and_leaves_everybody_else_as_they_were() -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = priority()
    assert await in_the_background(priority) == min(19, before + NICE)
    assert priority() == before


async def test_its_thread_ends_with_it() -> None:
    thread = await in_the_background(threading.current_thread)
    thread.join(timeout=60)
    assert not thread.is_alive()
