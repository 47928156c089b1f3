"""Between lexer and grammar: the end of a period of which nobody said when it begins, as in "until" and "before"."""

from __future__ import annotations

from itertools import pairwise

from lark import Token

from bot.signals.language.lexer import raw, retyped
from bot.signals.language.lexicon import lexicon
from bot.signals.language.protected_names import TIME_WORDS

# fmt: off
TIMES = frozenset({
    "TIME", "STAMP", "ISO", "SLASHED", "DAY", "WEEKDAY", "MONTH", "CALENDAR", "ROLLING", "LAST", "PAST", "THIS", "YEAR",
    "PART", "DURATION", "NUMBER", "UNIT", "DEPLOY", "VERSION", "NOW", "SHIFT", "AGO", "AFTER",
    "MONTHDAY", "QUARTER", "NIGHT", "HOLIDAY", "STRETCH_P", "PORTION", "WEEKDAY_P",
})
# fmt: on
"""All that a time is said with."""
DAYS = frozenset({"DAY", "WEEKDAY", "ISO", "SLASHED", "HOLIDAY", "MONTHDAY"})
ANCHORS = frozenset({"DEPLOY", "VERSION", "STAMP"})
"""Moments that a period may begin or end at without a time of day."""
NEW_LENGTHS = (["NUMBER"], ["DURATION"], ["UNIT"])
"""What makes "before" and "after" the beginning of a length: "the deploy, after 2 hours"."""
_LENGTHS = frozenset({"UNIT", "DURATION", "SHIFT", "NUMBER"})
_DATES = DAYS | {"CALENDAR", "MONTH", "QUARTER", "YEAR", "PART", "NIGHT"}
"""What a period may end with that has an end of its own."""
_BEFORE_DATES = frozenset({"NOW", "LAST", "THIS", "STRETCH", "PORTION"})


def mark_anchored_ends(tokens: list[Token], _: str) -> list[Token]:
    """ "before the deploy", "until v2.31", "배포 전", "배포까지": so many days before that moment."""
    begun = any(token.type in {"FROM", "BETWEEN", "SINCE", "SINCE_P", "FROM_P"} for token in tokens)
    out: list[Token] = []
    for at, token in enumerate(tokens):
        last, text = out[-1].type if out else "", str(token)
        ahead = [other.type for other in tokens[at + 1 :] if other.type != "THE"][:1]
        until = token.type == "TO" and text != "to" and not begun and last not in TIME_WORDS
        opens = until or token.type in {"BEFORE", "PREVIOUS"}
        closes = token.type == "BEFORE" or (token.type, begun) == ("TO_P", False)
        if opens and ahead and ahead[0] in ANCHORS and last not in {*_LENGTHS, *ANCHORS, "TIME"}:
            out.append(retyped(token, "UNTIL", "open"))
        elif closes and last in ANCHORS and ahead not in NEW_LENGTHS:
            out.append(retyped(token, "UNTIL_P", "open"))
        else:
            out.append(token)
    return out


def mark_dated_ends(tokens: list[Token], text: str) -> list[Token]:
    """ "before noon on Monday", "up to 6pm", "6시까지", "정오 전", "until yesterday", "5일까지"."""
    out: list[Token] = []
    for at, token in enumerate(tokens):
        rest = [other.type for other in tokens[at + 1 :]]
        last = out[-1].type if out else ""
        time_ahead = _reaches_time(rest)
        match token.type:
            case "BEFORE" | "PREVIOUS" if last not in _LENGTHS | {"VS"} and time_ahead:
                out.append(retyped(token, "UNTIL"))
            case "TO" if last not in TIMES and token.value != "to" and (time_ahead or _ends_with_day(rest, out)):
                out.append(retyped(token, "UNTIL"))
            case "BEFORE" if last == "TIME" and rest[:1] not in NEW_LENGTHS:
                out.append(retyped(token, "UNTIL_P"))
            case "TO_P" if _can_end(out, text) and not _has_beginning(out):
                out.append(retyped(token, "UNTIL_P"))
            case "TO_P" if last == "UNTIL_P":
                continue
            case _:
                out.append(token)
    return out


def _reaches_time(rest: list[str]) -> bool:
    """Whether what follows is a time of day ("noon on Monday", "Monday noon") that a period may end at."""
    return rest[:1] == ["TIME"] or (rest[1:2] == ["TIME"] and rest[0] in DAYS)


def _ends_with_day(rest: list[str], before: list[Token]) -> bool:
    """Whether what follows is a day or a longer time of the calendar, and no range has begun that it would close."""
    first, *more = [kind for kind in rest if kind not in {"THE", "FILLER"}] or [""]
    ago = (first == "NUMBER" and more[1:2] == ["AGO"]) or (first == "DURATION" and more[:1] == ["AGO"])
    dated = ago or (first == "NUMBER" and more[:1] == ["MONTH"]) or first in _DATES | _BEFORE_DATES
    return dated and not _has_beginning(before)


def _can_end(tokens: list[Token], text: str) -> bool:
    """Whether a period can end with the last of these; "5일" is a day there, and elsewhere a length of five days."""
    if not tokens or tokens[-1].type in {"TIME", "AGO", "STRETCH_P", *_DATES}:
        return bool(tokens)
    counted = [token.type for token in tokens[-2:]] == ["NUMBER", "UNIT"]
    return counted and raw(tokens[-1], text) in lexicon().numerals.days


def _has_beginning(tokens: list[Token]) -> bool:
    """Whether a range has begun: "9시부터", "9시에서", "from 9:00"."""
    behind = (token.type in {"SINCE_P", "ON_P"} and before.type in TIMES for before, token in pairwise(tokens))
    return any(behind) or any(token.type in {"FROM", "BETWEEN", "TO", "SINCE"} for token in tokens)
