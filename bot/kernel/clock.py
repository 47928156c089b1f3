"""The time is a function that whoever needs it is given, so that tests and the demo can set it.

Only this module reads the system's date. Spans (timeouts, leases, ages of what waits) are measured by the system's
clock, whatever the date is set to.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns the time now, aware, in UTC."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def clock_ahead(seconds: float) -> Clock:
    """Returns a clock that is so far ahead of the system's: the same in every process, whenever it was started."""
    ahead = timedelta(seconds=seconds)
    return (lambda: system_clock() + ahead) if ahead else system_clock


def seconds_of(clock: Clock) -> Callable[[], float]:
    """Returns the same clock in epoch seconds."""
    return lambda: clock().timestamp()


def ahead_of_ours(told: datetime, asked: datetime, answered: datetime) -> timedelta:
    """Returns how far another clock is ahead of ours at least; negative where it is behind.

    It told the time between `asked` and `answered`, which are by ours: an answer that took long says nothing of clocks.
    """
    return told - asked if told < asked else max(told - answered, timedelta())


def jittered(seconds: float) -> float:
    """A pause of about so many seconds, so that those who failed together don't come back together."""
    return seconds * random.uniform(0.75, 1.25)  # noqa: S311 - nothing hangs on its being secret
