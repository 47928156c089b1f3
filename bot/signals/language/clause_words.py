"""What words between others say, before names are read: "or", "for users in Korea", "10 to 20 minutes ago"."""

from __future__ import annotations

import re
from itertools import dropwhile, takewhile

from lark import Token

from bot.signals.language.lexer import NAMELIKE, raw, retyped
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.protected_names import TIME_WORDS
from bot.signals.language.rewrite_tokens import facet_of

_VALUES = frozenset({"VALUE", "FILTER", "VERSION"})
_POINTERS = frozenset({"ON", "IN", "FOR", "THE", "ON_P", "IN_P"})
_COUNTED = frozenset({"SIGNAL", "ADJ"})
_PASSED = _POINTERS | _COUNTED | {"METRIC", "FACET", "FACETS", "ONLY"}
"""What may stand between "or" and what it joins: "in Chrome or errors in Korea"."""
_TIMES = TIME_WORDS | {"LAST", "PAST", "THIS", "UNIT", "NUMBER", "AGO", "NOW", "SINCE", "SINCE_P", "FROM"}
_NAMED = {
    **dict.fromkeys(("WORD", "NAME", "QUOTED"), "name"),
    **dict.fromkeys(("NOUN", "SELECTOR"), "target"),
    **dict.fromkeys(("PLACE", "PATH"), "view"),
}
_OPEN_NAMES = ({"name", "target"}, {"name", "view"})
"""These may be one name, or are refused as two where they are none: "Save or continue button"."""
_IN_STROKES = frozenset({"THE", "ON", "IN", "FOR", "TO"})
_COMPARED = frozenset({"SIGNAL", "ADJ", "METRIC", "COUNT", "FILLER", "NAME", "NOUN", "PLACE", "QUOTED", "PATH"})
"""What may stand between two times and the word that compares them."""
_AGO = (["UNIT", "AGO"], ["UNIT", "BEFORE"])
_ANCHORS = frozenset({"VERSION", "DEPLOY"})
_MOMENTS = TIME_WORDS | _ANCHORS | {"LAST", "PAST", "THIS", "UNIT", "NUMBER", "NOW"}
_LETTERS = re.compile(r"\w+")
_MOST_DIGITS = 4
"""Of hours."""


def mark_strokes(tokens: list[Token], text: str) -> list[Token]:
    """ "A/B test", "On/Off toggle": an article or a preposition that touches a stroke is a word of a name.

    A stroke with a word on both sides and spaces around it is no page: "how many users / sessions".
    """
    apart = [_is_apart(tokens, at, text) for at in range(len(tokens))]
    tokens = [
        retyped(token, "FILLER", "or") if apart[at] else token
        for at, token in enumerate(tokens)
        if not apart[at] or _parts_names(tokens, at)
    ]
    return [
        retyped(token, "WORD", raw(token, text)) if token.type in _IN_STROKES and _names(tokens, at, text) else token
        for at, token in enumerate(tokens)
    ]


def _is_apart(tokens: list[Token], at: int, text: str) -> bool:
    if tokens[at].type != "PATH":
        return False
    end = tokens[at].end_pos or 0
    behind = tokens[at + 1].type if at + 1 < len(tokens) else ""
    alone = raw(tokens[at], text) == "/" and text[end : end + 1] == " "
    return alone and at > 0 and tokens[at - 1].type not in _POINTERS and behind not in {"", "ON_P", "IN_P"}


def _parts_names(tokens: list[Token], at: int) -> bool:
    return all(token.type in {"WORD", "NAME", "NOUN", "PLACE"} for token in (tokens[at - 1], tokens[at + 1]))


def _names(tokens: list[Token], at: int, text: str) -> bool:
    """Whether a token touches a stroke that has no such token on its other side, too: "in/on checkout"."""
    sides = ((tokens[at - 1], tokens[at]) if at else (), tuple(tokens[at : at + 2]))
    return any(
        len(side) == 2
        and text[side[0].end_pos : side[1].start_pos] == "/"
        and not {token.type for token in side} <= _POINTERS
        for side in sides
    )


def mark_thresholds(tokens: list[Token], text: str) -> list[Token]:
    """ "more than 10", "less than 2.30": a number that something is held against; "more than yesterday" compares."""
    out: list[Token] = []
    for at, token in enumerate(tokens):
        kinds = {entry.kind for entry in lexicon().entries.get(key(raw(token, text)), ())}
        ahead = [other.type for other in tokens[at + 1 : at + 4]]
        plain = ahead[:1] == ["NUMBER"] and ahead[1:2] != ["MONTH"] and ahead[1:] not in _AGO
        versions = ahead[:1] == ["VERSION"] and not any(other.type == "VERSION" for other in tokens[:at])
        counted = token.type == "VS" and "THRESHOLD" in kinds and (plain or versions)
        out.append(retyped(token, "THRESHOLD") if counted else token)
    return out


