"""Dates, times of day and lengths as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

from lark import Token

from bot.signals.language.lexicon import lexicon
from bot.signals.language.parse_errors import Puzzled
from bot.signals.periods import Clock

CLOCKS_FORWARD = "The clocks went from %(start)s straight to %(end)s that day, so %(time)s did not exist."
CLOCKS_BACK = "%(time)s came twice that day, as the clocks went back; the first is taken."


ORDER = {"month": "“%(what)s” is read with the month first.", "day": "“%(what)s” is read with the day first."}

Assumptions = list[tuple[str, dict[str, object]]]
"""Sentences of a catalog with their values: what was left open, and how it was filled in."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From one time of day to another, on a day that is named elsewhere or not at all."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Length:
    """A number of units. `number` tells digits ("5일" may be a day of the month) from words."""

    count: int
    unit: str
    number: bool = False


def date_of(token: Token, clock: Clock, day_first: bool, spoken: int | None = None) -> tuple[date, bool]:
    """Returns a date in digits, with or without units, and whether it has no year: then it is the most recent such day.

    `spoken` is the year that stands beside it ("last year").
    """
    numbers = [int(number) for number in re.findall(r"\d+", token)]
    year: int | None
    month: int
    day: int
    if token.type == "ISO":
        year = numbers[0] if len(numbers) == 3 else None
        month, day = numbers[-2:]
    else:
        first, second, *rest = numbers
        year = (rest[0] + 2000 if rest[0] < 100 else rest[0]) if rest else None
        swap = (day_first or "." in token or first > 12) and second <= 12
        month, day = (second, first) if swap else (first, second)
    year = year if spoken is None else spoken
    return recent(clock, year, month, day, str(token)), year is None


def order_assumed(token: Token, day_first: bool | None) -> tuple[str, dict[str, object]] | None:
    """Returns what to say of "1/2", which is in January or in February; `day_first` is None where nobody writes so."""
    numbers = [int(number) for number in re.findall(r"\d+", token)]
    if (
        day_first is None
        or token.type != "SLASHED"
        or "." in token
        or max(numbers[:2]) > 12
        or numbers[0] == numbers[1]
    ):
        return None
    which = "day" if day_first else "month"
    return ORDER[which], {"what": str(token)}


def recent(clock: Clock, year: int | None, month: int, day: int, at: str = "") -> date:
    try:
        if year is not None:
            return date(year, month, day)
        return next(
            date(past, month, day)
            for past in range(clock.today.year, clock.today.year - 8, -1)
            if (month, day) != (2, 29) or past % 4 == 0
            if (past, month, day) <= (clock.today.year, clock.today.month, clock.today.day)
        )
    except (ValueError, StopIteration):
        raise Puzzled("There is no such date.", at=at or f"{month}/{day}") from None


def clock_time(token: str) -> time:
    """ "14:00", "2pm", "9:30 am", "9.30am", "오후 2시 30분", "14시 반"."""
    text, numerals = re.sub(r"(?<!\d)\.|\.(?!\d)", "", str(token).lower()), lexicon().numerals
    hour, minute, second = (*map(int, re.findall(r"\d+", text)), 0, 0)[:3]
    if any(half in text for half in numerals.half_hour):
        minute = 30
    begin = max((begin for word, begin in numerals.begin.items() if word in text), default=None)
    if begin is not None and hour > 12 and not (begin and hour < 24):
        raise Puzzled("There is no such time of day.", at=str(token))
    if begin is not None and hour <= 12:
        hour = (begin + (hour - begin) % 12) % 24  # the hour by that name in the half of the day
    try:
        return time(hour % 24 if (hour, minute, second) == (24, 0, 0) else hour, minute, second)
    except ValueError:
        raise Puzzled("There is no such time of day.", at=str(token)) from None


def clock_change(clock: Clock, day: date, when: time, *, end: bool = False) -> tuple[str, dict[str, object]] | None:
    """Returns what to say about a time that clocks skip or show twice; a period may `end` where a gap begins."""
    gap = clock.gap(day, when)
    if gap is not None:
        start = gap[0].time()
        values: dict[str, object] = {"start": f"{start:%H:%M}", "end": f"{gap[1]:%H:%M}", "time": f"{when:%H:%M}"}
        return None if end and when == start else (CLOCKS_FORWARD, values)
    return (CLOCKS_BACK, {"time": f"{when:%H:%M}"}) if clock.is_twice(day, when) else None


def number(token: Token) -> int:
    return int(re.sub(r"\D", "", token))


def month(token: Token) -> tuple[int | None, int]:
    """A month by name or as "10월", perhaps with its year."""
    numbers = [int(number) for number in re.findall(r"\d+", token)]
    if not 1 <= numbers[-1] <= 12:
        raise Puzzled("There is no such date.", at=str(token))
    return (numbers[0] if len(numbers) == 2 else None), numbers[-1]


def length(token: Token) -> Length:
    count, unit = str(token).split()
    return Length(int(count), unit)


def checked(length: Length) -> Length:
    """Returns a length of at most ten years, which keeps every sum inside the calendar. Raises Puzzled."""
    most = {"minute": 5_256_000, "hour": 87_600, "day": 3_650, "week": 520, "month": 120, "quarter": 40, "year": 10}
    if not 0 < length.count <= most[length.unit]:
        raise Puzzled("A period has to be between one minute and ten years long.", at=str(length.count))
    return length
