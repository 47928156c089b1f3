"""A last step between lexer and grammar: what takes two or three words together and is one thing to the grammar."""

from __future__ import annotations

import re

from lark import Token

from bot.signals.language.lexer import raw, retyped
from bot.signals.language.lexicon import key, lexicon

_ORDINAL = re.compile(r"(\d{1,2})[^\W\d_]+$")
"""A number with letters behind it: "5th"."""
_VALUES = frozenset({"VALUE", "FILTER", "VERSION"})
_COUNTED = frozenset({"NUMBER", "COUNTER", "FILLER"})
_KINDS = frozenset({"FACET", "FACETS", "NOUN", "PLACE"})
# fmt: off
_LENGTHS = frozenset({
    "LAST", "PAST", "THIS", "NEXT", "SINCE", "FROM", "IN", "FOR", "OVER", "BETWEEN", "TO", "VS", "BEFORE", "AFTER",
    "AGO", "SHIFT", "SINCE_P", "TO_P", "VS_P", "STRETCH",
})
# fmt: on
"""What makes a length of time a period, or a part of one."""
_SERIES = frozenset({"1 minute", "1 hour", "1 day"})
_TIMED = frozenset(
    {"TIME", "STAMP", "ISO", "SLASHED", "DAY", "WEEKDAY", "MONTH", "CALENDAR", "ROLLING", "YEAR", "LAST", "PAST"}
)
_COMING = frozenset({"WEEKDAY", "MONTH", "HOLIDAY", "NUMBER", "DURATION"})
_YEARLY = frozenset({"MONTH", "QUARTER", "HOLIDAY", "ISO", "PORTION"})
_BETWEEN_NOT_AND_ONLY = frozenset({"THE", "FILLER", "IN", "ON"})
_LONG = frozenset({"MONTH", "QUARTER", "YEAR"})
"""Times that stand behind "in" and seldom alone."""


def facet_of(token: Token) -> str:
    """The facet that a value belongs to; `browser:safari` is compared as it was spelled."""
    return "version" if token.type == "VERSION" else re.split("[:=]", token, maxsplit=1)[0].casefold()


def mark_exceptions(tokens: list[Token], _: str) -> list[Token]:
    """ "except Safari and Chrome", "사파리와 크롬 빼고": every value of that facet there becomes EXCEPT."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        rest = tokens[at + 1 :]
        if token.type == "NOT" and rest and (rest[0].type in _VALUES or _labelled(rest)):
            values = _same_facet(rest[1:] if _labelled(rest) else rest)
            out += [_except(value) for value in values]
            at += 1 + len(values) + _labelled(rest)
        elif token.type == "NOT_P" and out and out[-1].type in _VALUES:
            values = _same_facet(out[::-1])[::-1]
            out = [*out[: -len(values)], *map(_except, values)]
            at += 1
        else:
            out.append(token)
            at += 1
    return out


def _labelled(rest: list[Token]) -> bool:
    """ "browser Safari"."""
    return len(rest) > 1 and rest[0].type == "FACET" and rest[1].type in _VALUES


def _same_facet(run: list[Token]) -> list[Token]:
    same: list[Token] = []
    for token in run:
        if token.type not in _VALUES or (same and facet_of(token) != facet_of(same[0])):
            break
        same.append(token)
    return same


def _except(token: Token) -> Token:
    if token.type == "VERSION":
        return retyped(token, "EXCEPT", f"version={str(token).removeprefix('v')}")
    return retyped(token, "EXCEPT")


def mark_days_of_month(tokens: list[Token], text: str) -> list[Token]:
    """ "on the 5th", "the 5th of last month", "지난달 15일" become MONTHDAY: which month (? is the latest) and day."""
    named = any(token.type == "MONTH" for token in tokens)
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token, rest = tokens[at], tokens[at + 1 :]
        kinds = [other.type for other in rest[:2]]
        ordinal = _ORDINAL.match(raw(token, text)) if token.type == "NUMBER" and not named else None
        if _is_month(token) and kinds == ["NUMBER", "UNIT"] and raw(rest[1], text) in lexicon().numerals.days:
            out.append(_day(token, rest[1], f"{_months(token)} {rest[0]}"))
            at += 3
        elif ordinal and kinds[:1] == ["FOR"] and rest[1:] and _is_month(rest[1]):
            out.append(_day(token, rest[1], f"{_months(rest[1])} {ordinal[1]}"))
            at += 3
        elif ordinal:
            out.append(_day(token, token, f"? {ordinal[1]}"))
            at += 1
        else:
            out.append(token)
            at += 1
    return out


def _is_month(token: Token) -> bool:
    return token.type == "CALENDAR" and str(token).endswith(" month")


def _months(token: Token) -> str:
    return str(token).split()[0]


def _day(first: Token, last: Token, value: str) -> Token:
    return Token("MONTHDAY", value, start_pos=first.start_pos, end_pos=last.end_pos)


def mark_error_messages(tokens: list[Token], text: str) -> list[Token]:
    """ "top errors", "가장 많은 오류", "에러 top 3", "which errors": what is ranked is the errors' messages."""
    if _ranks_something_else(tokens):
        return tokens
    where = next((token for token in tokens if (token.type, str(token)) == ("WHICH", "where")), None)
    if where is not None:  # "where are the errors": on which pages
        alone = not any(token.type in _KINDS | {"PATH", "GROUP", "GROUPED"} for token in tokens)
        return [*tokens, *([retyped(where, "GROUP", "view")] if alone else [])]
    out: list[Token] = []
    for at, token in enumerate(tokens):
        last = next((other.type for other in reversed(out) if other.type not in _COUNTED), "")
        ranked = last in {"TOP", "WHICH"} or [other.type for other in tokens[at + 1 : at + 2]] == ["TOP"]
        if ranked and token.type == "SIGNAL" and key(raw(token, text)) in lexicon().messages:
            out.append(retyped(token, "FACETS", "error"))
        out.append(token)
    return out


