"""Words of the question that are words of a name where a name stands around them: "Save as well", "Mac Pro", "Buy KR".

A step before all others makes WORD of them, so that no name loses a word and none becomes a filter. The words are those
in `_loose`; those that ask how it was before, or hold a count against a number, count where a title is written. Names
that may also be what somebody asks for ("show all") are names behind "on" and before a noun alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lark import Token

from bot.signals.language.clause_words import mark_thresholds
from bot.signals.language.lexer import raw, retyped
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.protected_names import TIME_WORDS
from bot.signals.language.titles import is_title

_TITLED = frozenset({"THRESHOLD", "USUAL", "WHEN", "BEGAN", "ENDED", "FIX", "CHANGE", "BOTH"})
"""Read as words of a name where capitals say so, or right behind "on"."""
_NAMES = frozenset({"WORD", "NAME"})
_KINDS = frozenset({"NOUN", "PLACE"})
_BETWEEN = frozenset({"THE", "FILLER", "TO"})
_PARTICLES = frozenset({"ON_P", "IN_P", "ABOUT_P"})
_NUMBERS = frozenset({"NUMBER", "VERSION", "FILTER"})
_LONGEST = 6


def mark_name_words(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with such words as WORD where they are inside of a name."""
    tokens = mark_thresholds(tokens, text)
    out = list(tokens)
    for at, token in enumerate(tokens):
        typed = raw(token, text)
        if token.type == "NAME" and key(typed) in lexicon().maybe_controls:
            out[at] = token if _is_control(tokens, at, text) else retyped(token, _asked(tokens, at, text))
        elif token.type not in _NAMES and (
            key(typed) in lexicon().loose or token.type in _TITLED or _is_pointed_title(out, at, text)
        ):
            inside = _is_inside(out, at, text, loose=key(typed) in lexicon().loose)
            out[at] = retyped(token, "WORD", typed) if inside else token
    return out


def _is_pointed_title(tokens: Sequence[Token], at: int, text: str) -> bool:
    """ "on Can't log in": what says elsewhere that something is broken."""
    title = tokens[at].type == "BROKEN" and is_title(tokens[at], text)
    return title and _name_start(tokens, at) is not None


def _is_control(tokens: Sequence[Token], at: int, text: str) -> bool:
    """Whether "show all" is the name of a control: "on show all", "show all button", and not "show all errors"."""
    if at + 1 < len(tokens) and tokens[at + 1].type in _KINDS | _PARTICLES:
        return key(raw(tokens[at + 1], text)) not in lexicon().plurals
    first = lexicon().entries.get(key(raw(tokens[at], text).split()[0]), ())
    if "FILLER" not in {entry.kind for entry in first} and _closes(tokens, at):  # "View all deals button"
        return True
    start = _name_start(tokens, at)
    return start is not None and (start == at or is_title(tokens[start], text))


def _asked(tokens: Sequence[Token], at: int, text: str) -> str:
    """Returns FILLER for what asks for something; where verbs stand at the end, that is there alone."""
    ends = lexicon().endings.carries(raw(tokens[at], text))
    return "WORD" if ends and _beside(tokens[at + 1 :]) else "FILLER"


def _is_inside(tokens: Sequence[Token], at: int, text: str, *, loose: bool) -> bool:
    token = tokens[at]
    last, ahead = _beside(tokens[:at][::-1]), _beside(tokens[at + 1 :])
    ranked = (token.type, str(token)) == ("CHANGE", "ranked")  # "나빠진 페이지" are those that did
    if ranked or (ahead and token.type == "THRESHOLD" and ahead.type in _NUMBERS):
        return False
    if last and ahead and last.type == ahead.type == "WORD" and token.type not in {"WHEN", "VALUE"}:
        return True
    start = _name_start(tokens, at)
    if start is None:
        return _is_before_noun(tokens, at, text, loose=loose)
    if start == at:
        return _opens(token, tokens[at - 1 - _articles(tokens, at)], ahead, text)
    if ahead and ahead.type == "WORD" and (loose or is_title(token, text) or token.type == "WHEN"):
        return True
    return _ends_name(tokens, start, at, text) or _is_before_noun(tokens, at, text, loose=loose)


def _ends_name(tokens: Sequence[Token], start: int, at: int, text: str) -> bool:
    """Whether a name that begins with a capital ends with the token: "Save as well", "Shop Mac", "Pony Stop"."""
    token, last = tokens[at], _beside(tokens[:at][::-1])
    if last is None or last.type not in _NAMES:
        return False
    if token.type == "VALUE" and last.type == "WORD":
        return True
    own = last.type == "NAME" and key(raw(last, text)) not in lexicon().meanings
    first = next(word for word in tokens[start : at + 1] if word.type != "THE")
    said = token.type in {"FILLER", "BROKEN", "VALUE", "UNREAD"} or is_title(token, text)
    said = said or (token.type == "WHEN" and at + 1 == len(tokens))
    return said and not own and is_title(first, text)


