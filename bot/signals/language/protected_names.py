"""Names before "button", "tab" or "link" that look like something else: "Today button", "Last month tab", "비교 탭".

What stands behind "on" and is called like a common control ("on compare") is one, too.

Such words become NAME before anything else reads them as a time, a filter, a comparison or a ranking.
"""

from __future__ import annotations

from collections.abc import Sequence

from lark import Token

from bot.signals.language.lexer import NAMELIKE, raw, retyped
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.titles import is_title

_POINTERS = frozenset({"ON", "IN", "FOR"})
_SPECIAL = frozenset({"QUOTED", "SELECTOR", "PATH"})
# fmt: off
TIME_WORDS = frozenset({
    "TIME", "STAMP", "ISO", "SLASHED", "DAY", "WEEKDAY", "MONTH", "CALENDAR", "ROLLING", "YEAR", "PART", "DURATION",
    "MONTHDAY", "QUARTER", "NIGHT", "HOLIDAY",
})
_KEYWORDS = TIME_WORDS | {
    "VALUE", "LAST", "PAST", "THIS", "UNIT", "GROUP", "GROUPED", "NOW", "PREVIOUS", "SHIFT", "STRETCH", "COMPARE", "VS",
    "VS_P", "SINCE", "OVERUNIT", "NUMBER", "TOP", "NOT", "ONLY", "BEFORE", "AFTER", "AGO", "PORTION", "UNREAD",
    "METRIC", "SIGNAL", "ADJ", "ONWARD", "FACET", "FACETS", "FILLER", "THE", "STRETCH_P", "DEPLOY", "OVER",
}
# fmt: on
_TIME_PHRASES = (
    ("LAST|PAST|THIS", "NUMBER", "UNIT"),
    ("LAST|PAST|THIS", "DURATION|UNIT|WEEKDAY|MONTH"),
    ("NUMBER", "UNIT"),
    ("CALENDAR", "WEEKDAY"),
    ("DAY|WEEKDAY", "PART"),
    ("UNIT|GROUP|DAY|CALENDAR|WEEKDAY|MONTH|PART|NIGHT|ROLLING|DURATION|QUARTER|HOLIDAY|GROUPED|NOW|SHIFT|LAST|PAST",),
)
_TWO_TIMES = _TIME_PHRASES[3:5]
"""The first of the two is the period where the question names no other: "어제 오전 버튼" is the morning button."""
_LONGEST_NAME = 6
_OWNERS = frozenset({"DAY", "CALENDAR", "MONTH"})
_CONTROLS = frozenset({"COMPARE", "METRIC", "FILLER"})


def mark_told_names(tokens: list[Token], text: str) -> list[Token]:
    """ "the button that says “Buy”", "on the page “Cart”": the name in quotes stands for the control or the page."""
    out: list[Token] = []
    for at, token in enumerate(tokens):
        begin = len(out)
        while begin > 0 and out[begin - 1].type in {"FILLER", "THE"}:
            begin -= 1
        kind = out[begin - 1] if begin > 0 else token
        one = kind.type in {"NOUN", "PLACE"} and key(raw(kind, text)) not in lexicon().plurals
        closed = [other.type in {"NOUN", "PLACE"} for other in tokens[at + 1 : at + 2]] == [True]
        if token.type == "QUOTED" and one and not closed:
            first = _pointer_start(out, begin - 1)
            if first is not None and (out[first].type in _POINTERS or first + 1 < len(out)):
                pointer = "on" if kind.type == "NOUN" else "in"
                start = out[first].start_pos
                out[first:] = [Token(pointer.upper(), pointer, start_pos=start, end_pos=token.start_pos)]
        out.append(token)
    return out


def _pointer_start(before: list[Token], kind: int) -> int | None:
    """Returns where "on the button" begins; None where a name stands before the noun."""
    start = kind
    while start > 0 and before[start - 1].type == "THE":
        start -= 1
    if start > 0 and before[start - 1].type in {"ON", "IN"}:
        return start - 1
    return None if start > 0 and before[start - 1].type in NAMELIKE | {"WHICH", "TOP", "NUMBER"} else start


