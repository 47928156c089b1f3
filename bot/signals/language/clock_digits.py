"""Times of day that are written as four digits: "since 0900", "1400-1500", "0900 UTC".

A step before all others makes them times where what stands beside them asks for one; "order 1430" is left alone.
"""

from __future__ import annotations

import re

from lark import Token

from bot.signals.language.lexer import raw

_CLOCK = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")
_DASHED = re.compile(r"-\d{4}-")
_YEAR = re.compile(r"20\d\d")
_AHEAD = frozenset({"SINCE", "FROM", "BETWEEN", "UNTIL", "BEFORE", "PREVIOUS", "AFTER", "AROUND"})
_BEHIND = frozenset({"SINCE_P", "FROM_P", "TO_P", "UNTIL_P", "ZONE"})
_DAYS = frozenset({"DAY", "WEEKDAY", "ISO", "SLASHED", "HOLIDAY"})
_JOINTS = frozenset({"TO", "DASH", "FILLER", "ON_P"})


def mark_clock_digits(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with each such number as a TIME; what may be a year of this century stays one."""
    return [_time(tokens, at, text) if _is_time(tokens, at, text) else token for at, token in enumerate(tokens)]


def _time(tokens: list[Token], at: int, text: str) -> Token:
    digits, token = raw(tokens[at], text), tokens[at]
    return Token("TIME", f"{digits[:2]}:{digits[2:]}", start_pos=token.start_pos, end_pos=token.end_pos)


def _is_time(tokens: list[Token], at: int, text: str) -> bool:
    if not _is_clock(tokens, at, text):
        return _may_be_clock(tokens, at, text) and _is_joined(tokens, at, text)
    last, ahead = (tokens[near].type if 0 <= near < len(tokens) else "" for near in (at - 1, at + 1))
    pointer = (last, str(tokens[at - 1])) == ("TO", "until") or raw(tokens[at - 1], text).casefold() == "at"
    dated = last in _DAYS and at > 1 and tokens[at - 2].type in _AHEAD  # "since Monday 0930"
    return last in _AHEAD or ahead in _BEHIND or (at > 0 and pointer) or dated or _is_joined(tokens, at, text)


def _is_joined(tokens: list[Token], at: int, text: str) -> bool:
    """Whether "to" or a dash is between the number and one that can be no year: "1000 to 2000"."""
    others = (at + step for step in (-2, 2) if 0 <= at + step // 2 < len(tokens))
    return any(tokens[(at + other) // 2].type in _JOINTS and _is_clock(tokens, other, text) for other in others)


def _is_clock(tokens: list[Token], at: int, text: str) -> bool:
    return _may_be_clock(tokens, at, text) and _YEAR.fullmatch(raw(tokens[at], text)) is None


def _may_be_clock(tokens: list[Token], at: int, text: str) -> bool:
    numbered = 0 <= at < len(tokens) and tokens[at].type in {"NUMBER", "YEAR"}
    return numbered and _CLOCK.fullmatch(raw(tokens[at], text)) is not None and not _is_long(tokens[at], text)


def _is_long(token: Token, text: str) -> bool:
    """Whether it is a part of a longer number: "4111-1111-1111"."""
    start, end = token.start_pos or 0, token.end_pos or 0
    return _DASHED.search(text, max(start - 6, 0), end + 6) is not None
