"""Long work in a thread that gives way to everything else on the machine."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Args = ParamSpec("Args")
Result = TypeVar("Result")

NICE = 10


def in_the_background(work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs) -> asyncio.Future[Result]:
    """Runs blocking work in a thread of its own, which ends with it: a lowered priority can't be raised again.

    A thread that reads what a browser makes wakes just when the browser has the next thing to do. With equal rights
    it takes a core away from it; like this it runs when nobody else wants to.
    """
    pool = ThreadPoolExecutor(1, "background", initializer=_give_way)
    future = asyncio.get_running_loop().run_in_executor(pool, lambda: work(*args, **kwargs))
    pool.shutdown(wait=False)
    return future


def _give_way() -> None:
    if sys.platform == "linux":  # elsewhere it would be the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(19, os.nice(0) + NICE))