def _opens(token: Token, pointer: Token, ahead: Token | None, text: str) -> bool:
    """Whether a word right behind "on" or "in" is what the name begins with, and no filter: "on KR", not "in KR"."""
    if token.type == "VALUE":
        typed = raw(token, text)
        return _goes_on(token, ahead, text) or (typed.isupper() and len(typed) == 2 and pointer.type == "ON")
    return token.type != "NOUN" or ahead is None or ahead.type not in _KINDS


def _is_before_noun(tokens: Sequence[Token], at: int, text: str, *, loose: bool) -> bool:
    """Whether no "on" is needed: "Mac Pro button", "Stop button", "더 알아보기 버튼", "결제 수단"."""
    token = tokens[at]
    last, ahead = _beside(tokens[:at][::-1]), _beside(tokens[at + 1 :])
    named = last is not None and last.type in _NAMES
    if token.type == "VALUE" and named and lexicon().endings.carries(raw(token, text)):
        return True
    if ahead is None or not (ahead.type in _NAMES or _is_one(ahead, text)):
        return ahead is not None and token.type in {"FILLER", "NOUN", "DEPLOY"} and ahead.type in _PARTICLES
    if token.type == "FILLER":
        return ahead.type in _NAMES or named or is_title(token, text)
    if token.type == "VALUE":
        return _closes(tokens, at) and (named or _goes_on(token, ahead, text))
    if ahead.type in _KINDS:
        begins = all(other.type in TIME_WORDS for other in tokens[:at])  # "오늘 멈춤 버튼"
        return named or begins or token.type in _TITLED - {"THRESHOLD"} | {"DEPLOY"}
    return token.type != "UNREAD" and _closes(tokens, at) and _is_in_label(tokens, at, text, named=named, loose=loose)


def _is_in_label(tokens: Sequence[Token], at: int, text: str, *, named: bool, loose: bool) -> bool:
    """ "Stop subscription button", "Fix Issue button"; "when buy button broke" asks."""
    ahead = _beside(tokens[at + 1 :])
    compound = lexicon().endings.carries(raw(tokens[at], text)) and ahead is not None and ahead.type == "WORD"
    if loose and (compound or (at == 0 and tokens[at].type == "BROKEN")):  # "문제 신고 버튼", "issue refund button"
        return True
    if at == 0 and ahead is not None and (ahead.type == "WORD" or is_title(tokens[0], text)):
        return tokens[0].type != "WHEN" or all(token.type in _NAMES | _BETWEEN | _KINDS for token in tokens[1:])
    return (loose and named) or (is_title(tokens[at], text) and ahead is not None and is_title(ahead, text))


def _goes_on(token: Token, ahead: Token | None, text: str) -> bool:
    """Whether a name goes on behind a value: "Mac Pro", "Mac Help", and not "mac checkout" or "mac, flurble"."""
    if ahead is None or not re.fullmatch(r"[\s\w'’&-]*", text[token.end_pos : ahead.start_pos]):
        return False
    return ahead.type == "WORD" or (ahead.type == "NAME" and is_title(ahead, text))


def _is_one(token: Token, text: str) -> bool:
    """Whether it is "button" and not "buttons"."""
    return token.type in _KINDS and key(raw(token, text)) not in lexicon().plurals


def _name_start(tokens: Sequence[Token], at: int) -> int | None:
    """Returns where the name begins that "on" or "in" points at and the token at `at` may belong to."""
    start = at
    while start > 0 and tokens[start - 1].type in _NAMES | _BETWEEN:
        start -= 1
    if start == 0 or tokens[start - 1].type not in {"ON", "IN"}:
        return None
    return at if all(token.type in _BETWEEN for token in tokens[start:at]) else start


def _articles(tokens: Sequence[Token], at: int) -> int:
    """Returns how many words that say nothing stand right before the token."""
    count = 0
    while count < at and tokens[at - 1 - count].type in _BETWEEN:
        count += 1
    return count


def _closes(tokens: Sequence[Token], at: int) -> bool:
    """Whether a noun or a particle ends the run of words behind the token."""
    for token in tokens[at + 1 : at + 1 + _LONGEST]:
        if token.type in _KINDS | _PARTICLES:
            return True
        if token.type not in _NAMES | _BETWEEN:
            return False
    return False


def _beside(near: Sequence[Token]) -> Token | None:
    return next((token for token in near if token.type not in _BETWEEN), None)