def mark_alternatives(tokens: list[Token], text: str) -> list[Token]:
    """ "on Safari or in Korea": what is of different facets must all hold, so "or" between it is OR.

    A stroke says "or", and so does what sticks to a word: "Safari/Korea", "크롬이나 한국".
    """
    out: list[Token] = []
    for at, token in enumerate(tokens):
        if (token.type, str(token)) == ("FILLER", "or"):
            out.append(retyped(token, "OR") if _differ(tokens[:at], tokens[at + 1 :]) else token)
            continue
        gap = text[tokens[at - 1].end_pos : token.start_pos] if at else ""
        stuck = gap.strip() in lexicon().endings.alternatives and gap[:1].strip() != ""
        if (stuck or gap == "/") and _differ(tokens[:at], tokens[at:]):
            start = tokens[at - 1].end_pos or 0
            out.append(Token("OR", "or", start_pos=start, end_pos=start + len(gap.strip())))
        out.append(token)
    return out


def _differ(before: list[Token], behind: list[Token]) -> bool:
    """Whether the last thing before and the first one behind are of different facets, or a facet and a name."""
    if not before or not behind or {before[-1].type, behind[0].type} <= _COUNTED | {"METRIC"}:
        return False  # "Safari errors or rage clicks in Korea" has one "or", between the signals
    first, last = _facet(before[::-1], forward=False), _facet(behind, forward=True)
    return "" not in {first, last} and first != last and {first, last} not in _OPEN_NAMES


def _facet(tokens: list[Token], *, forward: bool) -> str:
    """The facet of the first thing in the tokens, "time" if there is but a time, "" if neither.

    A name's noun is its last token, so `forward` says which end of it comes first; without one it is of any kind.
    """
    ahead = list(dropwhile(lambda token: token.type in _PASSED | _TIMES, tokens))
    name = list(takewhile(lambda token: token.type in NAMELIKE, ahead)) if forward else []
    token = next(iter(name[-1:] or ahead), None)
    found = "" if token is None else facet_of(token) if token.type in _VALUES else _NAMED.get(token.type, "")
    passed = tokens[: len(tokens) - len(ahead)]
    return found or ("time" if any(token.type in _TIMES for token in passed) else "")


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
        elif _is_month(out[-4:-3]) and out[-3].type == "NUMBER":
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
    return first in {"ISO", "MONTHDAY", "SLASHED"} and behind != "AGO"


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


def mark_lengths_ahead(tokens: list[Token], text: str) -> list[Token]:
    """ "in 2 hours", "in an hour": WITHIN, where "ago" or "before" doesn't make another length of it.

    "In the 2 hours before 3pm" names those that were.
    """
    out = list(tokens)
    for at, token in enumerate(tokens):
        ahead = [other.type for other in tokens[at + 1 : at + 4]]
        length = ahead[:1] == ["DURATION"] or ahead[:2] == ["NUMBER", "UNIT"]
        behind = ahead[1:2] if ahead[:1] == ["DURATION"] else ahead[2:3]
        if token.type == "IN" and key(raw(token, text)) in lexicon().ahead and length:
            out[at] = (
                token
                if behind and behind[0] in {"AGO", "BEFORE", "AFTER", "NOUN", "PLACE"}
                else retyped(token, "WITHIN")
            )
    return out


def mark_about(tokens: list[Token], text: str) -> list[Token]:
    """ "around 3pm", "since about noon": the time itself; "around 100 users" is no number that can be asked for.

    Neither are "around the deploy" and "2.31 배포쯤" times; "Shop around" is a name.
    """
    out: list[Token] = []
    for at, token in enumerate(tokens):
        ahead = next((other.type for other in tokens[at + 1 :] if other.type != "THE"), "")
        stuck = _LETTERS.match(text, token.end_pos or 0)
        if token.type != "AROUND":
            out.append(token)
        elif ahead == "TIME":
            out.append(retyped(token, "THE", ""))
        else:
            label = bool(out) and out[-1].type in {"WORD", "NAME"} and raw(out[-1], text)[:1].isupper()
            timed = ahead in _MOMENTS and not (label and ahead == "DAY")  # "on Shop around today"
            name = not timed and " " not in raw(token, text)
            out.append(retyped(token, "WORD" if name else "UNREAD", raw(token, text)))
        if token.type in _ANCHORS and stuck and key(stuck.group()) in lexicon().about:
            out.append(Token("UNREAD", "unread", start_pos=stuck.start(), end_pos=stuck.end()))
    return out


def mark_late_comparisons(tokens: list[Token], _: str) -> list[Token]:
    """ "오늘이랑 어제 결제 오류 비교": what compares two times stands behind the last of them."""
    versus = next((at for at, token in enumerate(tokens) if token.type == "VS_P"), None)
    if versus is None:
        return tokens
    last = next((at for at in range(versus - 1, -1, -1) if tokens[at].type in TIME_WORDS), None)
    passed = {token.type for token in tokens[(last or 0) + 1 : versus]}
    times = [at for at in range(last or 0) if tokens[at].type in TIME_WORDS]
    if last is None or not times or not passed or not passed <= _COMPARED:
        return tokens
    moved = Token("VS_P", str(tokens[versus]), start_pos=tokens[last].end_pos, end_pos=tokens[last].end_pos)
    return [*tokens[: last + 1], moved, *tokens[last + 1 : versus], *tokens[versus + 1 :]]
