"""Days with a name ("Black Friday") and parts of longer times ("late October", "the second half of last week")."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from bot.signals.periods import Clock, Span, elapsed

_MONTHS = {"year": 12, "quarter": 3}
_THIRDS = {"early": 0, "start": 0, "mid": 1, "late": 2, "end": 2}
_EDGES = {"start": 0, "end": 11}
_HALVES = {"first half": 0, "second half": 1}
_DAYS = {"first week": 7, "last week": 7, "first day": 1, "last day": 1}
ASSUMED_THIRD = "Early, mid and late are thirds of the time that is named."
ASSUMED_MONTH = "The beginning and the end of a year are its first and its last month."
ASSUMED_WEEK = "The first and the last week are the first and the last seven days."


def holiday(value: str, year: int) -> date:
    """Returns the day of a year: "12 25" is month and day, "11 4 3 1" the day after the fourth Thursday of November.

    The four numbers are month, which one, weekday (Monday is 0) and days after it.
    """
    month, *rest = map(int, value.split())
    if len(rest) == 1:
        return date(year, month, rest[0])
    nth, weekday, after = rest
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1) + after)


def assumption(name: str, unit: str) -> str:
    """Returns the sentence that says how a part of a unit was taken; "" for halves, which leave nothing open."""
    if name in _EDGES and unit == "year":
        return ASSUMED_MONTH
    return ASSUMED_WEEK if _DAYS.get(name) == 7 else ASSUMED_THIRD if name in _THIRDS else ""


def portion(span: Span, name: str, clock: Clock) -> Span:
    """Returns a third or a half of a span, or its first or last day or week, in whole days where it has several."""
    end = span.end or clock.now
    if name in _DAYS:
        days = timedelta(days=_DAYS[name])
        start = span.start.date() if name.startswith("first") else end.date() - days
        return Span(clock.at(start), clock.at(start + days), "day" if days.days == 1 else "range")
    at, parts = (_THIRDS[name], 3) if name in _THIRDS else (_HALVES[name], 2)
    if name in _EDGES and span.unit == "year":
        at, parts = _EDGES[name], 12
    ends = [_border(span, step, parts, clock) for step in (at, at + 1)]
    return Span(ends[0], ends[1], "range", last_day=clock.at(_last_day(span, clock)) if name == "end" else None)


def _border(span: Span, step: int, parts: int, clock: Clock) -> datetime:
    """Returns where part number `step` of a span begins: the 11th and 21st of a month, midnights of longer spans."""
    first, end = span.start.date(), span.end or clock.now
    days = (end.date() - first).days
    if span.unit in _MONTHS and (_MONTHS[span.unit] % parts == 0):
        index = first.year * 12 + first.month - 1 + _MONTHS[span.unit] * step // parts
        return clock.at(date(index // 12, index % 12 + 1, 1))
    if step == parts:
        return end
    if span.unit == "day":
        return clock.at(first, time(24 * step // parts))
    if days < 2:
        return elapsed(span.start, (end.astimezone(UTC) - span.start.astimezone(UTC)) * step / parts)
    if span.unit == "month" and parts == 3:
        return clock.at(first + timedelta(days=10 * step))
    return clock.at(first + timedelta(days=days * step // parts))


def _last_day(span: Span, clock: Clock) -> date:
    """Returns the last day of a span, from which "since the end of July" counts."""
    return elapsed(span.end or clock.now, timedelta(microseconds=-1)).date()
