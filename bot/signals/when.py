"""From the time rules of question.lark to spans: each method evaluates one rule against the asker's clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from lark import Token, Transformer

from bot.signals.periods import Clock, Span, elapsed
from bot.signals.puzzled import Puzzled


@dataclass(frozen=True, slots=True)
class Hours:
    """From one time of day to another, on a day that is said elsewhere or not at all."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Length:
    """A number of units. `number` tells digits ("5일" may be a day of the month) from words."""

    count: int
    unit: str
    number: bool = False


class When(Transformer[Token, Any]):
    """Leaves `Span` or `Hours` for each period. Raises Puzzled."""

    def __init__(self, clock: Clock, versions: Mapping[str, datetime], day_first: bool) -> None:
        super().__init__()
        self.clock = clock
        self.versions = versions
        self.day_first = day_first

    def day(self, parts: list[Any]) -> Span:
        match parts:
            case [Span()]:
                return parts[0]
            case [Token(type="DAY") as token]:
                return self.clock.calendar(int(token), "day")
            case [Token(type="CALENDAR") as week, weekday]:
                steps, unit = str(week).split()
                if unit != "week":
                    raise Puzzled("A weekday belongs to a week: say “last week” or “this week”.")
                start = self.clock.calendar(int(steps), "week").start.date()
                return self.clock.day(start + timedelta(days=(int(weekday) - start.weekday()) % 7))
            case [*how, weekday]:
                return self.clock.weekday(int(weekday), before_today=bool(how) and how[0].type == "LAST")
        raise AssertionError(parts)

    def date(self, parts: list[Any]) -> Span:
        return self.clock.day(read_date(parts[0], self.clock, self.day_first))

    def named(self, parts: list[Token]) -> Span:
        by_kind = {token.type: token for token in parts}
        year = _year(by_kind["YEAR"]) if "YEAR" in by_kind else None
        _, month = _month(by_kind["MONTH"])
        return self.clock.day(_recent(self.clock, year, month, _number(by_kind["NUMBER"])))

    def calendar(self, parts: list[Token]) -> Span:
        last = parts[-1]
        if parts[0].type == "CALENDAR":
            steps, unit = str(parts[0]).split()
            return self.clock.calendar(int(steps), unit)
        if len(parts) == 1 and last.type == "YEAR":
            return self.clock.year(_year(last))
        token = next(token for token in parts if token.type == "MONTH")
        year, month = _month(token)
        if last.type == "YEAR":
            year = _year(last)
        return self.clock.month(month, year)

    def rolling(self, parts: list[Any]) -> Span:
        said = parts[-1]
        if isinstance(said, Token):  # "past week", or "recently", which says nothing more
            said = _length(said) if said.type == "ROLLING" else Length(7, "day")
            return Span(self.clock.back(said.count, said.unit), self.clock.now)
        bare = len(parts) == 1 and said.number and said.unit == "day"
        return Span(self.clock.back(said.count, said.unit), self.clock.now, day_of_month=said.count if bare else 0)

    def duration(self, parts: list[Token]) -> Length:
        if len(parts) == 1:
            return _length(parts[0])
        return _checked(Length(_number(parts[0]), str(parts[1]), number=True))

    def ago(self, parts: list[Any]) -> Span:
        """Days, weeks and months ago are that whole day, week or month; hours ago, the hour that began then."""
        length: Length = parts[0]
        if length.unit in {"hour", "minute"}:
            start = self.clock.back(length.count, length.unit)
            return Span(start, elapsed(start, timedelta(**{f"{length.unit}s": 1})))
        if length.unit == "day" and length.count % 7 == 0 and not length.number:
            return self.clock.calendar(-length.count // 7, "week")
        return self.clock.calendar(-length.count, length.unit)

    def around(self, parts: list[Any]) -> Span:
        """ "the week before the deploy", "2 hours after v2.31"."""
        if parts[0].type == "SHIFT" if isinstance(parts[0], Token) else False:
            length, side, point = Length(1, str(parts[0])), "BEFORE", parts[1]
        else:
            side = next(part.type for part in parts if isinstance(part, Token) and part.type in {"BEFORE", "AFTER"})
            point = next(part for part in parts if isinstance(part, Span))
            rest = next(part for part in parts if part is not point and getattr(part, "type", "") != side)
            length = rest if isinstance(rest, Length) else Length(1, str(rest))
        moment = point.start if side == "BEFORE" or point.end is None else point.end
        other = self.clock.back(length.count if side == "BEFORE" else -length.count, length.unit, moment)
        return Span(min(moment, other), max(moment, other))

    def part(self, parts: list[Any]) -> Span:
        day = parts[0] if len(parts) == 2 else self.clock.day(self.clock.today)
        if day.unit != "day":
            raise Puzzled("A time of day needs a day: say which one, for example “yesterday”.")
        start, end = str(parts[-1]).split("-")
        over = self.clock.day(day.start.date()).end if end == "24:00" else self.clock.on(day, _clock_time(end))
        return Span(self.clock.on(day, _clock_time(start)), over)

    def anchor(self, parts: list[Token]) -> Span:
        return self.moment(parts)

    def moment(self, parts: list[Any]) -> Span:
        if len(parts) == 2:
            token, day = (parts[0], parts[1]) if isinstance(parts[0], Token) else (parts[1], parts[0])
            if day.unit != "day":
                raise Puzzled("A time of day needs a day: say which one, for example “yesterday”.")
            return Span(self.clock.on(day, _clock_time(token)))
        token = parts[0]
        match token.type:
            case "TIME":
                return Span(self.clock.now, clock=_clock_time(token))
            case "NOW":
                return Span(self.clock.now)
            case "STAMP":
                return Span(self._stamp(token))
            case "DEPLOY":
                if not self.versions:
                    raise Puzzled("No deploy has been seen here yet, so I can't count from it.", at=str(token))
                return Span(max(self.versions.values()).astimezone(self.clock.zone))
        return Span(self._version(token))

    def range(self, parts: list[Any]) -> Span | Hours:
        particles = any(isinstance(part, Token) and part.type == "FROM_P" for part in parts)
        first, last = (part for part in parts if isinstance(part, Span))
        if first.clock and last.clock:
            return Hours(first.clock, last.clock)
        if particles:
            first, last = self._of_month(first, first), self._of_month(last, first)
        if first.clock:
            first = Span(self.clock.on(last, first.clock))
        end = self.clock.on(first, last.clock) if last.clock else last.end or last.start
        if last.clock and end <= first.start:
            end = self.clock.at(first.start.date() + timedelta(days=1), last.clock)
        start = first.start
        if start.timestamp() >= end.timestamp() and first.unit == last.unit == "day":
            start = self.clock.back(7, "day", start)  # "Monday to Friday", asked on a Tuesday
        if start.timestamp() >= end.timestamp() and first.unit == last.unit == "month":
            start = self.clock.back(1, "year", start)
        return Span(start, end, "range")

    def since(self, parts: list[Any]) -> Span:
        point = next(part for part in parts if isinstance(part, Span))
        if any(isinstance(part, Token) and part.type == "SINCE_P" for part in parts):
            point = self._of_month(point, point)
        if point.clock is None:
            return Span(point.start, self.clock.now, "range")
        start = self.clock.at(self.clock.today, point.clock)
        if start > self.clock.now:
            start = self.clock.at(self.clock.today - timedelta(days=1), point.clock)
        return Span(start, self.clock.now, "range")

    def period(self, parts: list[Any]) -> Span | Hours:
        return parts[0]  # type: ignore[no-any-return]

    def _of_month(self, span: Span, near: Span) -> Span:
        """ "5일부터": the fifth, in the month of the other end of the range or the most recent one."""
        if not span.day_of_month:
            return span
        base = near.start.date() if near is not span else None
        year, month = (base.year, base.month) if base else (None, self.clock.today.month)
        if year is None and span.day_of_month > self.clock.today.day:
            before = self.clock.today.replace(day=1) - timedelta(days=1)
            year, month = before.year, before.month
        return self.clock.day(_recent(self.clock, year, month, span.day_of_month))

    def _stamp(self, token: Token) -> datetime:
        try:
            moment = datetime.fromisoformat(str(token).replace("Z", "+00:00"))
        except ValueError:
            raise Puzzled("There is no such date.", at=str(token)) from None
        if moment.tzinfo is None:
            return self.clock.at(moment.date(), moment.time())
        return moment.astimezone(UTC).astimezone(self.clock.zone)

    def _version(self, token: Token) -> datetime:
        wanted = str(token).lower().removeprefix("v")
        for version, seen in self.versions.items():
            if version.lower().removeprefix("v") == wanted:
                return seen.astimezone(self.clock.zone)
        raise Puzzled("I haven't seen version %(version)s here.", at=str(token), version=str(token))


def read_date(token: Token, clock: Clock, day_first: bool) -> date:
    """An ISO, Korean or slashed date; one without a year is the most recent such day."""
    numbers = [int(number) for number in re.findall(r"\d+", token)]
    year: int | None
    if token.type == "ISO":
        year, month, day = numbers if len(numbers) == 3 else (None, *numbers)
    else:
        first, second, *rest = numbers
        year = (rest[0] + 2000 if rest[0] < 100 else rest[0]) if rest else None
        swap = (day_first or "." in token or first > 12) and second <= 12
        month, day = (second, first) if swap else (first, second)
    return _recent(clock, year, month, day, str(token))


def _recent(clock: Clock, year: int | None, month: int, day: int, at: str = "") -> date:
    try:
        if year is not None:
            return date(year, month, day)
        found = next(
            date(past, month, day)
            for past in range(clock.today.year, clock.today.year - 8, -1)
            if (month, day) != (2, 29) or past % 4 == 0
            if (past, month, day) <= (clock.today.year, clock.today.month, clock.today.day)
        )
    except (ValueError, StopIteration):
        raise Puzzled("There is no such date.", at=at or f"{month}/{day}") from None
    return found


def _clock_time(token: str) -> time:
    """ "14:00", "2pm", "9:30 am", "오후 2시 30분", "14시 반"."""
    text = str(token).lower().replace(".", "")
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    hour, minute, second = (*numbers, 0, 0)[:3]
    minute = 30 if "반" in text else minute
    late = any(word in text for word in ("pm", "오후", "저녁", "밤", "낮"))
    early = any(word in text for word in ("am", "오전", "새벽", "아침"))
    if (late or early) and hour > 12 - (12 if hour == 0 else 0) and not (late and 12 < hour < 24):
        raise Puzzled("There is no such time of day.", at=str(token))
    if late and hour < 12 and not ("밤" in text and hour == 12) and not ("낮" in text and hour >= 10):
        hour += 12
    elif (early or "밤" in text) and hour == 12:
        hour = 0
    try:
        return time(hour % 24 if (hour, minute, second) == (24, 0, 0) else hour, minute, second)
    except ValueError:
        raise Puzzled("There is no such time of day.", at=str(token)) from None


def _number(token: Token) -> int:
    return int(re.sub(r"\D", "", token))


def _year(token: Token) -> int:
    return _number(token)


def _month(token: Token) -> tuple[int | None, int]:
    """A month by name or as "10월", perhaps with its year."""
    numbers = [int(number) for number in re.findall(r"\d+", token)]
    if not 1 <= numbers[-1] <= 12:
        raise Puzzled("There is no such date.", at=str(token))
    return (numbers[0] if len(numbers) == 2 else None), numbers[-1]


def _length(token: Token) -> Length:
    count, unit = str(token).split()
    return Length(int(count), unit)


def _checked(length: Length) -> Length:
    """No more than ten years, which keeps every sum inside the calendar."""
    most = {"minute": 5_256_000, "hour": 87_600, "day": 3_650, "week": 520, "month": 120, "quarter": 40, "year": 10}
    if not 0 < length.count <= most[length.unit]:
        raise Puzzled("A period has to be between one minute and ten years long.", at=str(length.count))
    return length
