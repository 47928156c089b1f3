"""Slices of a period, put together from Datadog's series.

Datadog cuts a series into equal slices counted from the epoch, so the largest slice is requested that no edge of ours
cuts: 3 hours for days in Seoul, 1 hour over a change of the clocks, 30 minutes in India.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime

_SLICES_S = {
    86400: "1d",
    43200: "12h",
    21600: "6h",
    14400: "4h",
    10800: "3h",
    7200: "2h",
    3600: "1h",
    1800: "30m",
    900: "15m",
    60: "1m",
}


def interval(starts: Sequence[datetime]) -> str:
    """Returns the largest slice that no inner edge cuts. The first edge is the beginning of the period."""
    common = math.gcd(*(int(start.timestamp()) for start in starts[1:]), 86400)
    fits = next((seconds for seconds in _SLICES_S if common % seconds == 0), 60)
    return _SLICES_S[min(fits, 43200)]  # a whole day is cut at midnight of the request's zone, not of the epoch


def is_divided(starts: Sequence[datetime]) -> bool:
    """Whether hours that begin at `starts` take several of Datadog's slices each, as in zones of half an hour."""
    return interval(starts) in {"30m", "15m"}


def slice_index(starts: Sequence[datetime]) -> Callable[[datetime], int]:
    """Returns a function that gives the index of the slice that a moment belongs to."""
    seconds = [start.timestamp() for start in starts]
    return lambda moment: max(0, bisect_right(seconds, moment.timestamp()) - 1)