def mark_ranked_kinds(tokens: list[Token], text: str) -> list[Token]:
    """ "분노 클릭 많은 버튼", "사람들이 연타하는 버튼": what such words stand before is ranked, if no name is."""
    out: list[Token] = []
    for at, token in enumerate(tokens):
        ahead = tokens[at + 1].type if at + 1 < len(tokens) else ""
        many = key(raw(token, text)) in lexicon().ranking or _is_stuck_ranking(token, tokens, at, text)
        asked = any(other.type in {"SIGNAL", "ADJ", "METRIC"} for other in tokens[: at + 1])
        ranked = any(other.type in {"TOP", "WHICH", "CHANGE", "NUMBER", "COUNTER"} for other in tokens)
        if many and ahead in _KINDS and asked and not ranked:
            out += (
                [token, retyped(token, "WHICH", "which")]
                if token.type == "SIGNAL"
                else [retyped(token, "WHICH", "which")]
            )
        else:
            out.append(token)
    return out


def _is_stuck_ranking(token: Token, tokens: list[Token], at: int, text: str) -> bool:
    """Whether an ending behind a signal, of which nothing is left, makes it say something of the noun: "연타하는"."""
    behind = tokens[at + 1].start_pos or 0 if at + 1 < len(tokens) else len(text)
    return token.type == "SIGNAL" and key(text[token.end_pos : behind]) in lexicon().ranking


def _ranks_something_else(tokens: list[Token]) -> bool:
    """ "top 5 error buttons", "which pages have the most errors"; "top errors on buy button" doesn't."""
    last = ""
    for token in tokens:
        if token.type in {"GROUP", "GROUPED"} or (token.type in _KINDS and last in {"TOP", "WHICH", "SIGNAL"}):
            return True
        last = last if token.type in _COUNTED else token.type
    return False


def mark_coming(tokens: list[Token], text: str) -> list[Token]:
    """ "next Friday", "다음 금요일": NEXT, where "next" alone may be the name of a button."""
    out = list(tokens)
    for at in range(len(out) - 1):
        if key(raw(out[at], text)) in lexicon().future and out[at + 1].type in _COMING:
            out[at] = retyped(out[at], "NEXT", "next")
    return out


def mark_years(tokens: list[Token], text: str) -> list[Token]:
    """ "October last year", "작년 10월", "Black Friday last year": the YEAR of a month, a quarter or a day."""
    out = list(tokens)
    for at, token in enumerate(tokens):
        if token.type != "CALENDAR" or not str(token).endswith(" year"):
            continue
        before, behind = (tokens[at - 1].type if at else ""), (tokens[at + 1].type if at + 1 < len(tokens) else "")
        dated = before == "NUMBER" and at > 1 and tokens[at - 2].type == "MONTH"
        if behind in _YEARLY or ((before in _YEARLY or dated) and behind != "VS_P"):
            out[at] = retyped(token, "YEAR")
    return out


