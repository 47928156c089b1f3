"""The time is a function that whoever needs it is given, so that tests and the demo can set it.

Only this module reads the system's date. Spans (timeouts, leases, ages of what waits) are measured by the system's
clock, whatever the date is set to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns the time now, aware, in UTC."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def clock_from(moment: datetime | None) -> Clock:
    """Returns a clock that shows `moment` now and goes on at real speed, or the system's clock for None."""
    if moment is None:
        return system_clock
    start, begun = moment.astimezone(UTC), time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - begun)


def seconds_of(clock: Clock) -> Callable[[], float]:
    """Returns the same clock in epoch seconds."""
    return lambda: clock().timestamp()
