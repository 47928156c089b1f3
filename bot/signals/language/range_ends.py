"""Between lexer and grammar: what joins two times stays where it can, and a time of day goes to the day beside it."""

from __future__ import annotations

from lark import Token

from bot.signals.language.lexer import NAMELIKE, retyped
from bot.signals.language.open_ends import ANCHORS, DAYS, NEW_LENGTHS, TIMES

_ENDS = frozenset({"TIME", "ISO", "WEEKDAY", "SLASHED"})
"""Where two of a kind stand around "부터", the second ends the range: "오후 2시부터 4시"."""
_NO_ENDS = (["VS_P"], ["AGO"], ["SINCE_P"], ["PART"])


def mark_range_ends(tokens: list[Token], text: str) -> list[Token]:
    """Keeps "from" where "to" or a time follows, "to" between times, particles behind what they can belong to."""
    out: list[Token] = []
    for at, token in enumerate(tokens):
        rest = [other.type for other in tokens[at + 1 :] if other.type not in {"THE", "FILLER"}]
        last = out[-1].type if out else ""
        match token.type:
            case "SINCE_P" | "ON_P" if "TO_P" in rest and last in TIMES:
                out.append(retyped(token, "FROM_P"))
            case "SINCE_P" if last in _ENDS and rest[:1] == [last] and rest[1:2] not in _NO_ENDS:
                out.append(retyped(token, "TO"))
            case "AFTER" if last in ANCHORS and rest[:1] not in NEW_LENGTHS:
                out.append(retyped(token, "SINCE_P"))
            case "AFTER" if last not in ANCHORS | {"UNIT", "DURATION"}:
                out.append(retyped(token, "SINCE"))
            case "FROM" if not _ranges(rest):
                continue
            case "TO" if last not in TIMES and (token.value == "to" or not TIMES.issuperset(rest[:1])):
                continue  # an "until" before a time is refused where it can't be read, never lost
            case "TO_P" if any(other.type == "TO" for other in out):
                continue
            case "ON_P" | "IN_P" | "ABOUT_P" if last not in NAMELIKE:
                continue
            case _:
                out.append(token)
    return out


def _ranges(rest: list[str]) -> bool:
    """Whether "from" begins a range, or is "since" before a time of day; "errors from yesterday" are yesterday's."""
    until = rest.index("VS") if "VS" in rest else len(rest)
    return "TO" in rest[:until] or rest[:1] in (["TIME"], ["STAMP"])


def mark_since_days(tokens: list[Token], text: str) -> list[Token]:
    """ "today since 9am", "yesterday from 3pm": the day belongs to the time."""
    out = list(tokens)
    for at in range(1, len(out) - 1):
        kinds = [token.type for token in out[at - 1 : at + 3]]
        if kinds[0] in DAYS and kinds[1] in {"SINCE", "FROM"} and kinds[2] in {"TIME", "PART"} and kinds[3:] != ["TO"]:
            whose = at > 1 and kinds[0] == "WEEKDAY" and out[at - 2].type in {"LAST", "THIS", "CALENDAR"}
            out.insert(at - 1 - whose, out.pop(at))
    return out
