"""Hours that are named without a day, or beside one: "between 9:00 and 10:00", "yesterday 14:00-15:00"."""

from __future__ import annotations

from datetime import date

from bot.signals.language.dates import Assumptions, Hours, clock_change
from bot.signals.language.parse_errors import Puzzled
from bot.signals.periods import Clock, Span


def hours_of(day: Span | None, hours: Hours, clock: Clock, typed: str, assumed: Assumptions) -> Span:
    """Returns the hours of that day, of today, or of yesterday where today's are still to come.

    `assumed` collects what was filled in. Raises Puzzled, which blames what was `typed`, where that is no day and where
    nothing is left of the hours.
    """
    if day is not None and day.unit != "day":
        raise Puzzled("A time of day needs a day: say which one, for example “yesterday”.", at=typed)
    if day is not None:
        return _on(day.start.date(), hours, clock, typed, assumed)
    if clock.at(clock.today, hours.start).timestamp() >= clock.now.timestamp():
        assumed.append(("Those hours of today are still to come, so yesterday’s are taken.", {}))
        return _on(clock.calendar(-1, "day").start.date(), hours, clock, typed, assumed)
    return _on(clock.today, hours, clock, typed, assumed)


def _on(day: date, hours: Hours, clock: Clock, typed: str, assumed: Assumptions) -> Span:
    """Says so where a clock change skips an end or shows it twice; raises Puzzled where nothing is left."""
    span = clock.hours(day, hours.start, hours.end)
    first = clock_change(clock, day, hours.start)
    last = clock_change(clock, clock.last_day(day, hours.start, hours.end), hours.end, end=True)
    if first and span.end and span.start.timestamp() >= span.end.timestamp():
        raise Puzzled(first[0], at=typed, **first[1])
    assumed += [change for change in (first, None if last == first else last) if change is not None]
    return span
