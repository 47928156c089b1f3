"""What words between others say, before names are read: "or", "for users in Korea", "10 to 20 minutes ago"."""

from __future__ import annotations

from lark import Token

from bot.signals.language.lexer import raw, retyped
from bot.signals.language.lexicon import lexicon
from bot.signals.language.rewrite_tokens import facet_of

_VALUES = frozenset({"VALUE", "FILTER", "VERSION"})
_POINTERS = frozenset({"ON", "IN", "FOR", "THE", "ON_P", "IN_P"})
_COUNTED = frozenset({"SIGNAL", "ADJ"})
_MOST_DIGITS = 4
"""Of hours."""


def mark_alternatives(tokens: list[Token], _: str) -> list[Token]:
    """ "on Safari or in Korea": values of different facets must all hold, so "or" between them belongs to nothing."""
    out = list(tokens)
    for at, token in enumerate(tokens):
        if (token.type, str(token)) != ("FILLER", "or"):
            continue
        before = next((other for other in reversed(tokens[:at]) if other.type not in _POINTERS), None)
        behind = next((other for other in tokens[at + 1 :] if other.type not in _POINTERS), None)
        if before is None or behind is None or not {before.type, behind.type} <= _VALUES:
            continue
        if facet_of(before) != facet_of(behind):
            out[at] = retyped(token, "MISFIT")
    return out


def mark_concerned(tokens: list[Token], _: str) -> list[Token]:
    """ "errors for users in Korea" asks for errors; "how many users", "users with errors" for people."""
    if any(token.type == "COUNT" or (token.type, str(token)) == ("METRIC", "share") for token in tokens):
        return tokens
    out: list[Token] = []
    for token in tokens:
        pointed = [last.type for last in out if last.type != "THE"][-1:]
        spoken = [str(last) for last in out if last.type != "THE"][-1:]
        concerned = (token.type, str(token)) == ("METRIC", "people") and (
            (pointed == ["FOR"] and spoken == ["for"]) or pointed == ["FROM"]
        )
        if not (concerned and any(last.type in _COUNTED for last in out)):
            out.append(token)
    return out


def mark_days_of_one_month(tokens: list[Token], text: str) -> list[Token]:
    """ "10월 1~3일", "지난달 1~3일", "10월 1일에서 3일 사이": the unit makes a day of the last number, and no length.

    In "11월 1일~3일 전" it is a length, as the first day has a unit of its own; "11월 1~3일 전" may be either.
    """
    out: list[Token] = []
    for at, token in enumerate(tokens):
        behind = tokens[at + 1].type if at + 1 < len(tokens) else ""
        day = token.type == "UNIT" and raw(token, text) in lexicon().numerals.days
        if token.type == "AGO" and out and out[-1].type == "MISFIT":
            continue
        if not (day and _joins_days(out, behind)):
            out.append(token)
        elif behind == "AGO":
            out[-4:] = [Token("MISFIT", "", start_pos=out[-4].start_pos, end_pos=tokens[at + 1].end_pos)]
        elif _is_month(out[-4:-3]):
            first, month = out[-3], out[-4]
            value = f"{month.split()[0]} {first}"
            out[-4:-2] = [Token("MONTHDAY", value, start_pos=month.start_pos, end_pos=first.end_pos)]
    return out


def _joins_days(before: list[Token], behind: str) -> bool:
    """Whether these end with a day of a month, what joins it to a last day, and the number of that."""
    if len(before) < 3 or before[-1].type != "NUMBER":
        return False
    first, joint = before[-3].type, before[-2].type
    if joint not in {"DASH", "TO"} and not (joint in {"ON_P", "SINCE_P"} and behind == "BETWEEN_P"):
        return False
    if first == "NUMBER":
        return _is_month(before[-4:-3]) or [other.type for other in before[-4:-3]] == ["MONTH"]
    return first in {"ISO", "MONTHDAY"} and behind != "AGO"


def _is_month(tokens: list[Token]) -> bool:
    return any(token.type == "CALENDAR" and token.endswith(" month") for token in tokens)


def mark_halves(tokens: list[Token], _: str) -> list[Token]:
    """ "2시간 반", "two hours and a half": one length; without a number that makes sense it is nothing."""
    out: list[Token] = []
    for token in tokens:
        if (token.type, str(token)) != ("UNIT", "hour_half"):
            out.append(token)
        elif out and out[-1].type == "NUMBER" and out[-1].isdecimal() and len(out[-1]) <= _MOST_DIGITS:
            hours = out.pop()
            length = f"{int(hours) * 60 + 30} minute"
            out.append(Token("DURATION", length, start_pos=hours.start_pos, end_pos=token.end_pos))
        else:
            out.append(retyped(token, "MISFIT"))
    return out


def mark_stretches_ago(tokens: list[Token], _: str) -> list[Token]:
    """ "10-20 min ago", "between 2 and 3 hours ago": both ends are that long ago, the longer one first.

    The first number of "Nov 3 to 2 hours ago" is a day.
    """
    out = list(tokens)
    for at in range(len(tokens) - 5, -1, -1):
        first, joint, last, unit, ago = out[at : at + 5]
        if [first.type, joint.type, last.type, unit.type, ago.type] != ["NUMBER", "TO", "NUMBER", "UNIT", "AGO"]:
            continue
        dated = at > 0 and tokens[at - 1].type == "MONTH"
        if dated or not (first.isdigit() and last.isdigit()):
            continue
        low, high = sorted((str(first), str(last)), key=int)
        place = first.end_pos or 0
        behind = [Token(other.type, str(other), start_pos=place, end_pos=place) for other in (unit, ago)]
        out[at : at + 3] = [retyped(first, "NUMBER", high), *behind, joint, retyped(last, "NUMBER", low)]
    return out
