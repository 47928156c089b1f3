"""One person, session or order by its number: "user 12345", "order #998877", an e-mail address, a UUID.

A question counts people and sessions. A step before names are read makes ONE of such words, which are refused by what
was typed.
"""

from __future__ import annotations

import re

from lark import Token

from bot.signals.language.lexer import raw
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.parse_errors import Puzzled

_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NUMBERED = re.compile(r"(?=[#:]?[\w-]*\d)[#:]?[\w-]{3,}")
"""What a number may look like behind "user" or "order": "12345", "#12345", "abc123"."""
_POINTERS = frozenset({"ON", "IN", "FOR", "FROM"})


def mark_single_ids(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with each such id, and the word that says whose it is, as one ONE."""
    for start, stop in _places(tokens, text):
        inside = [at for at, token in enumerate(tokens) if start <= (token.start_pos or 0) < stop]
        if inside and not any(tokens[at].type in {"QUOTED", "PATH", "FILTER", "SELECTOR"} for at in inside):
            first, last = inside[0], inside[-1]
            end = max(stop, tokens[last].end_pos or 0)
            while first > 0 and _is_one(tokens[first - 1], text):
                first -= 1
            named = text[tokens[first].start_pos : end]
            while first > 0 and tokens[first - 1].type in _POINTERS:
                first -= 1
            one = Token("ONE", named, start_pos=tokens[first].start_pos, end_pos=end)
            tokens = [*tokens[:first], one, *tokens[last + 1 :]]
    return tokens


def _places(tokens: list[Token], text: str) -> list[tuple[int, int]]:
    """Returns where ids stand in the text, the last one first."""
    found = [(match.start(), match.end()) for pattern in (_UUID, _EMAIL) for match in pattern.finditer(text)]
    for token in tokens:
        end = token.end_pos or 0
        spaced = re.match(r"\s*(?=\S)", text[end:])
        start = end + (spaced.end() if spaced else 0)
        number = _NUMBERED.match(text, start)
        if start > end and number and _is_one(token, text) and _ends_word(text, number.end()):
            found.append((start, number.end()))
    return sorted(set(found), reverse=True)


def _ends_word(text: str, end: int) -> bool:
    """Whether no unit or path goes on there: "user 500ms", "session 3/4"."""
    return not re.match(r"[\w/.:%]", text[end:])


def _is_one(token: Token, text: str) -> bool:
    return key(raw(token, text)) in lexicon().one_of


def single_id_problem(token: Token) -> Puzzled:
    """Returns what to say of such an id, and offers the question about everyone."""
    return Puzzled(
        "I count all people and sessions, and can’t look at “%(what)s” alone: for that, choose “Find the replay” in "
        "the menu of a message that names it.",
        at=str(token),
        what=str(token),
    )
