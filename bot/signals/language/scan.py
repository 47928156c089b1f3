"""From text to pieces: numbers, dates, quoted names, selectors and words, before any language is looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = r"[a-z][a-z0-9-]*"
_SELECTOR = rf"(?:{_TAG})?(?:(?:[#.][A-Za-z_][A-Za-z0-9_-]*)|\[[\w-]+(?:[~|^$*]?=(?:\"[^\"]*\"|'[^']*'|[^\]\s]*))?\])+"

# The order matters: what is more special comes first. Each group's name is the kind of the piece.
PIECES = re.compile(
    rf"""
      (?P<QUOTED>"(?:\\.|[^"\\])*"|“[^”]*”|‘[^’]*’|「[^」]*」|«[^»]*»|`[^`]+`|(?<!\w)'(?:\\.|[^'\\])+'(?![A-Za-z]))
    | (?P<URL>https?://[^\s<>"]+)
    | (?P<STAMP>\d{{4}}-\d{{2}}-\d{{2}}[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d{{1,6}})?)?
         (?:Z|[+-]\d{{2}}:?\d{{2}}(?::\d{{2}})?)?)
    | (?P<ISO>\d{{4}}-\d{{1,2}}-\d{{1,2}}(?!\d)|\d{{4}}/\d{{1,2}}/\d{{1,2}}|\d{{4}}\.\s?\d{{1,2}}\.\s?\d{{1,2}}\.?
         |(?:\d{{4}}년\s*)?\d{{1,2}}월\s*\d{{1,2}}일)
    | (?P<SLASHED>\d{{1,2}}/\d{{1,2}}(?:/(?:\d{{4}}|\d{{2}}))?(?![\d/])|\d{{1,2}}\.\d{{1,2}}\.\d{{4}})
    | (?P<QUARTER>\b[Qq][1-4]\b|(?<!최근\s)(?<!지난\s)(?<!\d)[1-4]\s?분기)
    | (?P<MONTH>(?:\d{{4}}년\s*)?\d{{1,2}}월(?!\w*요일))
    | (?P<TIME>(?:(?:오전|오후|새벽|아침|저녁|밤|낮)\s*)?\d{{1,2}}시(?!간)(?:\s*\d{{1,2}}분|\s*반)?
         |(?:(?:오전|오후)\s*)?\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s*[ap]\.?m\b\.?)?|\d{{1,2}}\s*[ap]\.?m\b\.?)
    | (?P<VERSION>(?:\bv\d+(?:\.\d+)*|\d+(?:\.\d+)+)(?:[-+][0-9A-Za-z.-]*[0-9A-Za-z])?)
    | (?P<FILTER>@?[^\W\d][\w.]*[:=](?:"(?:\\.|[^"\\])*"|[^\s,;"]+))
    | (?P<PATH>/[\w\-./*~%@:]*)
    | (?P<SELECTOR>(?<![\w.]){_SELECTOR}(?:\s*>\s*(?:{_SELECTOR}|{_TAG}))*)
    | (?P<YEAR>(?:19|20)\d\d(?:년|(?![A-Za-z0-9_년])))
    | (?P<NUMBER>\d+(?:(?:st|nd|rd|th)\b)?)
    | (?P<WORD>[^\W\d_](?:[\w&+]|['’-](?=\w))*)
    | (?P<DASH>\.\.+|[~～–—→-])
    | (?P<SKIP>\s+|[,.;:!?…·()\[\]{{}}*_&+=])
    | (?P<STRAY>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_HANGUL_TAIL = re.compile(r"[가-힣]+$")


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A stretch of the text. `start` and `end` count characters of the text."""

    kind: str
    text: str
    start: int
    end: int


def pieces(text: str) -> Iterator[TextPiece]:
    """Every piece but the skipped ones, in order."""
    for match in PIECES.finditer(text):
        kind = match.lastgroup or "STRAY"
        if kind != "SKIP":
            yield from _trimmed(TextPiece(kind, match.group(), match.start(), match.end()))


def _trimmed(piece: TextPiece) -> Iterator[TextPiece]:
    """Paths and filters without the sentence's full stop, and without a Korean particle stuck to them."""
    if piece.kind not in {"PATH", "URL", "FILTER"} or piece.text.endswith('"'):
        yield piece
        return
    text = piece.text.rstrip(".,?!:;)")
    tail = _HANGUL_TAIL.search(text)
    cut = (
        tail.start()
        if tail and piece.kind != "FILTER" and tail.start() > 0 and text[tail.start() - 1] != "/"
        else len(text)
    )
    if text[:cut]:
        yield TextPiece(piece.kind, text[:cut], piece.start, piece.start + cut)
    if text[cut:]:
        yield TextPiece("WORD", text[cut:], piece.start + cut, piece.start + len(text))
