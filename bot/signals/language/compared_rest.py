"""One value against all the others: "Safari vs the rest", "Korea vs other countries", "사파리랑 나머지 비교".

A step makes them what "is it only Safari" says, for there is no other comparison of one with the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from lark import Token

from bot.signals.language.lexer import NAMELIKE, retyped
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.question_shapes import GROUPED

_FACETS = frozenset({"FACET", "FACETS"})
_LOOKED_AT = NAMELIKE | {"SIGNAL", "ADJ", "METRIC", "COUNT"}
_POINTERS = frozenset({"ON", "IN", "FOR", "THE"})
_LONGEST = 5
"""Words that say "the rest"."""


def mark_compared_rest(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with such a comparison as a question about that value alone."""
    for at, token in enumerate(tokens):
        if token.type == "VS":
            start, end = at, _rest_end(tokens, at + 1, text)
        elif token.type == "VS_P":
            start, end = _rest_before(tokens, at, text)
        else:
            continue
        values = [near for near in range(min(start, at)) if _facet(tokens[near])]
        if start < 0 or end == 0 or not values:
            continue
        one, facet = values[-1], _facet(tokens[values[-1]])
        alike = [other for other in tokens if _facet(other) == facet]
        named = {str(other) for other in tokens[start:end] if other.type in _FACETS}
        begin = one
        while begin > 0 and tokens[begin - 1].type in _POINTERS:
            begin -= 1
        pair = 0 < begin < one and _facet(tokens[begin - 1]) != ""  # "Safari on mobile vs the rest"
        if len(alike) > 1 or not named <= {facet} or facet not in GROUPED or pair:
            continue
        only = [retyped(tokens[one], "FILLER", "is_it"), retyped(tokens[one], "ONLY", "only")]
        gone = [token, *(other for other in tokens if (other.type, str(other)) == ("CHANGE", "worse"))]
        kept = [other for other in (*tokens[begin:start], *tokens[end:]) if not any(other is each for each in gone)]
        return [*tokens[:begin], *only, *kept]
    return tokens


def _rest_end(tokens: Sequence[Token], first: int, text: str) -> int:
    """Returns where the words end that say "the rest" and begin there; 0 where none do."""
    for last in range(min(first + _LONGEST, len(tokens)), first, -1):
        if _says_rest(tokens[first:last], text):
            return last
    return 0


def _rest_before(tokens: Sequence[Token], versus: int, text: str) -> tuple[int, int]:
    """Returns where the words begin and end that say "the rest" before the one that compares; (-1, 0) for none.

    What is looked at may stand between them: "한국이랑 다른 나라 결제 오류 비교".
    """
    end = versus
    while end > 0:
        for first in range(max(end - _LONGEST, 0), end):
            if _says_rest(tokens[first:end], text):
                return first, end
        if tokens[end - 1].type not in _LOOKED_AT:
            break
        end -= 1
    return -1, 0


def _says_rest(run: Sequence[Token], text: str) -> bool:
    while run and run[0].type == "THE":
        run = run[1:]
    if not run:
        return False
    if run[-1].type in _FACETS and len(run) > 1:
        return key(text[run[0].start_pos : run[-2].end_pos]) in lexicon().others | lexicon().rest
    return key(text[run[0].start_pos : run[-1].end_pos]) in lexicon().rest


def _facet(token: Token) -> str:
    if token.type == "VERSION":
        return "version"
    return token.split("=")[0] if token.type == "VALUE" else ""
