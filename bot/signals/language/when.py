"""From the rules of question.lark for days and moments to spans: each method evaluates one against the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from lark import Token, Transformer

from bot.signals.language.dates import (
    Assumptions,
    Length,
    checked,
    clock_change,
    clock_time,
    date_of,
    length,
    month,
    number,
    order_assumed,
    recent,
)
from bot.signals.language.lexer import raw
from bot.signals.language.named_days import assumption, holiday, portion
from bot.signals.language.parse_errors import Misplaced, Puzzled
from bot.signals.language.seen_versions import first_seen
from bot.signals.periods import Clock, Span, elapsed

_STRETCHES = frozenset({"STRETCH", "STRETCH_P", "PORTION"})


class When(Transformer[Token, Any]):
    """Makes a `Span` of each day, part of a day, longer time and moment. Raises Puzzled."""

    def __init__(
        self, clock: Clock, versions: Mapping[str, datetime], day_first: bool | None, text: str, assumed: Assumptions
    ) -> None:
        """`assumed` collects how was filled in what was left open; `day_first` is None where dates have one order."""
        super().__init__()
        self.assumed = assumed
        self.clock = clock
        self.versions = versions
        self.day_first = day_first
        self.text = text

    def day(self, parts: list[Any]) -> Span:
        match parts:
            case [Span() as span]:
                return span
            case [Token(type="DAY") as token]:
                return self.clock.calendar(int(token), "day")
            case [Token(type="MONTHDAY") as token]:
                return self._month_day(token)
        return self._weekday(parts)

    def _weekday(self, parts: list[Token]) -> Span:
        """ "Friday", "last Friday", "Friday of last week", "next Friday"."""
        how, number = (parts[0].type if len(parts) > 1 else ""), int(parts[-1])
        if how == "NEXT":
            return self.clock.next_weekday(number)
        if how not in {"CALENDAR", "WEEKOF"}:
            return self.clock.weekday(number, before_today=how == "LAST")
        steps, unit = str(parts[0]).split() if how == "CALENDAR" else ("-1", "week")
        if unit != "week":
            raise Puzzled("A weekday belongs to a week: say “last week” or “this week”.", at=self._typed(parts))
        start = self.clock.calendar(int(steps), unit).start.date()
        day = self.clock.day(start + timedelta(days=(number - start.weekday()) % 7))
        return replace(day, recent="weekday", before=True) if how == "WEEKOF" else day

    def numbered(self, parts: list[Any]) -> Span:
        year = next((self._year(token) for token in parts if token.type == "YEAR"), None)
        day, yearless = date_of(parts[-1], self.clock, bool(self.day_first), year)
        order = order_assumed(parts[-1], self.day_first)
        if order and all(message != order[0] for message, _ in self.assumed):  # of a range the first one tells it
            self.assume(order[0], **order[1])
        return replace(self.clock.day(day), recent="date" if yearless else "")

    def named(self, parts: list[Token]) -> Span:
        by_kind = {token.type: token for token in parts}
        year, month_number = month(by_kind["MONTH"])
        year = self._year(by_kind["YEAR"]) if "YEAR" in by_kind else year
        day = recent(self.clock, year, month_number, number(by_kind["NUMBER"]), self._typed(parts))
        return replace(self.clock.day(day), recent="" if year else "date")

    def holiday(self, parts: list[Token]) -> Span:
        """The most recent one that has begun, or that of a year; the last and the next one are never today."""
        by_kind = {token.type: token for token in parts}
        today, value = self.clock.today, str(by_kind["HOLIDAY"])
        if "YEAR" in by_kind:
            return self.clock.day(holiday(value, self._year(by_kind["YEAR"])))
        days = [holiday(value, today.year + step) for step in (-1, 0, 1)]
        if "NEXT" in by_kind:
            return self.clock.day(next(day for day in days if day > today))
        begun = [day for day in days if day < today or (day == today and "LAST" not in by_kind)]
        return replace(self.clock.day(begun[-1]), recent="date")

    def calendar(self, parts: list[Token]) -> Span:
        span = self._calendar(parts)
        relative = len(parts) > 1 and any(token.type == "YEAR" and " " in token for token in parts)
        return replace(span, recent="year") if relative else span

    def _calendar(self, parts: list[Token]) -> Span:
        last = parts[-1]
        if parts[0].type == "CALENDAR":
            steps, unit = str(parts[0]).split()
            span = self.clock.calendar(int(steps), unit)
            return replace(span, recent="part") if unit == "weekend" else span
        if len(parts) == 1 and last.type == "YEAR":
            return self.clock.year(self._year(last))
        spoken = next((self._year(token) for token in parts if token.type == "YEAR"), None)
        quarter = next((token for token in parts if token.type == "QUARTER"), None)
        if quarter is not None:
            return self.clock.quarter(number(quarter), spoken)
        year, month_number = month(next(token for token in parts if token.type == "MONTH"))
        if parts[0].type == "NEXT":
            spoken = self.clock.today.year + (month_number <= self.clock.today.month)
        return self.clock.month(month_number, spoken or year)

    def rolling(self, parts: list[Any]) -> Span:
        amount = parts[-1]
        if isinstance(parts[0], Token) and parts[0].type == "NEXT":
            return Span(self.clock.now, self.clock.back(-amount.count, amount.unit))
        if isinstance(amount, Token):  # "past week", or "recently" and nothing else
            amount = length(amount) if amount.type == "ROLLING" else Length(7, "day")
            return Span(self.clock.back(amount.count, amount.unit), self.clock.now)
        bare = len(parts) == 1 and amount.number and amount.unit == "day"
        start = self.clock.back(amount.count, amount.unit)
        return Span(start, self.clock.now, "rolling", day_of_month=amount.count if bare else 0)

    def earlier(self, parts: list[Any]) -> Span:
        """ "vs the 7 days before", "vs the Monday before that"."""
        if isinstance(parts[0], Token):
            return replace(self.clock.weekday(int(parts[0])), before=True)
        return Span(self.clock.back(parts[0].count, parts[0].unit), self.clock.now, "rolling")

    def of_month(self, parts: list[Token]) -> Span:
        """The 7 of "Nov 1 to 7"."""
        return Span(self.clock.now, day_of_month=number(parts[0]))

    def duration(self, parts: list[Token]) -> Length:
        if len(parts) == 1:
            return length(parts[0])
        return checked(Length(number(parts[0]), str(parts[1]), number=True))

    def ago(self, parts: list[Any]) -> Span:
        """Days, weeks and months ago are that whole day, week or month; hours ago are the hour that began then."""
        length: Length = parts[0]
        if length.unit in {"hour", "minute"}:
            start = self.clock.back(length.count, length.unit)
            return Span(start, elapsed(start, timedelta(**{f"{length.unit}s": 1})), bound=start)
        if length.unit == "day" and length.count % 7 == 0 and not length.number:
            return self.clock.calendar(-length.count // 7, "week")
        return self.clock.calendar(-length.count, length.unit)

    def around(self, parts: list[Any]) -> Span:
        """ "the week before the deploy", "2 hours after v2.31"."""
        shift = next((part for part in parts if isinstance(part, Token) and part.type in {"SHIFT", "SHIFT_P"}), None)
        if shift is not None:
            length, side, point = Length(1, str(shift)), "BEFORE", next(part for part in parts if part is not shift)
        else:
            side = next(part.type for part in parts if isinstance(part, Token) and part.type in {"BEFORE", "AFTER"})
            point = next(part for part in parts if isinstance(part, Span))
            rest = next(part for part in parts if part is not point and getattr(part, "type", "") != side)
            length = rest if isinstance(rest, Length) else Length(1, str(rest))
        if point.clock is not None:
            point = self._most_recent(point.clock)
        moment = point.start if side == "BEFORE" or point.end is None else point.end
        other = self.clock.back(length.count if side == "BEFORE" else -length.count, length.unit, moment)
        return Span(min(moment, other), max(moment, other))

    def _most_recent(self, when: time) -> Span:
        """Returns that time of today, or of yesterday where today's is still to come."""
        ahead = self.clock.at(self.clock.today, when).timestamp() > self.clock.now.timestamp()
        if ahead:
            self.assume("That time of today is still to come, so yesterday’s is taken.")
        return Span(self.at(self.clock.calendar(-ahead, "day").start.date(), when))

    def part(self, parts: list[Any]) -> Span:
        token = next(part for part in parts if isinstance(part, Token))
        day = next((part for part in parts if isinstance(part, Span)), self.clock.day(self.clock.today))
        if day.unit != "day":
            raise Puzzled("A time of day needs a day: say which one, for example “yesterday”.", at=self._typed(parts))
        start, end = (int(text[:2]) for text in str(token).split("-"))
        first = day.start.date()
        last = self.clock.at(first + timedelta(days=end // 24), time(end % 24))
        return Span(self.clock.at(first, time(start)), last, recent="part")

    def stretch(self, parts: list[Any]) -> Span:
        """ "late October", "7월 말", "the second half of last week", "연말": a part of a longer time."""
        token = next(part for part in parts if isinstance(part, Token) and part.type in _STRETCHES)
        base = next((part for part in parts if part is not token), None)
        if isinstance(base, Token) and base.type == "YEAR":
            base = self.clock.year(self._year(base))
        name, unit = str(token).rsplit(" ", 1) if token.type == "PORTION" else (str(token), "")
        if str(base) == "minute":
            raise Misplaced(raw(token, self.text))
        unit = unit or ("" if isinstance(base, Span) else str(base))
        if isinstance(base, Span) and unit and base.unit != unit:
            raise Misplaced(raw(token, self.text))
        if sentence := assumption(name, base.unit if isinstance(base, Span) else unit):
            self.assume(sentence)
        if not isinstance(base, Span):
            return self._latest_portion(name, unit)
        part = portion(base, name, self.clock)
        if base.recent in {"month", "quarter"} and part.start.timestamp() >= self.clock.now.timestamp():
            part = portion(self._year_before(base), name, self.clock)
        return replace(part, recent=base.recent) if base.recent in {"month", "quarter"} else part

    def _latest_portion(self, name: str, unit: str) -> Span:
        """ "H2", "연말", "the end of the month": of the last year or month where this one's hasn't begun."""
        latest = self.clock.calendar(0, unit)
        if portion(latest, name, self.clock).start.timestamp() >= self.clock.now.timestamp():
            latest = self.clock.calendar(-1, unit)
        part = portion(latest, name, self.clock)
        return replace(part, recent="quarter") if unit == "year" else part

    def _year_before(self, span: Span) -> Span:
        """The end of November is last year's in early November, as November 30 is."""
        month, year = span.start.month, span.start.year - 1
        return self.clock.month(month, year) if span.unit == "month" else self.clock.quarter(month // 3 + 1, year)

    def night(self, _: list[Token]) -> Span:
        """ "last night": from six in the evening to six in the morning."""
        evening = self.clock.calendar(-1, "day")
        return Span(self.clock.on(evening, time(18)), self.clock.at(self.clock.today, time(6)), recent="part")

    def anchor(self, parts: list[Token]) -> Span:
        return self.moment(parts)

    def moment(self, parts: list[Any]) -> Span:
        if len(parts) == 2:
            token, day = (parts[0], parts[1]) if isinstance(parts[0], Token) else (parts[1], parts[0])
            if day.unit != "day":
                raise Puzzled(
                    "A time of day needs a day: say which one, for example “yesterday”.", at=self._typed(parts)
                )
            wall = clock_time(token)
            return Span(self.clock.at(day.start.date(), wall), wall=wall)
        token = parts[0]
        match token.type:
            case "TIME":
                return Span(self.clock.now, clock=clock_time(token))
            case "NOW":
                return Span(self.clock.now)
            case "STAMP":
                return self._stamp(token)
            case "DEPLOY":
                if len(set(self.versions.values())) < 2:  # what was there when the data began, nobody saw come
                    raise Puzzled(
                        "No deploy has been seen here yet, so I can’t count from it.", at=raw(token, self.text)
                    )
                return Span(max(self.versions.values()).astimezone(self.clock.zone))
        return Span(first_seen(token, self.versions).astimezone(self.clock.zone))

    def _month_day(self, token: Token) -> Span:
        """ "the 5th", "지난달 15일": of the month that is named, else the most recent one."""
        months, day = str(token).split()
        if months == "?":
            return self.clock.day(self.clock.day_of_month(int(day)))
        first = self.clock.calendar(int(months), "month").start.date()
        return self.clock.day(recent(self.clock, first.year, first.month, int(day), raw(token, self.text)))

    def assume(self, message: str, **values: object) -> None:
        if (message, values) not in self.assumed:
            self.assumed.append((message, values))

    def at(self, day: date, when: time, *, end: bool = False) -> datetime:
        """Returns that time of that day, and says so where a clock change skips it or shows it twice."""
        if change := clock_change(self.clock, day, when, end=end):
            self.assume(change[0], **change[1])
        return self.clock.at(day, when)

    def noted(self, point: Span, *, end: bool = False) -> datetime:
        """Returns where a point is, and says so where a clock change skips its time or shows it twice."""
        return self.at(point.start.date(), point.wall, end=end) if point.wall else point.start

    def _year(self, token: Token) -> int:
        """ "2025", or "last year" beside a month."""
        return self.clock.today.year + int(token.split()[0]) if " " in token else number(token)

    def _typed(self, parts: list[Any]) -> str:
        """Returns the tokens among the parts as they were typed."""
        tokens = [part for part in parts if isinstance(part, Token)]
        return self.text[tokens[0].start_pos : tokens[-1].end_pos].strip()

    def _stamp(self, token: Token) -> Span:
        try:
            moment = datetime.fromisoformat(str(token).replace("Z", "+00:00"))
        except ValueError:
            raise Puzzled("There is no such date.", at=str(token)) from None
        if moment.tzinfo is None:
            return Span(self.clock.at(moment.date(), moment.time()), wall=moment.time())
        return Span(moment.astimezone(UTC).astimezone(self.clock.zone))
