"""Hours in ranges: a half of the day is carried to the other end, so that a range stays within a day.

"10 to 2pm" is 10:00-14:00, "2pm and 4" 14:00-16:00, "저녁 7시부터 9시까지" 19:00-21:00, "10pm to 2" ends the next day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from lark import Token

from bot.signals.language.dates import clock_time
from bot.signals.language.lexer import raw, retyped
from bot.signals.language.lexicon import lexicon
from bot.signals.language.parse_errors import Puzzled
from bot.signals.language.protected_names import TIME_WORDS

HALF_DAY, DAY = 12 * 60, 24 * 60  # minutes
_NIGHT = (18 * 60, 30 * 60)
"""In minutes since the midnight before: from six in the evening to six in the morning."""
_ASLEEP = range(1, 7)
"""Spoken without a half of the day these hours are as likely those of the afternoon: "2시"."""
_COUNTED = frozenset({"UNIT", "MONTH", "COUNTER", "AGO", "ISO"})
_DATES = TIME_WORDS - {"TIME", "PART", "NIGHT"}


@dataclass(frozen=True, slots=True)
class _Hour:
    """One end of a range in minutes of the day: `possible` has two values where the half of the day is open."""

    possible: tuple[int, ...]
    half: bool = False
    """Whether a half of the day is said with it ("2pm")."""
    full_day: bool = False
    """Whether it is written in twenty-four hours ("14:00", "09:30")."""


def carry_halves(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with both ends of every range of hours as TIME in twenty-four hours.

    Where neither end says which half of the day it is in, or the end comes first, the two are one OPENHOURS, which the
    grammar refuses.
    """
    out = list(tokens)
    for at in range(1, len(out) - 1):
        if at >= len(out) - 1 or out[at].type not in {"TO", "FROM_P"}:
            continue
        first, last = _hour(out, at - 1, text), _hour(out, at + 1, text)
        if first is None or last is None:
            continue
        if _turned(first, last) and _on_one_day(out, at):
            out[at - 1 : at + 2] = [_unread(out, at, ["turned"])]
            continue
        part = _part_beside(out, at)
        numbers = out[at - 1].type == out[at + 1].type == "NUMBER" and not (first.full_day or last.full_day)
        spoken = _is_open(out[at - 1], text) and not (last.half or last.full_day)
        if part is None and (numbers or spoken):
            out[at - 1 : at + 2] = [_unread(out, at, ["half", *_readings(out, at, first, last, text)])]
            continue
        bounds = _bounds(out[part]) if part is not None else None
        begin, end = _within(first, last, bounds)
        if bounds is not None and not _inside(begin, bounds):
            continue  # "this morning from 14:00": the range and the part are two periods
        out[at - 1], out[at + 1] = _time(out[at - 1], begin), _time(out[at + 1], end)
        if part is not None:
            out = _without_part(out, part, begin)
    return out


def mark_open_hours(tokens: list[Token], text: str) -> list[Token]:
    """ "2시부터", "yesterday until 3": an hour that is no end of a range and may be either of two is OPENHOURS."""
    tokens = [_end_of_day(tokens, at, text) for at in range(len(tokens))]
    ends = {at + side for at, token in enumerate(tokens) if token.type in {"TO", "FROM_P"} for side in (-1, 1)}
    return [
        retyped(token, "OPENHOURS", "hour") if at not in ends and _is_open(token, text) else token
        for at, token in enumerate(tokens)
    ]


def _end_of_day(tokens: Sequence[Token], at: int, text: str) -> Token:
    """Returns the token, and of a number that ends a day an hour of it: no month is named that it might be a day of."""
    token, kinds = tokens[at], [token.type for token in tokens[max(at - 2, 0) : at + 1]]
    if kinds[1:] != ["TO", "NUMBER"] or kinds[0] not in {"DAY", "WEEKDAY", "HOLIDAY"}:
        return token
    hour = _hour(tokens, at, text)
    if hour is None:
        return token
    return retyped(token, "OPENHOURS", "hour") if len(hour.possible) > 1 else _time(token, hour.possible[0])


def _is_open(token: Token, text: str) -> bool:
    """Whether a time is spoken ("2시", not "2:00") without the half of the day, and early enough to be in either."""
    hour = re.match(r"(\d+)\D", raw(token, text)) if token.type == "TIME" and ":" not in raw(token, text) else None
    said = any(word in raw(token, text).lower().replace(".", "") for word in lexicon().numerals.begin)
    return hour is not None and not said and not hour[1].startswith("0") and int(hour[1]) in _ASLEEP


def _unread(tokens: Sequence[Token], at: int, said: Sequence[str]) -> Token:
    """Returns the two ends as one token, with what joins them also where that is typed behind ("사이")."""
    end = max(token.end_pos or 0 for token in tokens[at : at + 2])
    return Token("OPENHOURS", "|".join(said), start_pos=tokens[at - 1].start_pos, end_pos=end)


