"""Texts as they read: without the letters that nobody sees, and with plain ones for those that look like them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Container

AT = "@\uff20\ufe6b"
_HYPHENS = "\u2010-\u2015\u2212\u02d7\u058a\u1806\u2043\u2500\ufe58\ufe63"
_DOTS = "\u2024\ufe52"
_MIDDLE_DOTS = "\u0387\u16eb\u2027\u2219\u22c5\u2e31\u2e33\u30fb\uff65"
_LONG_VOWEL = r"(?<=\d)[\u30fc\uff70](?=\d)"
"""Of Japanese words; between digits it is typed for a hyphen."""

_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Default_Ignorable_Code_Point of Unicode: letters that are there but not to be seen."""
_UNSEEN = rf"{_IGNORABLE}\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffc"
"""These, and what Chromium gives no width either."""
_ODD = re.compile(
    rf"[{_UNSEEN}]|\s(?=\s)|[^\S ]|(?![0-9])\d|[{_HYPHENS}{_DOTS}{_MIDDLE_DOTS}{AT[1:]}\uff01-\uff5e]|{_LONG_VOWEL}"
)
"""What makes a value be written otherwise than it reads: unseen letters, wide ones, other digits, spaces and marks."""
_SKIPPED = re.compile(rf"[{_UNSEEN}]|\s(?=[{_UNSEEN}]*+\s)")  # many spaces are shown as one


_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_HYPHEN_BETWEEN = re.compile(_LONG_VOWEL)


def _every(letters: str) -> list[int]:
    """The letters that are in a set as regular expressions write it."""
    return [ord(one) for one in map(chr, range(0x80, 0x10000)) if re.match(f"[{letters}]", one)]


_PLAIN = {
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},
    **{digit: ord("0") + (digit - 0x1D7CE) % 10 for digit in range(0x1D7CE, 0x1D800)},  # mathematical ones
    **dict.fromkeys(_every(_HYPHENS), ord("-")),
    **dict.fromkeys(_every(_DOTS), ord(".")),
    **dict.fromkeys(_every(_MIDDLE_DOTS), ord("·")),
    **dict.fromkeys(_every(AT), ord("@")),
    **dict.fromkeys(map(ord, "\t\n\r\f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000"), ord(" ")),
    **dict.fromkeys(range(0x2000, 0x200B), ord(" ")),
}
_NEW_LINE = re.compile(r"[\n\r]")

Cover = Callable[[str, Container[int]], tuple[str, Counter[str]]]
"""A plain text, with the places of spaces at which a line ends in the source, and what is left to be seen of it."""


def plainly(text: str, cover: Cover) -> tuple[str, Counter[str]]:
    """Covers a text as it reads, without unseen letters and in plain ones.

    A digit of another script may be a part of a number or stand beside one, so those are read in both ways.
    """
    if not _ODD.search(text):
        return cover(text, ())
    plain = _HYPHEN_BETWEEN.sub("-", _SKIPPED.sub("", text).translate(_PLAIN))
    readings = list(dict.fromkeys((plain, _OTHER_DIGIT.sub(_digit, plain))))
    if not any(cover(reading, ())[1] for reading in readings):
        return text, Counter()
    skipped = {match.start() for match in _SKIPPED.finditer(text)}
    places = [at for at in range(len(text)) if at not in skipped]
    ends = _ends_of_lines(text, plain, places) if _NEW_LINE.search(text) else ()
    letters, found = list(text), Counter[str]()
    for reading in readings:
        covered, kinds = cover(reading, ends)
        found |= kinds
        for at, one, other in zip(places, reading, covered, strict=True):
            if one != other:
                letters[at] = other
    return "".join(letters), found


def _digit(match: re.Match[str]) -> str:
    return str(unicodedata.decimal(match[0]))


def _ends_of_lines(text: str, plain: str, places: list[int]) -> set[int]:
    """Where in the plain text a space stands for spaces with a new line among them."""
    before = [-1, *places]
    return {
        index
        for index, at in enumerate(places)
        if plain[index] == " " and _NEW_LINE.search(text, before[index] + 1, at + 1)
    }
