"""Hides e-mail addresses, card and phone numbers in text, keeping its length so that a page keeps its layout."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Container

DOT = "•"

# No pattern backtracks, so that the time stays proportional to the text, whatever the text is. Groups need a lookahead
# and a back reference for that, because `++` on groups doesn't work before Python 3.11.5.
_EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]++@[\w-]++(?:\.[\w-]++)+")
# Only Latin letters make a number part of a longer word: Korean writes its particles right after it.
_DIGITS = re.compile(
    r"""(?<!\w)(?=[0-9](?:[ -]?[0-9]){12})(?:(?<![0-9]\.)|(?![0-9]{13}))
        (?=(?P<run>[0-9]++(?!\w)(?:[ -][0-9]++(?!\w))*))(?P=run)""",
    re.VERBOSE | re.ASCII,
)
_PHONE = re.compile(
    r"""(?=[+(0-9])(?<![\w+])(?<!\w-)
        (?:(?<![0-9][.,])|(?<=[0-9]{4},)|(?=[+(]|0[0-9]{1,3}[ .-][0-9]{3}))(?:  # no part of 1,200 300 4000
        \+[0-9](?:[ ().-]{0,2}[0-9]){7,14}                                # +44 20 7946 0958
      | (?:\([0-9]{2,4}\)[ .-]?|(?:0[0-9]{1,3}|[2-9][0-9]{2})[ .-])
        [0-9]{3,4}[ .-][0-9]{4}                                           # (415) 555-0132, 010-1234-5678
      | 0[1-9](?:[ .-][0-9]{2}){4}                                        # 06 12 34 56 78
      | 01[016-9][0-9]{7,8}                                               # 01012345678
    )(?!-?\w)""",
    re.VERBOSE | re.ASCII,
)
_MARK = r"[ ]?[-./_·|\ ][ ]?"
_SHAPED = re.compile(
    rf"(?<![0-9])(?:[0-9]{{4}}(?:{_MARK}[0-9]{{4}}){{3}}|[0-9]{{4}}{_MARK}[0-9]{{6}}{_MARK}[0-9]{{4,5}})(?![0-9])"
)
"""In groups as they are printed on cards, whatever stands between them."""
_SHAPES = frozenset({(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 1), (4, 4, 5), (4, 4, 4, 4, 3), (4, 4, 4, 4, 2)})
_DATE = re.compile(
    r"(?<![0-9])(?:(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]|[0-3][0-9]-[01][0-9]-(?:19|20)[0-9]{2})(?![0-9])"
)
_CARD_LENGTHS = range(13, 20)
"""ISO/IEC 7812: what the big networks issue."""
_ISSUERS = "23456"
"""First digits of payment cards; keeps out epoch milliseconds, which begin with 1."""

_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Default_Ignorable_Code_Point of Unicode: letters that are there but not to be seen."""
_UNSEEN = rf"{_IGNORABLE}\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffc"
"""These, and what Chromium gives no width either."""
_ODD = re.compile(rf"[{_UNSEEN}]|\s(?=\s)|[^\S ]|(?![0-9])\d|[\u2010-\u2015\u2212\uff01-\uff5e]")
"""What makes a value be written otherwise than it reads: unseen letters, wide ones, other digits, spaces, hyphens."""
_SKIPPED = re.compile(rf"[{_UNSEEN}]|\s(?=[{_UNSEEN}]*+\s)")  # many spaces are shown as one
_WORTH = re.compile(r"[@\uff20]|(?:\d\D*+){8}")
"""Without an @ and without eight digits there is no value, however the text is written."""


class _Plain(dict[int, int]):
    """A table for `str.translate`, to which the digits of all scripts are added when they are met."""

    def __missing__(self, letter: int) -> int:
        digit = unicodedata.decimal(chr(letter), None)
        if digit is None:
            return letter
        self[letter] = ord("0") + digit
        return self[letter]


_PLAIN = _Plain({
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), ord("-")),
    **dict.fromkeys(map(ord, "\t\n\r\f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000"), ord(" ")),
    **dict.fromkeys(range(0x2000, 0x200B), ord(" ")),
})  # fmt: skip
_NEW_LINE = re.compile(r"[\n\r]")


def hide(text: str) -> tuple[str, Counter[str]]:
    """The text with such values as dots, and how many were hidden of each kind (`email`, `card`, `phone`)."""
    return plainly(text, _hide) if _WORTH.search(text) else (text, Counter())


Cover = Callable[[str, Container[int]], tuple[str, Counter[str]]]
"""A plain text, with the places of spaces at which a line ends in the source, and what is left to be seen of it."""


