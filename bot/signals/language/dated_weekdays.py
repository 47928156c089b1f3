"""Days and months that are written together: "Mon, Nov 23", "11월 23일 (월)", "월~금", "3~5월", "Q1-3"."""

from __future__ import annotations

import re
from calendar import monthrange

from lark import Token

from bot.signals.language.lexer import raw, retyped
from bot.signals.language.lexicon import lexicon

_BETWEEN = re.compile(r"[\s,(]*")
_DATES = (
    ("YEAR", "MONTH", "NUMBER"),
    ("MONTH", "NUMBER", "YEAR"),
    ("NUMBER", "MONTH", "YEAR"),
    ("MONTH", "NUMBER"),
    ("NUMBER", "MONTH"),
    ("CALENDAR", "NUMBER", "UNIT"),
    ("YEAR", "ISO"),
    ("MONTHDAY",),
    ("ISO",),
    ("SLASHED",),
)
_JOINTS = frozenset({"DASH", "SINCE_P", "ON_P"})
"""What joins the first and the last day of a range."""
_MONTHS = 12
_LEAP_YEAR = 2024
_TWELVE = re.compile(r"0?[1-9]|1[0-2]")


def mark_dated_weekdays(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with the weekday of a date as WEEKDAY_P behind it, and with both ends of such ranges."""
    tokens = _days_with_weekdays(_letters(_short_ranges(tokens, text), text), text)
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        size = _date(tokens, at)
        date = tokens[at : at + size]
        behind = tokens[at + size : at + size + 1]
        if size and out and out[-1].type == "WEEKDAY" and _close(out[-1], date[0], text):
            weekday, end = out.pop(), date[-1].end_pos
            first = Token(date[0].type, str(date[0]), start_pos=weekday.start_pos, end_pos=date[0].end_pos)
            out += [first, *date[1:], Token("WEEKDAY_P", str(weekday), start_pos=end, end_pos=end)]
        elif size and behind and behind[0].type == "WEEKDAY" and _close(date[-1], behind[0], text):
            out += [*date, retyped(behind[0], "WEEKDAY_P")]
            at += 1
        else:
            out += date or tokens[at : at + 1]
        at += size or 1
    return out


def _date(tokens: list[Token], at: int) -> int:
    """Returns how many tokens a date takes that begins there; 0 where none does."""
    kinds = [token.type for token in tokens[at : at + 3]]
    return next((len(date) for date in _DATES if tuple(kinds[: len(date)]) == date), 0)


def _days_with_weekdays(tokens: list[Token], text: str) -> list[Token]:
    """ "23일 월요일", "11월 16일(월)~20일(금)": the weekday says that it is a day of the month, and no length."""
    out: list[Token] = []
    for at, token in enumerate(tokens):
        ahead = tokens[at + 1] if at + 1 < len(tokens) else None
        day = token.type == "UNIT" and raw(token, text) in lexicon().numerals.days and bool(out)
        if not (day and ahead and ahead.type == "WEEKDAY" and out[-1].type == "NUMBER" and _close(token, ahead, text)):
            out.append(token)
            continue
        number = out[-1]
        first = [other for other in out[-4:-2] if other.type != "WEEKDAY"][-1:]
        joined = [other.type in _JOINTS for other in out[-2:-1]] == [True]
        if joined and first and first[0].type in {"ISO", "SLASHED"} and _has_day(first[0], number):
            value = re.sub(r"\d+(?=\D*$)", str(number), str(first[0]))
            out[-1] = Token(first[0].type, value, start_pos=number.start_pos, end_pos=token.end_pos)
        elif [other.type for other in out[-2:-1]] == ["CALENDAR"]:
            out.append(token)
        else:
            out[-1] = Token("MONTHDAY", f"? {number}", start_pos=number.start_pos, end_pos=token.end_pos)
    return out


def _has_day(date: Token, number: Token) -> bool:
    """Whether the month of that date, in a leap year, has a day of that number."""
    month = int(re.findall(r"\d+", date)[-2])
    return 1 <= month <= _MONTHS and 1 <= int(number) <= monthrange(_LEAP_YEAR, month)[1]


def _close(first: Token, last: Token, text: str) -> bool:
    return _BETWEEN.fullmatch(text[first.end_pos : last.start_pos]) is not None


def _letters(tokens: list[Token], text: str) -> list[Token]:
    """ "(월)" behind a date and the two ends of "월~금": weekdays by one letter, which elsewhere are other words."""
    days = lexicon().weekday_letters
    out: list[Token] = []
    for token in tokens:
        typed, start, end = raw(token, text), token.start_pos or 0, token.end_pos or 0
        last = out[-1] if out else None
        joined = last is not None and last.type == "DASH" and last.end_pos == start
        bracketed = text[start - 1 : start] == "(" and text[end : end + 1] == ")"
        ends = joined and [other.type for other in out[-2:-1]] == ["WEEKDAY"]
        if typed in days and (bracketed or ends):
            out.append(retyped(token, "WEEKDAY", days[typed]))
        elif token.type == "DASH" and last is not None and (other := _last_day(last, token, text)):
            out[-1:] = [retyped(last, "WEEKDAY", days[raw(last, text)]), token]
            out += other if other[0].end_pos not in {each.end_pos for each in tokens} else []
        else:
            out.append(token)
    return out


def _last_day(first: Token, dash: Token, text: str) -> list[Token]:
    """Returns the weekday behind the dash of "월~금", none where it joins something else; "수" may be no token."""
    days, at = lexicon().weekday_letters, dash.end_pos or 0
    letter, behind = text[at : at + 1], text[at + 1 : at + 2]
    if raw(first, text) not in days or letter not in days or behind.isalnum():
        return []
    return [Token("WEEKDAY", days[letter], start_pos=at, end_pos=at + 1)]


def _short_ranges(tokens: list[Token], text: str) -> list[Token]:
    """ "3~5월", "1~3분기", "Q1-3": the unit goes for both ends."""
    out = list(tokens)
    for at in range(len(tokens) - 2):
        first, dash, last = tokens[at : at + 3]
        if dash.type != "DASH" or first.end_pos != dash.start_pos or dash.end_pos != last.start_pos:
            continue
        kinds = {first.type, last.type}
        number, unit = (first, last) if first.type == "NUMBER" else (last, first)
        months = kinds == {"NUMBER", "MONTH"} and first is number and raw(last, text)[:1].isdecimal()
        quarters = kinds == {"NUMBER", "QUARTER"} and raw(number, text) in {"1", "2", "3", "4"}
        if (months and _TWELVE.fullmatch(number)) or quarters:
            out[at if number is first else at + 2] = retyped(number, unit.type)
    return out
