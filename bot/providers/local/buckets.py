"""Quarters of an hour, by which the database counts.

Every zone's offset is a multiple of them, so the hours and days of any zone, also days of 23 or 25 hours, are sums.
"""

from __future__ import annotations

from bisect import bisect_right

QUARTER_S = 900


def slot(starts: list[float], quarter: int) -> int:
    """Returns the index of the slice that a quarter of an hour belongs to. `starts` are the edges in epoch seconds."""
    return max(0, bisect_right(starts, quarter * QUARTER_S) - 1)
