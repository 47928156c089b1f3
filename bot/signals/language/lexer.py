"""From text to the tokens of question.lark: looks words up in the lexicon, longest phrase first.

A token's text is its value in the lexicon ("rage", "-1 week"); its positions are those in the text that was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lark import Token

from bot.kernel.page_path import page_path
from bot.signals.language.glued_words import begins_next, glued
from bot.signals.language.lexicon import LONGEST, Lexicon, LexiconEntry, key
from bot.signals.language.scan import TextPiece, pieces

OFFSET_OR_HOURS = "offset or hours"
"""The value of a REFUSED token: "2026-11-23 10:00-05:00" has an offset or a second time."""
NAMELIKE = frozenset({"WORD", "NAME", "NOUN", "PLACE", "QUOTED", "SELECTOR", "PATH"})
_DIRECT = {
    "STAMP",
    "ZONE",
    "GLOB",
    "UNREAD",
    "ISO",
    "SLASHED",
    "MONTH",
    "QUARTER",
    "TIME",
    "VERSION",
    "FILTER",
    "PATH",
    "SELECTOR",
    "YEAR",
    "NUMBER",
    "QUOTED",
}


@dataclass(frozen=True, slots=True)
class TokenReader:
    """Reads texts with the words of a lexicon and those of a workspace (`own`: key to entry)."""

    lexicon: Lexicon
    own: Mapping[str, LexiconEntry] = field(default_factory=dict)

    def tokens(self, text: str) -> list[Token]:
        """Returns every word as a token: WORD for those that are in no list, STRAY for signs that mean nothing."""
        scanned = list(pieces(text))
        out: list[Token] = []
        at = 0
        while at < len(scanned):
            made, used = self._next(scanned, at, out)
            out += made
            at += used
        return out

    def _next(self, scanned: list[TextPiece], at: int, before: list[Token]) -> tuple[list[Token], int]:
        piece = scanned[at]
        if piece.kind == "WORD":
            return self._phrase(scanned, at, before)
        if made := _MADE_OF.get(piece.kind):
            return made(piece), 1
        entry = next(iter(self.lexicon.entries.get(key(piece.text), ())), None) if piece.kind == "STRAY" else None
        if entry is not None:  # a sign: ">"
            return [_span_token(entry, piece.start, piece.end)], 1
        return [_token(piece.kind if piece.kind in _DIRECT else "STRAY", piece.text, piece)], 1

    def _phrase(self, scanned: list[TextPiece], at: int, before: list[Token]) -> tuple[list[Token], int]:
        if (
            before
            and before[-1].end_pos == scanned[at].start
            and (kind := self.lexicon.endings.particles.get(key(scanned[at].text))) is not None
        ):
            return ([_token(kind, kind, scanned[at])] if kind else []), 1
        run = _words_from(scanned, at)
        for count in range(len(run), 0, -1):
            last = run[count - 1]
            phrase = key("".join(piece.text for piece in run[:count]))
            if entry := self._entry(phrase, run[0], before):
                return [_span_token(entry, run[0].start, last.end)], count
            if not begins_next(run, count, self.lexicon) and (
                split := self._with_particle(phrase, run[:count], before)
            ):
                return split, count
        first, dash, rest = run[0].text.partition("-")
        if dash and self._kind(first) == self._kind(rest) and self._kind(first) in {"WEEKDAY", "MONTH"}:
            return self._dashed(run[0], len(first)), 1
        if dash and self._kind(first) == "STRETCH" and self._kind(rest) in {"MONTH", "UNIT", "DAY"}:
            tokens = self._dashed(run[0], len(first))  # "mid-October"
            return [tokens[0], tokens[-1]], 1
        piece = run[0]
        special = self._length_ago(piece, before) or glued(piece, before, self.lexicon)
        return special or self._unknown(piece), 1

    def _length_ago(self, piece: TextPiece, before: list[Token]) -> list[Token] | None:
        """ "3일전부터", "일주일전", "배포전": a unit, a length or a deploy with "ago" or "before" written together."""
        counted = bool(before) and before[-1].type == "NUMBER" and before[-1].end_pos == piece.start
        for size in range(len(piece.text) - 1, 0, -1):
            head, tail = piece.text[:size], piece.text[size:]
            kinds = {entry.kind: entry for entry in self.lexicon.entries.get(key(head), ())}
            length = kinds.get("UNIT" if counted else "DURATION") or kinds.get("DEPLOY")
            if length is None:
                continue
            cut = piece.start + size
            made = [_span_token(length, piece.start, cut)]
            rest, _ = self._phrase([TextPiece("WORD", tail, cut, piece.end)], 0, made)
            if rest and rest[0].type in ({"BEFORE", "AFTER", "BOTH"} if length.kind == "DEPLOY" else {"AGO"}):
                return [*made, *rest]
        return None

    def _kind(self, word: str) -> str:
        entries = self.lexicon.entries.get(key(word), ())
        return entries[0].kind if entries else ""

    def _dashed(self, piece: TextPiece, at: int) -> list[Token]:
        """ "Mon-Fri" is from Monday to Friday."""
        start, middle = piece.start, piece.start + at
        first, last = (self.lexicon.entries[key(word)][0] for word in piece.text.split("-", 1))
        return [
            _span_token(first, start, middle),
            _made("DASH", "dash", middle, middle + 1),
            _span_token(last, middle + 1, piece.end),
        ]

    def _entry(self, phrase: str, first: TextPiece, before: list[Token]) -> LexiconEntry | None:
        entries = self.lexicon.entries.get(phrase, ())
        if entries and entries[0].kind != "CAPITALS" and len(entries) == 1:
            return entries[0]
        if entries:
            return _chosen(entries, first, before)
        if phrase in self.own:
            return self.own[phrase]
        return LexiconEntry("NAME", phrase, phrase) if phrase in self.lexicon.meanings else None

    def _with_particle(self, phrase: str, run: list[TextPiece], before: list[Token]) -> list[Token] | None:
        """Reads a known phrase with a particle or another ending behind it."""
        end, endings = run[-1].end, self.lexicon.endings
        if run[-1].text.endswith(endings.suffixes):
            suffix = next(suffix for suffix in endings.suffixes if run[-1].text.endswith(suffix))
            entry = self._entry(phrase.removesuffix(key(suffix)), run[0], before)
            return [_span_token(entry, run[0].start, end - len(suffix))] if entry else None
        if not endings.carries(phrase):
            return None
        for size in range(min(5, len(phrase) - 1), 0, -1):
            particle = self.lexicon.endings.particles.get(phrase[-size:])
            if particle is None:
                continue
            entry = self._entry(phrase[:-size], run[0], before)
            if entry and not (entry.kind == "COUNTER" and [last.type for last in before[-1:]] != ["NUMBER"]):
                cut = _back(run, size)
                token = _span_token(entry, run[0].start, cut)
                return [token, _made(particle, particle, cut, end)] if particle else [token]
        return None

    def _unknown(self, piece: TextPiece) -> list[Token]:
        """Reads a word in no list: without its particle, and cut before a noun that is written together with it."""
        text, end, tail = piece.text, piece.end, ""
        endings = self.lexicon.endings
        for particle in endings.names if endings.carries(text) else ():
            stem = text.removesuffix(particle)
            if stem not in {"", text} and endings.fits(stem, particle):
                tail, text, end = particle, stem, end - len(particle)
                break
        made = [_made("WORD", text, piece.start, end)]
        entry = self.lexicon.entries.get(key(text)) if tail else None
        if entry:
            made = [_span_token(entry[0], piece.start, end)]
        elif key(text) in self.lexicon.meanings or key(text) in self.own:
            made = [_made("NAME", text, piece.start, end)]
        elif endings.carries(text):
            made = self._compound(text, piece.start, end)
        kind = self.lexicon.endings.particles.get(tail, "")
        return [*made, _made(kind, kind, end, piece.end)] if kind else made

    def _compound(self, text: str, start: int, end: int) -> list[Token]:
        """ "구매버튼" is a name and a noun."""
        for size in range(min(4, len(text) - 1), 0, -1):
            for entry in self.lexicon.entries.get(key(text[-size:]), ()):
                if entry.kind in {"NOUN", "PLACE"}:
                    head = text[:-size]
                    kind = "NAME" if key(head) in self.lexicon.meanings else "WORD"
                    return [_made(kind, head, start, end - size), _made(entry.kind, entry.value, end - size, end)]
        return [_made("WORD", text, start, end)]


def _words_from(scanned: list[TextPiece], at: int) -> list[TextPiece]:
    run = []
    for piece in scanned[at : at + LONGEST]:
        if piece.kind != "WORD":
            break
        run.append(piece)
    return run


def _back(run: list[TextPiece], size: int) -> int:
    """Where the last `size` letters of a run begin; spaces don't count."""
    for piece in reversed(run):
        if len(piece.text) > size:
            return piece.end - size
        size -= len(piece.text)
    return run[0].start


