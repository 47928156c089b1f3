"""The period that another one is held against: "vs last Monday", "vs the week before", "vs 9 to 11"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.signals.language.clauses import Compare
from bot.signals.language.dates import Hours
from bot.signals.language.parse_errors import Puzzled
from bot.signals.language.ranges import OPEN
from bot.signals.periods import Clock, Span, compared, elapsed, previous
from bot.signals.question import Period


def compared_period(compare: Compare, period: Period, clock: Clock) -> Period:
    """Raises Puzzled for the period itself."""
    against = compare.against
    if isinstance(against, Hours):
        against = clock.hours(clock.back(1, "day", period.start).date(), against.start, against.end)
    if against is not None and against.bound is not None and period.end == clock.now and not period.unit:
        back = timedelta(seconds=against.bound.timestamp() - clock.now.timestamp())  # "last hour vs 24 hours ago"
        return Period(elapsed(period.start, back), elapsed(period.end, back))
    if against is not None and against.end is not None and against.unit == OPEN:
        return Period(elapsed(against.end, -period.span), against.end)
    if against is not None:
        other = compared(_before(against, period, clock), period, clock, compare.text)
        if (other.start, other.end) == (period.start, period.end):
            what = compare.text
            raise Puzzled("“%(what)s” is the period itself; compare it with another one.", at=what, what=what)
        return other
    if not compare.unit:
        return previous(period)
    earlier = Span(clock.back(1, compare.unit, period.start), period.start)
    return compared(earlier, period, clock, compare.text)


def _before(against: Span, period: Period, clock: Clock) -> Span:
    """ "Monday vs last Monday", "vs the Monday before that", "vs October last year": the one before the period."""
    first = period.start.date()
    if against.recent == "year" and against.end is not None and against.start == period.start:
        start, end = (clock.back(1, "year", moment) for moment in (against.start, against.end))
        return replace(against, start=start, end=end)
    if against.recent != "weekday" or not (against.before or against.start.date() == first):
        return against
    day = against.start.date()
    weeks = 0 if day < first else (day - first).days // 7 + 1
    return clock.day(day - timedelta(weeks=weeks))
