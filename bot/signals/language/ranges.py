"""From the rules of question.lark for ranges to spans: from … to, since, until."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from bot.signals.language.dates import CLOCKS_FORWARD, Hours, clock_time, recent
from bot.signals.language.lexer import raw
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.moments import without_about
from bot.signals.language.parse_errors import Misplaced, Puzzled
from bot.signals.language.when import When
from bot.signals.periods import Span

ENDS_WITH_DAY = "“After” a time of a day goes to the end of that day; “since” goes on until now."
OPEN = "open"
"""Unit of a span that ends at a moment, and of which nobody said when it begins: so many days are taken."""
OPEN_DAYS = 7
OPEN_BEGINNING = "No beginning was given, so the %(n)s days before are taken."
OPEN_DAY_BEGINNING = "No beginning was given, so the %(n)s days that end then are taken."
AT_PRESENT = "now"
"""Unit of the span of "now": the last hour, or the period of the question before as of now."""
NOW_IS_HOUR = "“%(what)s” is taken as the last hour."
UP_TO_NOW = "“%(what)s” is taken as the time up to now."
HALF_AN_HOUR = timedelta(minutes=30)
TURNED_ROUND = "The later end came first, so the two are turned round."
_HALF_A_YEAR, _YEAR = timedelta(days=183), timedelta(days=366)


class Ranges(When):
    """Makes a `Span` or `Hours` of each range. Raises Puzzled."""

    @v_args(meta=True)
    def range(self, meta: Meta, parts: list[Any]) -> Span | Hours:
        particles = any(isinstance(part, Token) and part.type == "FROM_P" for part in parts)
        particles = particles or any(span.unit == "" and span.day_of_month for span in parts if isinstance(span, Span))
        first, last = (part for part in parts if isinstance(part, Span))
        for bare, other in ((first, last), (last, first)):
            if bare.unit == "" and bare.day_of_month and not (other.unit == "day" or other.day_of_month):
                raise Misplaced(str(bare.day_of_month))  # "2 to half an hour ago": no day of a month
        if first.clock and last.clock:
            return Hours(first.clock, last.clock)
        if particles:
            first, last = self._in_month(first, last), self._last_in_month(first, last)
        start, end = self._moments(first, last)
        if start.timestamp() < end.timestamp():
            return Span(start, end, "range")
        skipped = [values for message, values in self.assumed if message == CLOCKS_FORWARD]
        if skipped:
            raise Puzzled(CLOCKS_FORWARD, at=self.text[meta.start_pos : meta.end_pos].strip(), **skipped[0])
        return self._earlier(first, start, end) or self._turned_round(first, last) or Span(start, end, "range")

    def _moments(self, first: Span, last: Span) -> tuple[datetime, datetime]:
        """Returns both ends; a time without a day is on the day of the other end, or the night after it."""
        start, end = first.last_day or self.noted(first), last.bound or last.end or self.noted(last, end=True)
        if first.clock:
            start = self.at(last.start.date(), first.clock)
            if last.wall is not None and first.clock >= last.wall:
                end = self.at(end.date() + timedelta(days=1), last.wall, end=True)
        elif last.clock:
            wall = first.wall or (first.start.time() if first.end is None else None)
            over = wall is not None and last.clock <= wall
            end = self.at(first.start.date() + timedelta(days=over), last.clock, end=True)
        return start, end

    def _earlier(self, first: Span, start: datetime, end: datetime) -> Span | None:
        """ "Friday to Monday", "from December 20 to January 5": the first end is the one before the most recent one."""
        match first.recent:
            case "weekday":
                start = self.clock.back(7, "day", start)
            case "quarter" | "month" | "date":
                start = self.clock.back(1, "year", start)
        longest = _HALF_A_YEAR if first.recent == "date" else _YEAR
        return Span(start, end, "range") if start.timestamp() < end.timestamp() and end - start < longest else None

    def _turned_round(self, first: Span, last: Span) -> Span | None:
        if first.end is None or last.end is None or first.unit != last.unit:
            return None
        self.assume(TURNED_ROUND)
        return Span(last.start, first.end, "range")

    def since(self, parts: list[Any]) -> Span:
        point = next(part for part in parts if isinstance(part, Span))
        if any(isinstance(part, Token) and part.type == "SINCE_P" for part in parts):
            point = self._in_month(point, point)
        if point.clock is None:
            return self._rest_of_day(parts, point) or Span(point.last_day or self.noted(point), self.clock.now, "range")
        return Span(self._most_recent(point.clock).start, self.clock.now, "range")

    def _rest_of_day(self, parts: list[Any], point: Span) -> Span | None:
        """ "yesterday after 3pm", "yesterday after lunch", "어제 오후 3시 이후": what is left of that day."""
        part = point.recent == "part" and point.end is not None and point.end.date() == point.start.date()
        if not (part or point.wall) or not any(self._is_after(token) for token in parts):
            return None
        start = point.end if part and point.end else self.noted(point)
        end = self.clock.at(start.date() + timedelta(days=1))
        if end.timestamp() <= self.clock.now.timestamp():
            self.assume(ENDS_WITH_DAY)
        return Span(start, end, "range")

    def _is_after(self, token: Any) -> bool:
        """Whether "after" was typed, and not "since"."""
        if not isinstance(token, Token):
            return False
        return any(entry.value == "after" for entry in lexicon().entries.get(key(raw(token, self.text)), ()))

    def until(self, parts: list[Any]) -> Span | Hours:
        """ "before noon on Monday", "up to 6pm today": from the beginning of that day.

        "Before the deploy" and "until yesterday" are the days that end there, with the last one.
        """
        point = next(part for part in parts if isinstance(part, Span))
        if any(isinstance(part, Token) and part.type == "UNTIL_P" for part in parts):
            point = self._in_month(point, point)
        if point.end is not None or (point.start == self.clock.now and point.clock is None):
            end = min(point.bound or point.end or point.start, self.clock.now, key=datetime.timestamp)
            self.assume(OPEN_DAY_BEGINNING, n=OPEN_DAYS)
            return Span(self.clock.back(OPEN_DAYS, "day", end), end, "range")
        if any(isinstance(part, Token) and part == "open" for part in parts):
            return Span(self.clock.back(OPEN_DAYS, "day", point.start), point.start, OPEN)
        if point.clock is not None:
            return Hours(time.min, point.clock)
        start, end = self.clock.at(point.start.date()), self.noted(point, end=True)
        if end.timestamp() <= start.timestamp():  # "until midnight yesterday", "어제 24시까지": all of that day
            end = self.clock.at(point.start.date() + timedelta(days=1))
        return Span(start, end, "range")

    @v_args(meta=True)
    def dated(self, meta: Meta, parts: list[Any]) -> Span:
        """ "Mon, Nov 23": the date, if it is on that weekday."""
        day: Span = self._month_day(parts[0]) if isinstance(parts[0], Token) else parts[0]
        weekday: Token = parts[1]
        if day.start.weekday() == int(weekday):
            return day
        typed = self.text[meta.start_pos : meta.end_pos].strip()
        raise Puzzled("“%(what)s”: that date is on another day of the week.", at=typed, what=typed)

    @v_args(meta=True)
    def coming(self, meta: Meta, parts: list[Any]) -> Span:
        """ "In 2 hours": asked about what happened, those that are over."""
        self.assume(UP_TO_NOW, what=self.text[meta.start_pos : meta.end_pos].strip())
        return self.rolling(parts[1:])

    def lone(self, parts: list[Any]) -> Span:
        """ "Now" is the last hour; of any other moment it is asked whether since then or around then is meant."""
        if isinstance(parts[0], Token) and parts[0].type == "NOW":
            return Span(self.clock.back(1, "hour"), self.clock.now, AT_PRESENT)
        self.moment(parts)
        problem = Puzzled("A single moment is no period: say since when, or from when to when.", at=self._typed(parts))
        when = next((part for part in parts if isinstance(part, Token) and part.type == "TIME"), None)
        if when is not None:
            wall = clock_time(when)
            first = datetime.combine(self.clock.today, wall) - HALF_AN_HOUR
            before, behind = without_about(self.text[: when.start_pos], self.text[when.end_pos :])
            values = {"before": before, "behind": behind, "time": f"{wall:%H:%M}"}
            around = f"{first:%H:%M}-{first + 2 * HALF_AN_HOUR:%H:%M}"
            problem.templates = (
                ("%(before)s%(instead)s%(behind)s", {**values, "instead": around}),
                ("%(before)s since %(time)s %(behind)s", values),
            )
        raise problem

    def _in_month(self, span: Span, near: Span) -> Span:
        """ "5일부터": the fifth, in the month of the other end of the range or the most recent one."""
        if not span.day_of_month:
            return span
        base = near.start.date() if near is not span and not near.day_of_month else None
        year, month = (base.year, base.month) if base else (None, self.clock.today.month)
        if year is None and span.day_of_month > self.clock.today.day:
            before = self.clock.today.replace(day=1) - timedelta(days=1)
            year, month = before.year, before.month
        return self.clock.day(recent(self.clock, year, month, span.day_of_month, str(span.day_of_month)))

    def _last_in_month(self, first: Span, last: Span) -> Span:
        """The 5th of "from October 20 to the 5th" is in the month after, if that has begun."""
        day = self._in_month(last, first)
        if not last.day_of_month or day.start.timestamp() >= self._in_month(first, last).start.timestamp():
            return day
        after = self.clock.back(-1, "month", day.start).date()
        return self.clock.day(after) if after <= self.clock.today else day