def mark_control_names(tokens: list[Token], text: str) -> list[Token]:
    """ "on compare", "on View all button": the name of a control, and no word of the question behind "on"."""
    out: list[Token] = []
    end: int | None = None
    for at, token in enumerate(tokens):
        if end is not None and end == token.end_pos and tokens[at - 1].type == "IN":
            continue  # the "all" of "on view all"
        behind = [other.type for other in tokens[at + 1 : at + 2]]
        pointed = [last.type for last in out if last.type != "THE"][-1:] == ["ON"]
        typed = raw(token, text)
        first, _, second = typed.partition(" ")
        if token.type in _CONTROLS and pointed and key(typed) in lexicon().meanings and behind != ["FOR"]:
            out.append(retyped(token, "NAME", typed))
        elif token.type == "IN" and (end := _split_end(tokens, at, second, text)):
            start = token.start_pos or 0
            cut = start + len(first)
            out.append(Token("ON", "on", start_pos=start, end_pos=cut))
            out.append(Token("NAME", text[cut + 1 : end], start_pos=cut + 1, end_pos=end))
        else:
            out.append(token)
    return out


def _split_end(tokens: list[Token], at: int, second: str, text: str) -> int | None:
    """Where the name ends that the second word of "on view" begins: "on View cart button", "on view all"."""
    ahead = next(iter(tokens[at + 1 : at + 2]), None)
    if second and ahead is not None and key(second + raw(ahead, text)) in lexicon().maybe_controls:
        return ahead.end_pos
    named = any(token.type == "NOUN" for token in tokens[at + 1 : at + 4])
    return tokens[at].end_pos if second[:1].isupper() and named else None


