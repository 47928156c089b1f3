"""Reads the date by which something will be done, in the words of the questions: "Dec 11", "in two weeks", "2주 후"."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from lark import Token, Tree
from lark.exceptions import LarkError, VisitError

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.dates import Length, length
from bot.signals.language.disambiguate import disambiguate
from bot.signals.language.lexer import TokenReader
from bot.signals.language.lexicon import lexicon
from bot.signals.language.parse import grammar
from bot.signals.language.parse_errors import Puzzled
from bot.signals.language.when import When
from bot.signals.periods import Clock, Span

LATEST = timedelta(days=730)
LONGEST = 80
_AROUND = frozenset({"NEXT", "AFTER", "NOW", "SINCE", "TO_P", "UNTIL", "UNTIL_P", "BEFORE", "WITHIN"})
"""Words that stand around a date or a length and change nothing: "until Friday", "two weeks from now", "2주 후"."""
UNREAD = "“%(text)s” is no date that I can read. “%(iso)s” works, and so does “in two weeks”."


def read_due_date(text: str, clock: Clock, locale: Locale) -> date:
    """Returns the day that is meant, today or later; a name without a year or a week is the next such day.

    Raises Misunderstood with one sentence for anything else.
    """
    line = " ".join(text.split())[:LONGEST]
    try:
        due = _day(line, clock, locale)
    except (Puzzled, LarkError, OverflowError, ValueError) as error:
        if isinstance(error, VisitError) and not isinstance(error.orig_exc, Puzzled | OverflowError | ValueError):
            raise
        raise _unread(line, clock) from None
    if due is None:
        raise _unread(line, clock)
    if due < clock.today:
        raise Misunderstood("%(date)s is over already; please choose a day from today on.", date=due.isoformat())
    if due - clock.today > LATEST:
        raise Misunderstood("%(date)s is more than two years away; please choose an earlier day.", date=due.isoformat())
    return due


def _unread(line: str, clock: Clock) -> Misunderstood:
    return Misunderstood(UNREAD, text=line or "…", iso=(clock.today + timedelta(days=14)).isoformat())


def _day(line: str, clock: Clock, locale: Locale) -> date | None:
    tokens = disambiguate(TokenReader(lexicon()).tokens(line), line)
    if ahead := _length([token for token in tokens if token.type not in _AROUND]):
        return clock.back(-ahead.count, ahead.unit).date()
    while tokens and tokens[-1].type in {"TO_P", "UNTIL_P"}:
        tokens.pop()
    if tokens and tokens[0].type in {"UNTIL", "TO", "BEFORE"}:
        tokens = tokens[1:]
    weekdays = {int(token) for token in tokens if token.type == "WEEKDAY_P"}
    tokens = [token for token in tokens if token.type != "WEEKDAY_P"]
    span = _span(tokens, clock, locale, line) if tokens else None
    if span is None or span.end is None:
        return None
    last = (span.end - timedelta(microseconds=1)).date()
    past = last < clock.today and "LAST" not in {token.type for token in tokens}
    due = _next_named(tokens, span.recent, last, clock.today) if past else last
    if weekdays - {due.weekday()}:
        raise Misunderstood("“%(what)s”: that date is on another day of the week.", what=line)
    return due


def _length(tokens: list[Token]) -> Length | None:
    """Returns the length that the words are and nothing else: days or longer."""
    kinds = [token.type for token in tokens]
    if kinds == ["NUMBER", "UNIT"] and str(tokens[0]).isdecimal():
        ahead = Length(int(tokens[0]), str(tokens[1]))
    elif kinds == ["DURATION"]:
        ahead = length(tokens[0])
    else:
        return None
    return ahead if ahead.unit in {"day", "week", "month", "quarter", "year"} and ahead.count <= 1000 else None


def _span(tokens: list[Token], clock: Clock, locale: Locale, line: str) -> Span | None:
    """Returns the one day or longer time that the words name."""
    children = grammar().parse(tokens).children
    if len(children) != 1 or not (isinstance(children[0], Tree) and children[0].data == "period"):
        return None
    [named] = children[0].children
    if not isinstance(named, Tree) or named.data in {"range", "since", "until", "lone", "rolling", "ago", "moment"}:
        return None
    span: Any = When(clock, {}, locale.day_first, line, []).transform(named)
    return span if isinstance(span, Span) and span.end is not None else None


def _next_named(tokens: list[Token], recent: str, last: date, today: date) -> date:
    """Returns the next day by the name of which `last` is the most recent; that day itself where its year is named."""
    if recent == "weekday":
        return last + timedelta(days=7)
    if recent in {"month", "quarter"} and (after := last + timedelta(days=1)).day == 1:  # February may have 29 days
        return after.replace(year=after.year + 1) - timedelta(days=1)
    if recent in {"date", "month", "quarter"}:
        return last.replace(year=last.year + 1) if (last.month, last.day) != (2, 29) else last
    if tokens[0].type == "MONTHDAY" and tokens[0].startswith("?"):
        months = (date(today.year + (today.month + n - 1) // 12, (today.month + n - 1) % 12 + 1, 1) for n in range(3))
        fitting = (_of_month(first, last.day) for first in months)
        return next((day for day in fitting if day and day >= today), last)
    return last


def _of_month(first: date, number: int) -> date | None:
    day = first + timedelta(days=number - 1)
    return day if day.month == first.month else None
