"""The period that another one is held against: "vs last Monday", "vs the week before", "vs 9 to 11"."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.signals.language.clauses import Compare
from bot.signals.language.dates import Hours
from bot.signals.language.lexicon import lexicon
from bot.signals.language.parse_errors import NotInThere, Puzzled
from bot.signals.language.ranges import OPEN
from bot.signals.periods import Clock, Span, compared, elapsed, previous
from bot.signals.question import Period

_HALF_A_YEAR = timedelta(days=183)
_MORE_THAN_HALF = timedelta(days=190)
"""More than two halves of years lie apart that follow each other."""


def compared_period(compare: Compare, period: Period, clock: Clock) -> Period:
    """Raises Puzzled for the period itself."""
    against = compare.against
    if isinstance(against, Hours):
        against = clock.hours(clock.back(1, "day", period.start).date(), against.start, against.end)
    if against is not None and against.bound is not None and period.end == clock.now:
        return _shifted(against.bound, period, clock, compare.text)
    if against is not None and against.end is not None and against.unit == OPEN:
        return Period(elapsed(against.end, -period.span), against.end)
    if against is not None and _is_hour_before(against, period):  # "this hour vs last hour"
        return previous(period)
    if against is not None:
        against = _same_part(_before(against, period, clock), period, clock, compare.text)
        other = compared(against, period, clock, compare.text)
        if against.bound is not None and other.span < period.span:
            what = compare.text
            raise Puzzled(
                "“%(what)s” is shorter than the period; compare it with one that is as long.", at=what, what=what
            )
        if (other.start, other.end) == (period.start, period.end):
            what = compare.text
            raise Puzzled("“%(what)s” is the period itself; compare it with another one.", at=what, what=what)
        return other
    if not compare.unit:
        return previous(period)
    earlier = Span(clock.back(1, compare.unit, period.start), period.start)
    return compared(earlier, period, clock, compare.text)


TWO_YEARS = "Of months and quarters without a year the most recent ones are taken, which are of two years."


def whole_year(span: Span, compare: Compare | None, clock: Clock) -> Span:
    """ "September vs October" asked in September: the last ones that are over, of one year."""
    against = compare.against if compare else None
    if not isinstance(against, Span) or not _are_apart(against, span) or span.end is None:
        return span
    if span.end.timestamp() <= clock.now.timestamp():
        return span
    start, end = (clock.back(1, "year", moment) for moment in (span.start, span.end))
    return replace(span, start=start, end=end)


def of_two_years(span: Span, compare: Compare | None) -> bool:
    """Whether a month or a quarter is held against one of the year before that has no year either."""
    against = compare.against if compare else None
    return isinstance(against, Span) and _are_apart(against, span)


def _are_apart(against: Span, span: Span) -> bool:
    """Whether one lies more than half a year before the other, and nobody said a year."""
    named = {"month", "quarter"}
    return {against.recent, span.recent} <= named and span.start - against.start > _MORE_THAN_HALF


def _is_hour_before(against: Span, period: Period) -> bool:
    """Whether an hour of the clock is held against the last sixty minutes, which reach into it."""
    if period.unit != "hour" or against.unit or against.end is None:
        return False
    return against.start < period.start < against.end and against.end - against.start == timedelta(hours=1)


def _shifted(bound: datetime, period: Period, clock: Clock, words: str) -> Period:
    """ "last hour vs 24 hours ago": a period that ends now is shifted by that."""
    back = timedelta(seconds=bound.timestamp() - clock.now.timestamp())
    if -back < period.span:
        raise Puzzled("“%(what)s” reaches into the period itself; go back further.", at=words, what=words)
    return Period(elapsed(period.start, back), elapsed(period.end, back))


def _before(against: Span, period: Period, clock: Clock) -> Span:
    """ "Monday vs last Monday", "vs the Monday before that", "vs October last year": the one before the period."""
    first, last = period.start.date(), elapsed(period.end, -timedelta(microseconds=1)).date()
    if against.recent == "year" and against.end is not None and against.start == period.start:
        start, end = (clock.back(1, "year", moment) for moment in (against.start, against.end))
        return replace(against, start=start, end=end)
    if against.recent in {"month", "quarter", "date"}:
        return _year_of(against, period, clock)
    touched = {first, last} if last - first <= timedelta(days=1) else {first}
    if against.recent != "weekday" or not (against.before or against.start.date() in touched):
        return against
    day = against.start.date()
    weeks = 0 if day < first else (day - first).days // 7 + 1
    return clock.day(day - timedelta(weeks=weeks))


def _year_of(against: Span, period: Period, clock: Clock) -> Span:
    """ "December vs October" in November, of which December was last year's: October of that year, before it.

    What comes soon after the period stays: "October vs November", "December vs January".
    """
    if against.end is None or against.start.timestamp() <= period.start.timestamp():
        return against
    start, end = (clock.back(1, "year", moment) for moment in (against.start, against.end))
    if period.start - start > _HALF_A_YEAR or start.day != against.start.day:  # February 29
        return against
    return replace(against, start=start, end=end)


def _same_part(against: Span, period: Period, clock: Clock, words: str) -> Span:
    """ "vs yesterday morning", "vs last weekend": the hours of the period in it.

    What begins like a part of a day is held against another part from where that begins ("this afternoon vs this
    morning"). Raises Puzzled where the hours are not in there, or on two days of it.
    """
    if against.recent != "part" or against.end is None:
        return against
    start, end, span = against.start, against.end.timestamp(), period.span.total_seconds()
    wall = period.start.timetz().replace(tzinfo=None)
    if end - start.timestamp() <= span or wall == start.timetz().replace(tzinfo=None):
        return against
    days = {start.date(), elapsed(against.end, -timedelta(microseconds=1)).date()}
    same = [moment for moment in (clock.at(day, wall) for day in days) if moment.timestamp() >= start.timestamp()]
    same = [moment for moment in same if moment.timestamp() + span <= end]
    parts = (entry.value for entries in lexicon().entries.values() for entry in entries if entry.kind == "PART")
    if len(same) > 1 or (not same and wall not in {time(int(hours[:2])) for hours in parts}):
        raise NotInThere(words)
    return Span(same[0]) if same else against
