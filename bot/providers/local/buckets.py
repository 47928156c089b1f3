"""Quarters of an hour, by which the database counts: every zone's offset is a whole number of those, so whole hours and
days of any zone, with 23 or 25 hours too, are sums of them."""

from __future__ import annotations

from bisect import bisect_right

QUARTER_S = 900


def slot(starts: list[float], quarter: int) -> int:
    """The index of the slice that a quarter of an hour belongs to; `starts` are its edges in epoch seconds."""
    return max(0, bisect_right(starts, quarter * QUARTER_S) - 1)