def _readings(tokens: Sequence[Token], at: int, first: _Hour, last: _Hour, text: str) -> list[str]:
    """Returns the range as it may have been meant, in twenty-four hours: "03:00 to 05:00", "15:00 to 17:00"."""
    begin, end = tokens[at - 1], tokens[at + 1]
    between, behind = text[begin.end_pos : end.start_pos], text[end.end_pos : tokens[at].end_pos]
    ranges = [min(product([start], last.possible), key=_length) for start in first.possible]
    return [f"{_time(begin, start)}{between}{_time(end, stop)}{behind}" for start, stop in ranges]


def _turned(first: _Hour, last: _Hour) -> bool:
    """Whether the end comes before the start in the same half of a day ("3pm to 2pm"): no night lies between."""
    if len(first.possible) > 1 or len(last.possible) > 1:
        return False
    start, end = first.possible[0], last.possible[0]
    return end <= start and start // HALF_DAY == end // HALF_DAY


def _on_one_day(tokens: Sequence[Token], at: int) -> bool:
    """Whether a day is named for the range, and not one for each end of it."""
    ends = [token.type for token in tokens if token.type in _DATES]
    return len(ends) == 1


def _hour(tokens: Sequence[Token], at: int, text: str) -> _Hour | None:
    typed = raw(tokens[at], text)
    if tokens[at].type == "TIME":
        return _hour_of_time(tokens[at], typed)
    behind = tokens[at + 1].type if at + 1 < len(tokens) else ""
    before = tokens[at - 1].type if at else ""
    bare = tokens[at].type == "NUMBER" and behind not in _COUNTED and before not in {"MONTH", "TOP"}
    if not bare or not re.fullmatch(r"\d{1,2}", typed) or int(typed) > 24:
        return None
    return _open(int(typed) * 60, full_day=typed.startswith("0"))


def _hour_of_time(token: Token, typed: str) -> _Hour | None:
    try:
        when = clock_time(str(token))
    except Puzzled:
        return None  # is said where the range is read
    minutes = when.hour * 60 + when.minute
    digits = re.match(r"\D*(\d+)", typed)
    half = any(word in typed.lower().replace(".", "") for word in lexicon().numerals.begin)
    if digits is None or half or when.second:
        return _Hour((minutes,), half=True)
    return _open(minutes, full_day=digits[1].startswith("0"))


def _open(minutes: int, *, full_day: bool) -> _Hour:
    if full_day or not 60 <= minutes < HALF_DAY + 60:
        return _Hour((minutes % DAY,), full_day=True)
    return _Hour((minutes, (minutes + HALF_DAY) % DAY))


def _within(first: _Hour, last: _Hour, part: tuple[int, int] | None) -> tuple[int, int]:
    """Returns the two ends in minutes of the day: the shortest range of those that are possible."""
    begins, ends = first.possible, last.possible
    if part is not None:
        begins = tuple(it for it in begins if _inside(it, part)) or begins
    elif not (first.half or last.half):
        begins = begins[:1]
        ends = ends[:1] if first.full_day or last.full_day else ends
    return min(product(begins, ends), key=_length)


def _length(ends: tuple[int, int]) -> int:
    return (ends[1] - ends[0]) % DAY or DAY


def _inside(minutes: int, part: tuple[int, int]) -> bool:
    start, end = part
    return start <= minutes < end or start <= minutes + DAY < end


def _part_beside(tokens: Sequence[Token], joint: int) -> int | None:
    """Returns where the only "afternoon" or "last night" of a question stands, if no comparison is between."""
    parts = [at for at, token in enumerate(tokens) if token.type in {"PART", "NIGHT"}]
    if len(parts) != 1:
        return None
    between = tokens[min(parts[0], joint) : max(parts[0], joint)]
    return None if any(token.type in {"VS", "VS_P"} for token in between) else parts[0]


def _bounds(part: Token) -> tuple[int, int]:
    if part.type == "NIGHT":
        return _NIGHT
    start, end = (int(text[:2]) * 60 + int(text[3:]) for text in str(part).split("-"))
    return start, end


def _without_part(tokens: list[Token], part: int, begin: int) -> list[Token]:
    """The hours say it more exactly; "last night" and "this afternoon" leave the day that they belong to."""
    token = tokens[part]
    if token.type == "NIGHT":
        day = "-1" if begin >= _NIGHT[0] else "0"
        return [*tokens[:part], retyped(token, "DAY", day), *tokens[part + 1 :]]
    dated = any(other.type in _DATES for other in tokens)
    return [*tokens[:part], *([] if dated else [retyped(token, "DAY", "0")]), *tokens[part + 1 :]]


def _time(token: Token, minutes: int) -> Token:
    return retyped(token, "TIME", f"{minutes // 60:02}:{minutes % 60:02}")
