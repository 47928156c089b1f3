"""Names behind "on" with a capital that have words of the question in them: "on Show errors", "on Top sellers".

A step before names are read makes them names where nothing else can be meant. Where a part of them may be meant as it
stands ("on Deliver by Friday"), OWNED, which is asked back.
"""

from __future__ import annotations

from collections.abc import Sequence

from lark import Token

from bot.signals.language.lexer import raw, retyped
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.protected_names import TIME_WORDS
from bot.signals.language.titles import is_title

_WORDS = frozenset({"WORD", "NAME", "FILLER", "THE", "TO"})
_NAMED = frozenset({"WORD", "NAME"})
_KINDS = frozenset({"NOUN", "PLACE"})
_SIGNALS = frozenset({"SIGNAL", "ADJ"})
_TIMES = TIME_WORDS | {"THIS", "LAST", "PAST", "NUMBER", "NEXT"}
# fmt: off
_OPENING = frozenset({
    "TOP", "GROUPED", "PAST", "FACET", "FACETS", "DEPLOY", "SIGNAL", "METRIC", "COUNT", "AFTER", "SINCE", "FROM",
    "PREVIOUS", "NOT", "ONLY", "NOW", "BEFORE", "LAST", "COMPARE", "QUARTER", "CHANGE", "PART", "DAY", "CALENDAR",
    "ADJ",
})
# fmt: on
"""Words of the question with which a name may begin, if a word goes on with it that is in no list."""
_INSIDE = frozenset({"FILLER", "THE", "NUMBER", "UNIT", "TO", "FOR", "THIS"})
_LIKE_TIMES = frozenset({"NOW", "PART", "DAY", "CALENDAR", "QUARTER"})
_BEHIND = TIME_WORDS | {"GROUP", "GROUPED", "VS", "LAST", "PAST", "SINCE", "FROM", "ON", "IN", "BETWEEN", "THIS"}
"""What may stand behind a name."""
_LONGEST = 6


def mark_label_names(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with such names."""
    for at in range(len(tokens) - 1, -1, -1):
        first = _label_start(tokens, at, text)
        if first is None:
            continue
        for read in (_opened, _closed, _timed, _lettered):
            if end := read(tokens, first, text):
                owner = "" if _is_kind(tokens, end) else _owner(tokens, first, end, text)
                tokens = [*tokens[:first], *_named(tokens[first:end], owner, text), *tokens[end:]]
                break
    return tokens


def _label_start(tokens: Sequence[Token], at: int, text: str) -> int | None:
    """Returns where the name begins that "on" points at, if it begins with a capital."""
    if (tokens[at].type, str(tokens[at])) not in {("ON", "on"), ("ON", "click")}:
        return None
    if at > 0 and raw(tokens[at], text)[:1].isupper():  # "Errors On Buy Today": every word has a capital
        return None
    first = at + 1
    while first < len(tokens) and tokens[first].type == "THE" and not is_title(tokens[first], text):
        first += 1
    if first == len(tokens):
        return None
    definite = first > at + 1 and lexicon().endings.carries(raw(tokens[first], text))  # "on the 국가 선택"
    return first if definite or is_title(tokens[first], text) else None


def _opened(tokens: Sequence[Token], first: int, text: str) -> int:
    """Returns where a name ends that begins with a word of the question: "How many seats"; 0 for none."""
    if tokens[first].type not in _OPENING:
        return 0
    at = first + 1
    while at < len(tokens) and tokens[at].type in _INSIDE and _touch(tokens, at, text):
        at += 1
    if at >= len(tokens) or tokens[at].type != "WORD" or not _touch(tokens, at, text) or at - first >= _LONGEST:
        return 0
    while at < len(tokens) and tokens[at].type in _NAMED and _touch(tokens, at, text):
        at += 1
    return at


def _closed(tokens: Sequence[Token], first: int, text: str) -> int:
    """Returns where a name ends whose last word is one of the question: "Show errors"; 0 for none."""
    end = _run_end(tokens, first, text)
    if end >= len(tokens) or end == first or not _touch(tokens, end, text):
        return 0
    last, behind = tokens[end], tokens[end + 1].type if end + 1 < len(tokens) else ""
    pointed = any(token.type in _SIGNALS for token in tokens[:first])
    if last.type == "SIGNAL" and pointed:
        return end + 1
    if last.type == "ADJ" and pointed and behind in _NAMED:
        return _run_end(tokens, end + 1, text)
    counted = behind in {"", *_BEHIND} and not any(token.type == "COUNT" for token in tokens[:first])
    if last.type == "METRIC" and pointed and counted:
        return end + 1
    return end + 1 if last.type in {"FACET", "FACETS"} and behind in {"", *_BEHIND, *_KINDS} else 0


def _timed(tokens: Sequence[Token], first: int, text: str) -> int:
    """Returns where a name ends that a time closes: "Get it by Friday", "Best of this week"; 0 for none."""
    end = _run_end(tokens, first, text)
    by = key(raw(tokens[end - 1], text)) == "by" and end - first > 1
    of = end < len(tokens) and (tokens[end].type, str(tokens[end])) == ("FOR", "of") and tokens[first].type == "WORD"
    at = end + of
    start = at
    while at < len(tokens) and tokens[at].type in _TIMES and _touch(tokens, at, text):
        at += 1
    return at if (by or of) and at > start else 0


def _lettered(tokens: Sequence[Token], first: int, text: str) -> int:
    """Returns where a name ends that a capital article closes: "Plan A"; 0 for none."""
    end = _run_end(tokens, first, text)
    return end if tokens[end - 1].type == "THE" and is_title(tokens[end - 1], text) and end - first > 1 else 0


def _run_end(tokens: Sequence[Token], first: int, text: str) -> int:
    """Returns where the words end that begin there."""
    end = first
    while end < len(tokens) and tokens[end].type in _WORDS and (end == first or _touch(tokens, end, text)):
        end += 1
    return end


def _owner(tokens: Sequence[Token], first: int, end: int, text: str) -> str:
    """Returns the part of a name that may be a word of the question after all; empty where all of it is the name."""
    opening, last = tokens[first], tokens[end - 1]
    if opening.type in _LIKE_TIMES:
        return raw(opening, text)
    if last.type in _TIMES:
        start = end
        while tokens[start - 1].type in _TIMES:
            start -= 1
        start -= tokens[start - 1].type == "FOR"
        return text[tokens[start].start_pos : last.end_pos]
    known = opening.type == "NAME"
    return raw(last, text) if last.type == "METRIC" or (known and last.type in {"FACET", "FACETS", "SIGNAL"}) else ""


def _named(run: Sequence[Token], owner: str, text: str) -> list[Token]:
    if owner:
        return [Token("OWNED", owner, start_pos=run[0].start_pos, end_pos=run[-1].end_pos)]
    return [token if token.type in _NAMED else retyped(token, "NAME", raw(token, text)) for token in run]


def _is_kind(tokens: Sequence[Token], at: int) -> bool:
    """Whether a kind of control closes the name there, so that all of it is one."""
    return at < len(tokens) and tokens[at].type in _KINDS


def _touch(tokens: Sequence[Token], at: int, text: str) -> bool:
    """Whether only spaces, hyphens or apostrophes are between a token and the one before."""
    between = text[tokens[at - 1].end_pos : tokens[at].start_pos]
    return not between.strip(" -'’s")