def _chosen(entries: tuple[LexiconEntry, ...], first: TextPiece, before: list[Token]) -> LexiconEntry | None:
    """Returns the meaning that fits what stands before, where a phrase has several."""
    last = before[-1].type if before else ""
    by_kind = {entry.kind: entry for entry in entries}
    if "CAPITALS" in by_kind:
        if first.text.isupper() or _is_place(before):
            return LexiconEntry("VALUE", by_kind["CAPITALS"].value, first.text)
        return next((entry for entry in entries if entry.kind != "CAPITALS"), None)
    wanted = {
        "UNIT": ("AGO", "UNIT", "COUNTER", "BEFORE"),
        "NUMBER": ("UNIT", "COUNTER"),
        "DURATION": ("AGO", "BEFORE"),
        "DEPLOY": ("BEFORE", "AFTER"),
        "VERSION": ("BEFORE", "AFTER"),
        "STAMP": ("BEFORE", "AFTER"),
        "TIME": ("BEFORE", "AFTER"),
        "WEEKDAY": ("BEFORE", "AFTER"),
        "VS": ("PREVIOUS", "SHIFT"),
    }.get(last, ())
    for kind in (*wanted, "PREVIOUS" if not before else "", "FILLER"):
        if kind in by_kind:
            return by_kind[kind]
    return entries[0]


