"""Slices of a period in the asker's zone: what a chart has bars for, and a grouping by time has rows for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.kernel.locale import is_repeated, zone_name
from bot.signals.question import Period

HOURLY_UP_TO = timedelta(hours=48)


def edges(period: Period, *, hourly: bool) -> list[datetime]:
    """Returns where the slices begin: the period's start, then every full hour or midnight in its zone."""
    starts, zone = [period.start], period.start.tzinfo
    moment = _next(period.start, hourly=hourly)
    while moment < period.end:
        starts.append(moment.astimezone(zone))
        moment = _next(starts[-1], hourly=hourly)
    return starts


def slice_label(start: datetime, *, hourly: bool) -> str:
    """Returns the local date by which a source labels a day or an hour: `2026-11-23`, `2026-11-23 14:00`.

    Where clocks go back an hour comes twice, and the zone's name tells which one it is: `2026-11-01 01:00 EDT`.
    """
    if not hourly:
        return f"{start:%Y-%m-%d}"
    return f"{start:%Y-%m-%d %H:%M} {zone_name(start)}" if is_repeated(start) else f"{start:%Y-%m-%d %H:%M}"


def is_hourly(period: Period) -> bool:
    """Whether a chart of the period has a bar for each hour; longer ones have one for each day."""
    return period.span <= HOURLY_UP_TO


def _next(moment: datetime, *, hourly: bool) -> datetime:
    """The next edge, aware, in UTC. Hours are counted in elapsed time, days by the calendar."""
    if hourly:
        offset = moment.utcoffset() or timedelta()
        local = moment.astimezone(UTC).replace(tzinfo=None) + offset
        return (local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) - offset).replace(tzinfo=UTC)
    midnight = datetime.combine(moment.date() + timedelta(days=1), datetime.min.time(), tzinfo=moment.tzinfo)
    return midnight.astimezone(UTC)
