"""From the time rules of question.lark to spans: each method evaluates one rule against the asker's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from lark import Token, Transformer

from bot.signals.language.dates import Hours, Length, checked, clock_time, date_of, length, month, number, recent
from bot.signals.language.lexer import raw
from bot.signals.language.parse_errors import Puzzled
from bot.signals.periods import Clock, Span, elapsed


class When(Transformer[Token, Any]):
    """Makes a `Span` or `Hours` of each period. Raises Puzzled."""

    def __init__(self, clock: Clock, versions: Mapping[str, datetime], day_first: bool, text: str) -> None:
        super().__init__()
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
            case [Token(type="CALENDAR") as week, weekday]:
                steps, unit = str(week).split()
                if unit != "week":
                    raise Puzzled("A weekday belongs to a week: say “last week” or “this week”.", at=self._typed(parts))
                start = self.clock.calendar(int(steps), "week").start.date()
                return self.clock.day(start + timedelta(days=(int(weekday) - start.weekday()) % 7))
            case [*how, weekday]:
                return self.clock.weekday(int(weekday), before_today=bool(how) and how[0].type == "LAST")
        raise AssertionError(parts)

    def date(self, parts: list[Any]) -> Span:
        return self.clock.day(date_of(parts[0], self.clock, self.day_first))

    def named(self, parts: list[Token]) -> Span:
        by_kind = {token.type: token for token in parts}
        year = number(by_kind["YEAR"]) if "YEAR" in by_kind else None
        _, month_number = month(by_kind["MONTH"])
        return self.clock.day(recent(self.clock, year, month_number, number(by_kind["NUMBER"])))

    def calendar(self, parts: list[Token]) -> Span:
        last = parts[-1]
        if parts[0].type == "CALENDAR":
            steps, unit = str(parts[0]).split()
            return self.clock.calendar(int(steps), unit)
        quarter = next((token for token in parts if token.type == "QUARTER"), None)
        if quarter is not None:
            year = next((number(token) for token in parts if token.type == "YEAR"), None)
            return self.clock.quarter(number(quarter), year)
        if len(parts) == 1 and last.type == "YEAR":
            return self.clock.year(number(last))
        token = next(token for token in parts if token.type == "MONTH")
        year, month_number = month(token)
        if last.type == "YEAR":
            year = number(last)
        return self.clock.month(month_number, year)

    def rolling(self, parts: list[Any]) -> Span:
        amount = parts[-1]
        if isinstance(amount, Token):  # "past week", or "recently" and nothing else
            amount = length(amount) if amount.type == "ROLLING" else Length(7, "day")
            return Span(self.clock.back(amount.count, amount.unit), self.clock.now)
        bare = len(parts) == 1 and amount.number and amount.unit == "day"
        start = self.clock.back(amount.count, amount.unit)
        return Span(start, self.clock.now, "rolling", day_of_month=amount.count if bare else 0)

    def earlier(self, parts: list[Any]) -> Span:
        """ "vs the 7 days before"."""
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
            return Span(start, elapsed(start, timedelta(**{f"{length.unit}s": 1})))
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
        moment = point.start if side == "BEFORE" or point.end is None else point.end
        other = self.clock.back(length.count if side == "BEFORE" else -length.count, length.unit, moment)
        return Span(min(moment, other), max(moment, other))

    def part(self, parts: list[Any]) -> Span:
        day = parts[0] if len(parts) == 2 else self.clock.day(self.clock.today)
        if day.unit != "day":
            raise Puzzled("A time of day needs a day: say which one, for example “yesterday”.", at=self._typed(parts))
        start, end = str(parts[-1]).split("-")
        over = self.clock.day(day.start.date()).end if end == "24:00" else self.clock.on(day, clock_time(end))
        return Span(self.clock.on(day, clock_time(start)), over)

    def night(self, _: list[Token]) -> Span:
        """ "last night": from six in the evening to six in the morning."""
        evening = self.clock.calendar(-1, "day")
        return Span(self.clock.on(evening, time(18)), self.clock.at(self.clock.today, time(6)))

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
            return Span(self.clock.on(day, wall), wall=wall)
        token = parts[0]
        match token.type:
            case "TIME":
                return Span(self.clock.now, clock=clock_time(token))
            case "NOW":
                return Span(self.clock.now)
            case "STAMP":
                return Span(self._stamp(token))
            case "DEPLOY":
                if not self.versions:
                    raise Puzzled(
                        "No deploy has been seen here yet, so I can't count from it.", at=raw(token, self.text)
                    )
                return Span(max(self.versions.values()).astimezone(self.clock.zone))
        return Span(self._version(token))

    def range(self, parts: list[Any]) -> Span | Hours:
        particles = any(isinstance(part, Token) and part.type == "FROM_P" for part in parts)
        particles = particles or any(span.unit == "" and span.day_of_month for span in parts if isinstance(span, Span))
        first, last = (part for part in parts if isinstance(part, Span))
        if first.clock and last.clock:
            return Hours(first.clock, last.clock)
        if particles:
            first, last = self._in_month(first, last), self._in_month(last, first)
        over = first.clock is not None and last.wall is not None and first.clock >= last.wall
        if first.clock:
            first = Span(self.clock.on(last, first.clock), wall=first.clock)
        end = self.clock.on(first, last.clock) if last.clock else last.end or last.start
        if last.clock and first.wall and last.clock <= first.wall:
            end = self.clock.at(first.start.date() + timedelta(days=1), last.clock)
        if over:
            end = self.clock.at(end.date() + timedelta(days=1), end.time())  # over midnight
        start = first.start
        if start.timestamp() >= end.timestamp() and first.unit == last.unit == "day":
            start = self.clock.back(7, "day", start)  # "Monday to Friday", asked on a Tuesday
        if start.timestamp() >= end.timestamp() and first.unit == last.unit == "month":
            start = self.clock.back(1, "year", start)
        return Span(start, end, "range")

    def since(self, parts: list[Any]) -> Span:
        point = next(part for part in parts if isinstance(part, Span))
        if any(isinstance(part, Token) and part.type == "SINCE_P" for part in parts):
            point = self._in_month(point, point)
        if point.clock is None:
            return Span(point.start, self.clock.now, "range")
        start = self.clock.at(self.clock.today, point.clock)
        if start > self.clock.now:
            start = self.clock.at(self.clock.today - timedelta(days=1), point.clock)
        return Span(start, self.clock.now, "range")

    def lone(self, parts: list[Any]) -> None:
        self.moment(parts)
        raise Puzzled("A single moment is no period: say since when, or from when to when.", at=self._typed(parts))

    def _month_day(self, token: Token) -> Span:
        """ "the 5th", "지난달 15일": of the month that is named, else the most recent one."""
        months, day = str(token).split()
        if months == "?":
            return self.clock.day(self.clock.day_of_month(int(day)))
        first = self.clock.calendar(int(months), "month").start.date()
        return self.clock.day(recent(self.clock, first.year, first.month, int(day), raw(token, self.text)))

    def _in_month(self, span: Span, near: Span) -> Span:
        """ "5일부터": the fifth, in the month of the other end of the range or the most recent one."""
        if not span.day_of_month:
            return span
        base = near.start.date() if near is not span and not near.day_of_month else None
        year, month = (base.year, base.month) if base else (None, self.clock.today.month)
        if year is None and span.day_of_month > self.clock.today.day:
            before = self.clock.today.replace(day=1) - timedelta(days=1)
            year, month = before.year, before.month
        return self.clock.day(recent(self.clock, year, month, span.day_of_month))

    def _typed(self, parts: list[Any]) -> str:
        """Returns the tokens among the parts as they were typed."""
        tokens = [part for part in parts if isinstance(part, Token)]
        return self.text[tokens[0].start_pos : tokens[-1].end_pos].strip()

    def _stamp(self, token: Token) -> datetime:
        try:
            moment = datetime.fromisoformat(str(token).replace("Z", "+00:00"))
        except ValueError:
            raise Puzzled("There is no such date.", at=str(token)) from None
        if moment.tzinfo is None:
            return self.clock.at(moment.date(), moment.time())
        return moment.astimezone(UTC).astimezone(self.clock.zone)

    def _version(self, token: Token) -> datetime:
        """Returns when it was first seen; 2.31 means 2.31.0 and the like too, where there is no plain 2.31."""
        wanted = _number(str(token))
        exact = [seen for version, seen in self.versions.items() if _number(version) == wanted]
        kin = [seen for version, seen in self.versions.items() if _number(version).startswith(f"{wanted}.")]
        if not (times := exact or kin):
            raise Puzzled("I haven't seen version %(version)s here.", at=str(token), version=str(token))
        return min(times).astimezone(self.clock.zone)


def _number(version: str) -> str:
    return version.lower().removeprefix("v")