def _is_place(before: list[Token]) -> bool:
    """Whether "in", "from" or "outside", perhaps with "the" behind it, makes a place of what follows: "in the us"."""
    kinds = [token.type for token in before[-2:]]
    if kinds[-1:] == ["FOR"]:
        return str(before[-1]) == "from"
    return kinds[-1:] in (["IN"], ["FROM"]) or kinds in (["IN", "THE"], ["NOT", "THE"])


def _address(piece: TextPiece) -> Token:
    bare = piece.kind == "URL" and "://" not in piece.text
    return _token("PATH", page_path(f"https://{piece.text}" if bare else piece.text), piece)


def _quoted(piece: TextPiece) -> Token:
    inner = re.sub(r"\\(.)", r"\1", piece.text[1:-1]) if piece.text[0] in "\"'" else piece.text[1:-1]
    if piece.text[0] == "`":
        parts = list(pieces(inner))
        if len(parts) == 1 and parts[0].kind in {"PATH", "SELECTOR"}:
            return _token(parts[0].kind, inner, piece)
    return _token("QUOTED", " ".join(inner.split()), piece)


def _left_out(piece: TextPiece) -> list[Token]:
    """ "-browser:safari", "browser!=safari", "browser:!safari": what a search leaves out."""
    bare = re.sub(r"^[-!]|!(?==)|(?<=[:=])[!-]", "", piece.text, count=1).replace("=", ":", 1)
    return [_made("NOT", "not", piece.start, piece.start), _token("FILTER", bare, piece)]


def _span_token(entry: LexiconEntry, start: int, end: int) -> Token:
    return _made(entry.kind, entry.value, start, end)


def _token(kind: str, value: str, piece: TextPiece) -> Token:
    return _made(kind, value, piece.start, piece.end)


def _made(kind: str, value: str, start: int, end: int) -> Token:
    return Token(kind, value, start_pos=start, end_pos=end)


def retyped(token: Token, kind: str, value: str | None = None) -> Token:
    return _made(kind, str(token) if value is None else value, token.start_pos or 0, token.end_pos or 0)


def as_one_word(token: Token, text: str) -> str:
    """Returns the token with the letters and digits that stick to it: "404s", of which only the "s" is a word."""
    start = token.start_pos or 0
    while start > 0 and text[start : start + 1].isalnum() and text[start - 1].isalnum():
        start -= 1
    return text[start : token.end_pos].strip()


def raw(token: Token, text: str) -> str:
    """Returns the token as it was typed."""
    return text[token.start_pos : token.end_pos].strip()


_MADE_OF: Mapping[str, Callable[[TextPiece], list[Token]]] = {
    "URL": lambda piece: [_address(piece)],
    "PATH": lambda piece: [_address(piece)],
    "NOTFILTER": _left_out,
    "QUOTED": lambda piece: [_quoted(piece)],
    "DASH": lambda piece: [_token("DASH", "dash", piece)],
    "STAMPOR": lambda piece: [_token("REFUSED", OFFSET_OR_HOURS, piece)],
}
"""Kinds of pieces that become other tokens than their text."""
