"""What to offer where words of a refused question may be a name: the same question with that name in quotes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lark import Token

from bot.signals.language.lexer import raw
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.titles import is_title

_LONGEST = 6
"""Words of a name that is offered."""
_KINDS = frozenset({"NOUN", "PLACE"})
_NEVER = frozenset(
    {"QUOTED", "PATH", "SELECTOR", "FILTER", "GROUP", "VS", "VS_P", "ON", "TO_P", "SINCE_P", "STRAY", "GLOB"}
)
"""Tokens that are no words of such a name."""
_GOES_ON = frozenset({"WORD", "FILLER"})
"""What belongs to the name before it: the "time" of "Only this time"."""
_UNQUOTABLE = frozenset('"“”\\<>|')


def with_quotes(
    text: str, words: Sequence[Token], blamed: str, reads: Callable[[str], bool], *, labels: bool
) -> tuple[str, ...]:
    """Returns the question with the shortest name in quotes that makes it one that is understood, if there is one.

    A name begins with a capital behind "on" or, but for `labels`, stands before a kind of control. What is blamed is in
    it, all of it if it can be.
    """
    first = text.find(blamed)
    last = first + len(blamed)
    runs = [*_labels(words, text), *(() if labels else _before_kinds(words, text))]
    whole = blamed == text
    inside = [(start, end) for start, end in runs if whole or (start <= first and last <= end)]
    touched = [(start, end) for start, end in runs if not whole and start < last and first < end]
    for start, end in (*inside, *touched):
        name = text[start:end]
        offer = f'{text[:start]}"{name}"{text[end:]}'
        if not set(name) & _UNQUOTABLE and reads(offer):
            return (offer,)
    return ()


def _labels(words: Sequence[Token], text: str) -> Iterator[tuple[int, int]]:
    """Yields where names behind "on" may begin and end in the text, shorter ones first."""
    for at, token in enumerate(words[:-1]):
        if token.type != "ON" or not is_title(words[at + 1], text):
            continue
        run = words[at + 1 : at + 1 + _LONGEST]
        for size, last in enumerate(run, 1):
            if last.type in _NEVER:
                break
            if size == len(run) or run[size].type not in _GOES_ON:
                yield run[0].start_pos or 0, last.end_pos or 0


def _before_kinds(words: Sequence[Token], text: str) -> Iterator[tuple[int, int]]:
    """Yields where names before a kind of control may begin and end in the text, shorter ones first."""
    for at, token in enumerate(words):
        if token.type not in _KINDS or key(raw(token, text)) in lexicon().plurals:
            continue
        for first in range(at - 1, max(at - 1 - _LONGEST, -1), -1):
            if words[first].type in _NEVER:
                break
            yield words[first].start_pos or 0, words[at - 1].end_pos or 0
