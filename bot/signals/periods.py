"""Calendar arithmetic: from "this week" to two moments.

Every day begins at the first instant of its date in the asker's zone, so days have 23, 24 or 25 hours. Days, weeks and
months back are counted on the calendar (the same time on the clock), hours and minutes as elapsed time.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from statistics import median_high

from bot.kernel.locale import is_repeated, zone_name
from bot.signals.language.parse_errors import Early, NotInThere, Puzzled
from bot.signals.question import GroupBy, Period

_STEPS = frozenset({"minute", "hour", "day", "week", "month", "quarter", "year"})
_DAYS = frozenset({"", "day", "week"})
"""Units that always have as many days, and stretches that are no unit."""


@dataclass(frozen=True, slots=True)
class Span:
    """A named stretch of time, not yet cut at now. Without `end` it is a point; `clock` is its time of an open day."""

    start: datetime
    end: datetime | None = None
    unit: str = ""
    """The calendar unit it is one of ("day", "week", …); empty for rolling spans and ranges."""
    clock: time | None = None
    wall: time | None = None
    """The time as it was typed, for a point; `start` may be later, where a clock change skips that time."""
    day_of_month: int = 0
    """The number in "5일", which is five days or the fifth of a month."""
    last_day: datetime | None = None
    """Where "since the end of July" begins; None for any other span."""
    bound: datetime | None = None
    """Where "until an hour ago" ends, which is where that hour begins; None for any other span."""
    recent: str = ""
    """"weekday", "date", "month" or "quarter": the most recent of that name, so that an earlier one may be meant;
    "year": that of "last year"; "part": hours of a day, a night or a weekend."""
    before: bool = False
    """Whether it is the one before the period that it is compared with ("the Monday before that")."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The asker's now, zone and first day of the week. Raises OverflowError far outside the calendar."""

    now: datetime
    zone: tzinfo
    first_weekday: int = 0

    @property
    def today(self) -> date:
        return self.now.date()

    def at(self, day: date, when: time = time.min) -> datetime:
        """Returns that time of that day: the first of the two where clocks go back, the end of a gap that holds it."""
        gap = self.gap(day, when)
        return gap[1] if gap else datetime.combine(day, when, self.zone).astimezone(UTC).astimezone(self.zone)

    def gap(self, day: date, when: time) -> tuple[datetime, datetime] | None:
        """Returns the two times (the first is naive) between which clocks skip that time; None where it exists."""
        local = datetime.combine(day, when, self.zone).replace(fold=0)
        before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
        if before is None or after is None or before >= after:
            return None
        low, high = local.astimezone(UTC) - (after - before), local.astimezone(UTC)
        while high - low > timedelta(seconds=1):  # the change lies after `low` and not after `high`
            middle = low + (high - low) / 2
            low, high = (low, middle) if middle.astimezone(self.zone).utcoffset() == after else (middle, high)
        end = high.replace(microsecond=0).astimezone(self.zone)
        return end.replace(tzinfo=None) - (after - before), end

    def is_twice(self, day: date, when: time) -> bool:
        """Whether a clock change shows that time twice on that day."""
        local = datetime.combine(day, when, self.zone).replace(fold=0)
        return (local.utcoffset() or timedelta()) > (local.replace(fold=1).utcoffset() or timedelta())

    def day(self, day: date) -> Span:
        return self._days(day, day + timedelta(days=1), "day")

    def calendar(self, steps: int, unit: str) -> Span:
        """Returns the unit that is `steps` units after the current one (−1 is the last one)."""
        if unit == "day":
            return self.day(self.today + timedelta(days=steps))
        if unit == "week":
            start = self.week_start(self.today) + timedelta(weeks=steps)
            return self._days(start, start + timedelta(weeks=1), "week")
        if unit == "weekend":
            monday = self.today - timedelta(days=self.today.weekday()) + timedelta(weeks=steps)
            return self._days(monday + timedelta(days=5), monday + timedelta(days=7), "")
        if unit == "hour":
            hour = self.now.replace(minute=0, second=0, microsecond=0)
            start = elapsed(hour, timedelta(hours=steps))
            return Span(start, elapsed(start, timedelta(hours=1)), unit)
        months = {"month": 1, "quarter": 3, "year": 12}[unit]
        index = (self.today.year * 12 + self.today.month - 1) // months * months + steps * months
        return self._days(_month(index), _month(index + months), unit)

    def month(self, number: int, year: int | None = None) -> Span:
        """A month of a year, or the most recent one that has begun."""
        recent = "" if year else "month"
        year = year or self.today.year - (number > self.today.month)
        index = year * 12 + number - 1
        return replace(self._days(_month(index), _month(index + 1), "month"), recent=recent)

    def quarter(self, number: int, year: int | None = None) -> Span:
        """A quarter of a year, or the most recent one that has begun."""
        recent = "" if year else "quarter"
        year = year or self.today.year - (number > (self.today.month + 2) // 3)
        index = year * 12 + (number - 1) * 3
        return replace(self._days(_month(index), _month(index + 3), "quarter"), recent=recent)

    def day_of_month(self, number: int) -> date:
        """The most recent day with that number. Raises Puzzled where no month has it."""
        index = self.today.year * 12 + self.today.month - 1
        for first in (_month(index - back) for back in range(12)):
            last = calendar.monthrange(first.year, first.month)[1]
            if 0 < number <= last and (day := first.replace(day=number)) <= self.today:
                return day
        raise Puzzled("There is no such date.", at=str(number))

    def year(self, year: int) -> Span:
        return self._days(date(year, 1, 1), date(year + 1, 1, 1), "year")

    def weekday(self, number: int, *, before_today: bool = False) -> Span:
        """The most recent such day; today counts unless `before_today`."""
        back = (self.today.weekday() - number) % 7
        return replace(self.day(self.today - timedelta(days=back or 7 * before_today)), recent="weekday")

    def next_weekday(self, number: int) -> Span:
        """The first such day after today."""
        return self.day(self.today + timedelta(days=(number - self.today.weekday() - 1) % 7 + 1))

    def back(self, count: int, unit: str, moment: datetime | None = None) -> datetime:
        """`count` units before a moment, or after it when negative."""
        moment = moment or self.now
        if unit in {"minute", "hour"}:
            return elapsed(moment, -timedelta(**{f"{unit}s": count}))
        if unit in {"day", "week"}:
            return self.at((moment - timedelta(**{f"{unit}s": count})).date(), moment.timetz().replace(tzinfo=None))
        months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
        first = _month(moment.year * 12 + moment.month - 1 - months)
        day = min(moment.day, calendar.monthrange(first.year, first.month)[1])
        return self.at(first.replace(day=day), moment.timetz().replace(tzinfo=None))

    def week_start(self, day: date) -> date:
        return day - timedelta(days=(day.weekday() - self.first_weekday) % 7)

    def hours(self, day: date, start: time, end: time) -> Span:
        """From one time of that day to another; an end that isn't later is on the next day."""
        return Span(self.at(day, start), self.at(self.last_day(day, start, end), end))

    def last_day(self, day: date, start: time, end: time) -> date:
        return day if end > start else day + timedelta(days=1)

    def on(self, day: Span, when: time) -> datetime:
        return self.at(day.start.date(), when)

    def _days(self, start: date, end: date, unit: str) -> Span:
        return Span(self.at(start), self.at(end), unit)


def cut(span: Span, clock: Clock, words: str) -> Period:
    """Returns the span up to now. Raises Early, which names the asker's `words`, when nothing of it has passed yet."""
    end = min(span.end or clock.now, clock.now)
    if span.start.timestamp() >= clock.now.timestamp():
        raise Early(words)
    if span.start.timestamp() >= end.timestamp():
        raise Puzzled("That period ends before it starts.", at=words)
    return Period(span.start, end, span.unit if span.unit in _STEPS else "")


def compared(against: Span, period: Period, clock: Clock, words: str) -> Period:
    """Returns the stretch that a period is compared with: the same elapsed span of what was named.

    A longer unit means the same hours in that unit: "today vs last week" is the same weekday of last week, "last hour
    vs yesterday" the same hour of yesterday. A range with both ends is taken as it is.
    """
    if against.unit == "range":
        return cut(against, clock, words)
    if against.unit == "rolling" and against.end is not None:
        against = Span(elapsed(period.start, -(against.end - against.start)), period.start)
    length = against.end.timestamp() - against.start.timestamp() if against.end else 0.0
    if against.unit in _STEPS and against.unit != period.unit and length > period.span.total_seconds():
        against = _same_hours(against, period, clock, words)
    span = same_span(against, period)
    return cut(Span(span.start, span.end), clock, words)


def _same_hours(against: Span, period: Period, clock: Clock, words: str) -> Span:
    """Returns where the hours of the period begin in `against`, a longer unit.

    On a Monday "yesterday vs last week" is the week before yesterday. Raises Puzzled where the hours are still to come,
    and where they begin before what still goes on ("this month") or has a name of its own ("October").
    """
    end = (against.end or clock.now).timestamp()
    steps = 1
    while clock.back(steps, against.unit, period.start).timestamp() >= end:
        steps += 1
    if period.end.timestamp() <= against.start.timestamp():  # "yesterday morning vs today"
        while clock.back(steps, against.unit, period.start).timestamp() < against.start.timestamp():
            steps -= 1
    start = clock.back(steps, against.unit, period.start)
    if start.timestamp() >= clock.now.timestamp():
        raise Puzzled("“%(what)s”: those hours are still to come.", at=words, what=words)
    goes_on = end > clock.now.timestamp()
    if start.timestamp() < against.start.timestamp() and (goes_on or against.recent):
        raise NotInThere(words)
    return Span(start)


def elapsed(moment: datetime, span: timedelta) -> datetime:
    """Returns `moment` + `span` in elapsed time, over clock changes too."""
    return (moment.astimezone(UTC) + span).astimezone(moment.tzinfo)


def previous(period: Period) -> Period:
    """Returns the same elapsed span before: "this week" so far is compared with last week up to the same point.

    A calendar unit starts one unit earlier; anything else (rolling spans, ranges) is the stretch right before. The span
    never reaches into the period itself.
    """
    if not period.unit:
        return Period(elapsed(period.start, -period.span), period.start)
    clock = Clock(period.start, period.start.tzinfo or UTC)
    return same_span(Span(clock.back(1, period.unit), period.start), period)


def same_span(against: Span, period: Period) -> Period:
    """Returns the part of `against` that is as long as the period, from its start; all of it when it is shorter.

    Against whole days it is as many whole days, also of 23 and 25 hours.
    """
    clock = Clock(period.end, period.end.tzinfo or UTC)
    midnights = all(moment == clock.at(moment.date()) for moment in (period.start, against.start, period.end))
    days = period.end.date() - period.start.date()
    in_days = midnights and period.unit in _DAYS
    end = clock.at(against.start.date() + days) if in_days else elapsed(against.start, period.span)
    return Period(against.start, end if against.end is None else min(end, against.end))


def _month(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


HOURLY_UP_TO = timedelta(hours=48)
SHORTEST_DAY = timedelta(hours=23)
"""When clocks go forward."""
MINUTES_UP_TO = timedelta(hours=3)
"""A longer period isn't cut into minutes: nobody reads more rows than that."""


def edges(period: Period, slice_: GroupBy) -> list[datetime]:
    """Returns where the slices (one of SLICES) begin: the period's start, then every full one in its zone."""
    starts, zone = [period.start], period.start.tzinfo
    moment = _next(period.start, slice_)
    while moment < period.end:
        starts.append(moment.astimezone(zone))
        moment = _next(starts[-1], slice_)
    return starts


def slice_length(starts: Sequence[datetime]) -> timedelta:
    """Returns how long most slices are: the first may be cut off, and a day may have 23 hours. Zero for one alone."""
    gaps = [following.astimezone(UTC) - start.astimezone(UTC) for start, following in pairwise(starts)]
    return median_high(gaps) if gaps else timedelta()


def slice_label(start: datetime, slice_: GroupBy) -> str:
    """Returns the local date by which a source labels a day, an hour or a minute: `2026-11-23`, `2026-11-23 14:00`.

    Where clocks go back an hour comes twice, and the zone's name tells which one it is: `2026-11-01 01:00 EDT`.
    """
    if slice_ is GroupBy.DAY:
        return f"{start:%Y-%m-%d}"
    return f"{start:%Y-%m-%d %H:%M} {zone_name(start)}" if is_repeated(start) else f"{start:%Y-%m-%d %H:%M}"


def bar_of(period: Period) -> GroupBy:
    """Returns what a bar of the period's chart stands for: an hour, or a day where the period is longer."""
    return GroupBy.HOUR if period.span <= HOURLY_UP_TO else GroupBy.DAY


def _next(moment: datetime, slice_: GroupBy) -> datetime:
    """The next edge, aware, in UTC. Hours and minutes are counted in elapsed time, days by the calendar."""
    if slice_ is not GroupBy.DAY:
        offset = moment.utcoffset() or timedelta()
        local = moment.astimezone(UTC).replace(tzinfo=None, second=0, microsecond=0) + offset
        minute = slice_ is GroupBy.MINUTE
        begun = local.replace(second=0) if minute else local.replace(minute=0, second=0)
        return (begun + (timedelta(minutes=1) if minute else timedelta(hours=1)) - offset).replace(tzinfo=UTC)
    midnight = datetime.combine(moment.date() + timedelta(days=1), datetime.min.time(), tzinfo=moment.tzinfo)
    return midnight.astimezone(UTC)
