"""Slices of a period in the asker's zone.

The database counts by quarter of an hour: every zone's offset is a whole number of those, so whole hours and days of
any zone, with 23 or 25 hours too, are sums of them.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta

from bot.signals.question import Period

QUARTER_S = 900
HOURLY_UP_TO = timedelta(hours=48)


def edges(period: Period, *, hourly: bool) -> list[datetime]:
    """Where the slices begin: the period's start, then every full hour or midnight in its zone before its end."""
    found, zone = [period.start], period.start.tzinfo
    moment = _next(period.start, hourly)
    while moment < period.end:
        found.append(moment.astimezone(zone))
        moment = _next(found[-1], hourly)
    return found


def _next(moment: datetime, hourly: bool) -> datetime:
    """The next boundary, aware, in UTC. Hours are counted in elapsed time, days by the calendar."""
    if hourly:
        offset = moment.utcoffset() or timedelta()
        local = moment.astimezone(UTC).replace(tzinfo=None) + offset
        return (local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) - offset).replace(tzinfo=UTC)
    midnight = datetime.combine(moment.date() + timedelta(days=1), datetime.min.time(), tzinfo=moment.tzinfo)
    return midnight.astimezone(UTC)


def is_hourly(period: Period) -> bool:
    return period.span <= HOURLY_UP_TO


def slot(starts: list[float], quarter: int) -> int:
    """The index of the slice that a quarter of an hour belongs to; `starts` are its edges in epoch seconds."""
    return max(0, bisect_right(starts, quarter * QUARTER_S) - 1)