def mark_steps(tokens: list[Token], text: str) -> list[Token]:
    """ "per 15 minutes", "15분마다": one GROUP; the length is not a period."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token, rest = tokens[at], tokens[at + 1 : at + 3]
        kinds = [other.type for other in rest]
        if _is_rate(tokens, at, text):
            out.append(retyped(token, "GROUP", str(token).removeprefix("1 ")))
            at += 1
        elif kinds == ["NUMBER", "UNIT"] and key(raw(token, text)) in lexicon().steps:
            out.append(Token("GROUP", f"{rest[0]} {rest[1]}", start_pos=token.start_pos, end_pos=rest[1].end_pos))
            at += 3
        elif token.type == "NUMBER" and kinds[:1] in (["GROUP"], ["GROUPED"]) and rest[0].start_pos == token.end_pos:
            out.append(Token("GROUP", f"{token} {rest[0]}", start_pos=token.start_pos, end_pos=rest[0].end_pos))
            at += 2
        else:
            out.append(token)
            at += 1
    return out


def _is_rate(tokens: list[Token], at: int, text: str) -> bool:
    """ "how many errors a day", "하루에 몇 건": by the day, where nothing makes a length of it ("a day ago").

    "How many errors a week" is the last one, unless another time is named.
    """
    token = tokens[at]
    if token.type != "DURATION" or not any(other.type == "COUNT" for other in tokens):
        return False
    end = token.end_pos or 0
    stuck = re.match(r"\w*", text[end:])
    typed = key(text[token.start_pos : end + (stuck.end() if stuck else 0)])
    around = {other.type for other in (*tokens[max(at - 1, 0) : at], *tokens[at + 1 : at + 2])}
    slow = str(token) not in _SERIES and not any(other.type in _TIMED for other in tokens if other is not token)
    return typed in lexicon().rates and not around & _LENGTHS and not slow


def mark_weeks_before(tokens: list[Token], text: str) -> list[Token]:
    """ "전주 월요일" is the Monday of the week before; "the week before Monday" isn't."""
    out = list(tokens)
    for at in range(len(out) - 1):
        kinds = {entry.kind for entry in lexicon().entries.get(key(raw(out[at], text)), ())}
        if out[at].type == "SHIFT" and "WEEKOF" in kinds and out[at + 1].type == "WEEKDAY":
            out[at] = retyped(out[at], "WEEKOF")
    return out


def mark_named_days(tokens: list[Token], text: str) -> list[Token]:
    """ "on Good Friday", "in rainy October": words that go with the time behind them are no button and no page."""
    out: list[Token] = []
    for token in tokens:
        words = 0
        while words < len(out) and out[-1 - words].type == "WORD":
            words += 1
        pointer = out[-1 - words] if words < len(out) else None
        if words and pointer is not None and pointer.type in {"ON", "IN"}:
            if token.type in _LONG:
                del out[-1 - words]  # nothing points at them now, so that they are refused
            elif token.type == "WEEKDAY" and pointer.type == "ON" and words == 1 and raw(out[-1], text).istitle():
                out[-1:] = [Token("UNREAD", "", start_pos=out[-1].start_pos, end_pos=token.end_pos)]
                del out[-2]
                continue
        out.append(token)
    return out


def mark_onwards(tokens: list[Token], text: str) -> list[Token]:
    """ "from Monday on", "from Monday onwards" is since Monday."""
    last = next((token for token in reversed(tokens) if token.type not in {"FILLER", "THE"}), None)
    closing = last is not None and (last.type == "ONWARD" or (last.type, last) == ("ON", "on"))
    onward = any(token.type == "ONWARD" for token in tokens) or closing
    return [retyped(token, "SINCE") if onward and token.type == "FROM" else token for token in tokens]


def mark_not_only(tokens: list[Token], _: str) -> list[Token]:
    """ "not only Safari" is neither Safari nor all but Safari: the two words are one that belongs to nothing."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token, ahead = tokens[at], at + 1
        while ahead < len(tokens) and tokens[ahead].type in _BETWEEN_NOT_AND_ONLY:
            ahead += 1
        if token.type == "NOT" and ahead < len(tokens) and tokens[ahead].type == "ONLY":
            token = Token("MISFIT", "", start_pos=token.start_pos, end_pos=tokens[ahead].end_pos)
            at = ahead
        out.append(token)
        at += 1
    return out


def mark_deploys(tokens: list[Token], _: str) -> list[Token]:
    """ "the 2.30 deploy", "the release of 2.30", "2.30 배포": that version's, not a version and the newest deploy."""
    out: list[Token] = []
    for token in tokens:
        of = token.type == "VERSION" and [last.type for last in out[-2:]] == ["DEPLOY", "FOR"] and out[-1] == "of"
        if not of and {last.type for last in (*out[-1:], token)} != {"DEPLOY", "VERSION"}:
            out.append(token)
            continue
        first = out[-1 - of]
        version = token if token.type == "VERSION" else first
        out[-1 - of :] = [Token("VERSION", str(version), start_pos=first.start_pos, end_pos=token.end_pos)]
    return out
