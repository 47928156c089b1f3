"""Words that are written together with a number: "top5", "1h30m"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lark import Token

from bot.signals.language.lexicon import Lexicon, key
from bot.signals.language.scan import TextPiece


def glued(piece: TextPiece, before: Sequence[Token], lexicon: Lexicon) -> list[Token] | None:
    """Returns what such a word is made of; None for any other."""
    return _ranked(piece, lexicon) or _packed_length(piece, before, lexicon)


def _ranked(piece: TextPiece, lexicon: Lexicon) -> list[Token] | None:
    """ "top5", "TOP10", "탑5"."""
    word = piece.text.rstrip("0123456789")
    top = _meanings(word, lexicon).get("TOP")
    if word == piece.text or top is None:
        return None
    cut = piece.start + len(word)
    return [_token("TOP", top, piece.start, cut), _token("NUMBER", piece.text[len(word) :], cut, piece.end)]


def _packed_length(piece: TextPiece, before: Sequence[Token], lexicon: Lexicon) -> list[Token] | None:
    """The "h30m" of "1h30m" and the "h30" of "1h30": behind the number stand two units, or hours and minutes."""
    found = re.fullmatch(r"([^\W\d]+)(\d{1,2})([^\W\d]*)", piece.text)
    if found is None or not before or (before[-1].type, before[-1].end_pos) != ("NUMBER", piece.start):
        return None
    great = _meanings(found[1], lexicon).get("UNIT")
    small = _meanings(found[3], lexicon).get("UNIT") if found[3] else "minute"
    if great is None or small is None or not (found[3] or great == "hour"):
        return None
    at, behind = piece.start + found.end(1), piece.start + found.end(2)
    return [
        _token("UNIT", great, piece.start, at),
        _token("NUMBER", found[2], at, behind),
        _token("UNIT", small, behind, piece.end),
    ]


def _meanings(word: str, lexicon: Lexicon) -> dict[str, str]:
    return {entry.kind: entry.value for entry in lexicon.entries.get(key(word), ())}


def _token(kind: str, value: str, start: int, end: int) -> Token:
    return Token(kind, value, start_pos=start, end_pos=end)


def begins_next(run: list[TextPiece], count: int, lexicon: Lexicon) -> bool:
    """Whether the last of so many words, which looks like a particle, is the first of a length: "어제 한 시간에"."""
    if count < 2 or count == len(run) or key(run[count - 1].text) not in lexicon.endings.particles:
        return False
    first = key(run[count - 1].text)
    both = first + key(run[count].text)
    lengths = (both[:size] for size in range(len(first) + 1, len(both) + 1))
    return any(entry.kind == "DURATION" for phrase in lengths for entry in lexicon.entries.get(phrase, ()))
