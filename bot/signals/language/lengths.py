"""Lengths of time in two units or with a fraction: "1h 30m", "2 hours and 15 minutes", "1.5 hours", "1시간 30분"."""

from __future__ import annotations

import re
from fractions import Fraction

from lark import Token

from bot.signals.language.lexer import raw

_SMALLER = {"hour": ("minute", 60), "day": ("hour", 24), "week": ("day", 7)}
"""The next smaller unit, and how many of it there are."""
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
_JOINED = frozenset({"and", ""})
_MOST_DIGITS = 4


def mark_lengths(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with each such length as one DURATION."""
    out: list[Token] = []
    for token in tokens:
        out.append(token)
        length = _in_two_units(out, text) or _fraction(out, text)
        if length is not None:
            first, value = length
            out[first:] = [Token("DURATION", value, start_pos=out[first].start_pos, end_pos=token.end_pos)]
    return out


def _in_two_units(tokens: list[Token], text: str) -> tuple[int, str] | None:
    """Returns where a length of two units that the tokens end with begins, and its value: "1h 30m"."""
    kinds = [token.type for token in tokens]
    for size in (4, 5):
        if kinds[-size:] not in (["NUMBER", "UNIT", "NUMBER", "UNIT"], ["NUMBER", "UNIT", "FILLER", "NUMBER", "UNIT"]):
            continue
        great, unit, *between, small, smaller = tokens[-size:]
        expected, most = _SMALLER.get(str(unit), ("", 0))
        gap = text[unit.end_pos : small.start_pos].strip() if not between else str(between[0])
        counts = _count(great), _count(small)
        if smaller == expected and gap in _JOINED and None not in counts and 0 < (counts[1] or 0) < most:
            return len(tokens) - size, f"{(counts[0] or 0) * most + (counts[1] or 0)} {expected}"
    return None


def _count(token: Token) -> int | None:
    return int(token) if token.isdecimal() and len(token) <= _MOST_DIGITS else None


def _fraction(tokens: list[Token], text: str) -> tuple[int, str] | None:
    """ "1.5 hours", "2.5일": whole minutes; of weeks and months nobody knows how many days a part has."""
    kinds = [token.type for token in tokens[-2:]]
    if kinds != ["VERSION", "UNIT"] or not re.fullmatch(r"\d{1,4}\.\d{1,2}", raw(tokens[-2], text)):
        return None
    minutes = Fraction(raw(tokens[-2], text)) * _MINUTES.get(str(tokens[-1]), 0)
    if minutes.denominator != 1 or not minutes:
        return None
    hours = minutes % 60 == 0
    return len(tokens) - 2, f"{minutes // 60} hour" if hours else f"{minutes} minute"