def plainly(text: str, cover: Cover) -> tuple[str, Counter[str]]:
    """Covers a text as it reads, without unseen letters and in plain ones."""
    if not _ODD.search(text):
        return cover(text, ())
    plain = _SKIPPED.sub("", text).translate(_PLAIN)
    covered, found = cover(plain, ())
    if not found:
        return text, found
    skipped = {match.start() for match in _SKIPPED.finditer(text)}
    places = [at for at in range(len(text)) if at not in skipped]
    if _NEW_LINE.search(text):
        covered, found = cover(plain, _ends_of_lines(text, plain, places))
    letters = list(text)
    for at, one, other in zip(places, plain, covered, strict=True):
        if one != other:
            letters[at] = other
    return "".join(letters), found


def _ends_of_lines(text: str, plain: str, places: list[int]) -> set[int]:
    """Where in the plain text a space stands for spaces with a new line among them."""
    before = [-1, *places]
    return {
        index
        for index, at in enumerate(places)
        if plain[index] == " " and _NEW_LINE.search(text, before[index] + 1, at + 1)
    }


def values(text: str) -> set[str]:
    """What `hide` hides in a text, in plain letters."""
    found: list[str] = []
    plainly(text, lambda plain, ends: _hide(plain, ends, found))
    return set(found)


def _hide(text: str, ends: Container[int], found: list[str] | None = None) -> tuple[str, Counter[str]]:
    hidden: Counter[str] = Counter()

    def dotted(kind: str, value: str) -> str:
        hidden[kind] += 1
        if found is not None:
            found.append(value)
        return as_dots(value)

    def card(value: str) -> str:
        return dotted("card", value)

    text = _EMAIL.sub(lambda match: dotted("email", match[0]), text)
    text = _shaped_hidden(text, card)
    text = _DIGITS.sub(lambda match: _Digits(match[0], match.start(), ends).hidden(card), text)
    text = _PHONE.sub(lambda match: dotted("phone", match[0]), text)
    return text, hidden


def hidden(text: str) -> str:
    """`hide` for those who only want the text."""
    return hide(text)[0]


def as_dots(value: str) -> str:
    """A value with a dot for each of its letters and digits."""
    return re.sub(r"[^\W_]", DOT, value)


def _shaped_hidden(text: str, dotted: Callable[[str], str]) -> str:
    """The text without cards in their usual groups."""
    parts: list[str] = []
    shown = at = 0
    while match := _SHAPED.search(text, at):
        digits = re.sub(r"[^0-9]", "", match[0])
        at = match.start() + 1
        if digits[0] in _ISSUERS and luhn(digits):
            parts += (text[shown : match.start()], dotted(match[0]))
            at = shown = match.end()
    return "".join((*parts, text[shown:]))


class _Digits:
    """A run of digits in groups, of which some may be a card. A card begins and ends with a group.

    Dates, and what stands below one another in a column, are other numbers; a card may be torn anywhere if there is
    nothing else in the run.
    """

    def __init__(self, run: str, at: int, ends: Container[int]) -> None:
        self._run = run
        self._groups = list(re.finditer(r"[0-9]+", run))
        at_place = {one.start(): index for index, one in enumerate(self._groups)}
        self._dated = {
            at_place[date.start() + part.start()]
            for date in _DATE.finditer(run)
            for part in re.finditer(r"[0-9]+", date[0])
        }
        self._ended = {index for index, one in enumerate(self._groups) if at + one.end() in ends}
        """Groups with which a line ends."""

    def hidden(self, dotted: Callable[[str], str]) -> str:
        """Returns the run without cards."""
        parts: list[str] = []
        first = shown = 0
        while first < len(self._groups):
            last = self._end(first)
            if last is None:
                first += 1
                continue
            start, end = self._groups[first].start(), self._groups[last].end()
            parts += (self._run[shown:start], dotted(self._run[start:end]))
            first, shown = last + 1, end
        return "".join((*parts, self._run[shown:]))

    def _end(self, first: int) -> int | None:
        """The index of the group that ends a card beginning with group `first`; the longest one wins."""
        digits, end = "", None
        for index in range(first, len(self._groups)):
            digits += self._groups[index][0]
            if len(digits) > _CARD_LENGTHS[-1]:
                break
            fits = len(digits) in _CARD_LENGTHS and digits[0] in _ISSUERS and luhn(digits)
            if fits and self._one_number(first, index):
                end = index
        return end

    def _one_number(self, first: int, last: int) -> bool:
        if tuple(len(one[0]) for one in self._groups[first : last + 1]) in _SHAPES:
            return True
        if not self._dated.isdisjoint(range(first, last + 1)):
            return False
        return self._ended.isdisjoint(range(first, last)) or (first == 0 and last == len(self._groups) - 1)


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right doubled, the sum divides by ten."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