def protect_names(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with every keyword that is part of a name as NAME."""
    out = list(tokens)
    for noun, token in enumerate(tokens):
        last = noun + 1 == len(tokens) or tokens[noun + 1].type not in {"NOUN", "PLACE"}
        if token.type in {"NOUN", "PLACE"} and last and key(raw(token, text)) not in lexicon().plurals:
            for at in range(_name_start(tokens, noun, text), noun):
                out[at] = out[at] if out[at].type in NAMELIKE else retyped(out[at], "NAME", raw(out[at], text))
    return out


def mark_owned_names(tokens: list[Token], text: str) -> list[Token]:
    """ "Today's deals button", "오늘의 특가 버튼": a name, or a time and a name, where no other time is named."""
    for at, owner in enumerate(tokens):
        words = 0
        while at + 1 + words < len(tokens) and tokens[at + 1 + words].type == "WORD":
            words += 1
        noun = at + 1 + words
        if owner.type not in _OWNERS or not words or noun >= len(tokens) or tokens[noun].type != "NOUN":
            continue
        ending = text[owner.end_pos : tokens[at + 1].start_pos].strip()
        plural = key(raw(tokens[noun], text)) in lexicon().plurals
        if ending in lexicon().endings.possessives and not plural and not _has_time(tokens, at, noun):
            name = Token("OWNED", raw(owner, text), start_pos=owner.start_pos, end_pos=tokens[noun - 1].end_pos)
            return [*tokens[:at], name, *tokens[noun:]]
    return tokens


def _name_start(tokens: list[Token], noun: int, text: str) -> int:
    """Returns where the protected name before a noun begins; the noun's own place where nothing needs protection."""
    pointed = _pointed_start(tokens, noun, text)
    if pointed is not None:
        return pointed
    if noun == 0 or tokens[noun - 1].type in NAMELIKE:
        return _possessive_start(tokens, noun, text)
    last = tokens[noun - 1]
    if _is_ranked(tokens, noun):
        return noun
    if last.type == "VALUE" or (last.type in {"VS_P", "COMPARE"} and key(raw(last, text)) in lexicon().meanings):
        start = _time_phrase_start(tokens, noun - 1)  # "지난주 비교 버튼"
        return start if last.type != "VALUE" and _has_time(tokens, start, noun) else noun - 1
    start = _time_phrase_start(tokens, noun)
    return start if _is_pointed(tokens, start, noun) or _has_time(tokens, start, noun) else noun


def _is_pointed(tokens: Sequence[Token], start: int, noun: int) -> bool:
    """Whether "on" or a particle says that it is a name; "rage clicks this week button" may mean the week."""
    placed = noun + 1 < len(tokens) and tokens[noun + 1].type in {"ON_P", "IN_P"}
    return placed or any(token.type in _POINTERS | {"THE"} for token in tokens[max(start - 2, 0) : start])


def _pointed_start(tokens: list[Token], noun: int, text: str) -> int | None:
    """Returns where the name after "on", "in" or "for" begins, if all of it is keywords or "on the" opens it."""
    for at in range(noun - 1, max(noun - _LONGEST_NAME - 2, -1), -1):
        kind = tokens[at].type
        if kind not in _POINTERS:
            if kind not in _KEYWORDS and (kind not in NAMELIKE or kind in _SPECIAL | {"NOUN", "PLACE"}):
                return None
            continue
        start = at + 1
        definite = tokens[start].type == "THE"
        while start < noun and tokens[start].type == "THE":
            start += 1
        run = tokens[start:noun]
        if not run or (run[0].type in {"THIS", "FILLER"} and len(run) == 1):
            return None
        keywords = all(token.type in _KEYWORDS for token in run)
        opened = definite and kind == "ON" and run[0].type not in {"VALUE", "NUMBER", "MONTHDAY"}
        opened = opened or (run[0].type == "VALUE" and _is_title(run, text))
        return start if keywords or opened else None
    return None


def _is_title(run: Sequence[Token], text: str) -> bool:
    """Whether a filter begins a name with capitals ("Safari Extension"); "Safari buy" is a filter and a button."""
    return any(token.type == "WORD" for token in run) and all(is_title(token, text) for token in run)


def _possessive_start(tokens: list[Token], noun: int, text: str) -> int:
    """ "오늘의 특가 버튼", "Christmas sale link": a name where another period is named beside it; "여름 세일 버튼"."""
    start = noun
    while start > 0 and tokens[start - 1].type in {"WORD", "NAME", "UNREAD"}:
        start -= 1
    owner = tokens[start - 1] if start > 0 else None
    if owner is not None and start < noun and owner.type in {"DAY", "CALENDAR", "HOLIDAY"}:
        ending = text[owner.end_pos : tokens[start].start_pos].strip()
        belongs = ending in lexicon().endings.possessives or (owner.type == "HOLIDAY" and not ending)
        if belongs and _has_time(tokens, start - 1, noun):
            return start - 1
    return start if any(token.type == "UNREAD" for token in tokens[start:noun]) else noun


def _time_phrase_start(tokens: list[Token], noun: int) -> int:
    for phrase in _TIME_PHRASES:
        start = noun - len(phrase)
        if start >= 0 and all(tokens[start + at].type in kinds.split("|") for at, kinds in enumerate(phrase)):
            whole = phrase not in _TWO_TIMES or _has_time(tokens, start, noun)
            return start if whole else noun - 1
    return noun


def _has_time(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a period is named outside of tokens `start` to `end`."""
    return any(token.type in TIME_WORDS for at, token in enumerate(tokens) if not start <= at <= end)


def _is_ranked(tokens: Sequence[Token], noun: int) -> bool:
    """Whether the noun is what is ranked ("가장 답답한 버튼 5개"), unless a particle makes it the place."""
    placed = noun + 1 < len(tokens) and tokens[noun + 1].type == "ON_P"
    return not placed and any(token.type in {"TOP", "WHICH", "COUNTER"} for token in tokens)
