"""Hides e-mail addresses, card and phone numbers in text, keeping its length so that a page keeps its layout."""

from __future__ import annotations

import re
from collections import Counter

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
_ODD = re.compile(rf"[{_UNSEEN}]|\s(?=\s)|[^\S ]|[\u2010-\u2015\u2212\uff01-\uff5e\U0001d7ce-\U0001d7ff]")
"""What makes a value be written otherwise than it reads: unseen letters, wide ones, other spaces and hyphens."""
_SKIPPED = re.compile(rf"[{_UNSEEN}]|\s(?=[{_UNSEEN}]*+\s)")  # many spaces are shown as one
_WORTH = re.compile(r"[@\uff20]|(?:\d\D*+){8}")
"""Without an @ and without eight digits there is no value, however the text is written."""
_PLAIN = {
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},
    **{digit: ord("0") + (digit - 0x1D7CE) % 10 for digit in range(0x1D7CE, 0x1D800)},  # mathematical ones
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), ord("-")),
    **dict.fromkeys(map(ord, "\t\n\r\f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000"), ord(" ")),
    **dict.fromkeys(range(0x2000, 0x200B), ord(" ")),
}


def hide(text: str) -> tuple[str, Counter[str]]:
    """The text with such values as dots, and how many were hidden of each kind (`email`, `card`, `phone`)."""
    if not _WORTH.search(text):
        return text, Counter()
    if not _ODD.search(text):
        return _hide(text)
    plain = _SKIPPED.sub("", text).translate(_PLAIN)
    covered, found = _hide(plain)
    if not found:
        return text, found
    skipped = {match.start() for match in _SKIPPED.finditer(text)}
    places = [at for at in range(len(text)) if at not in skipped]
    letters = list(text)
    for at, one, other in zip(places, plain, covered, strict=True):
        if one != other:
            letters[at] = other
    return "".join(letters), found


def _hide(text: str) -> tuple[str, Counter[str]]:
    hidden: Counter[str] = Counter()

    def dotted(kind: str, match: re.Match[str]) -> str:
        hidden[kind] += 1
        return _dots(match[0])

    def card(match: re.Match[str]) -> str:
        covered, count = _cards_hidden(match[0])
        hidden["card"] += count
        return covered

    text = _EMAIL.sub(lambda match: dotted("email", match), text)
    text = _DIGITS.sub(card, text)
    text = _PHONE.sub(lambda match: dotted("phone", match), text)
    return text, +hidden


def hidden(text: str) -> str:
    """`hide` for those who only want the text."""
    return hide(text)[0]


def _dots(value: str) -> str:
    return re.sub(r"[^\W_]", DOT, value)


def _cards_hidden(run: str) -> tuple[str, int]:
    """A run of digits in groups, with the cards in it hidden. A card begins and ends with a group."""
    groups = list(re.finditer(r"[0-9]+", run))
    parts: list[str] = []
    count = first = shown = 0
    while first < len(groups):
        last = _card_end(groups, first)
        if last is None:
            first += 1
            continue
        start, end = groups[first].start(), groups[last].end()
        parts += (run[shown:start], _dots(run[start:end]))
        count, first, shown = count + 1, last + 1, end
    return "".join((*parts, run[shown:])), count


def _card_end(groups: list[re.Match[str]], first: int) -> int | None:
    """The index of the group that ends a card beginning with group `first`; the longest one wins."""
    digits, end = "", None
    for index in range(first, len(groups)):
        digits += groups[index][0]
        if len(digits) > _CARD_LENGTHS[-1]:
            break
        if len(digits) in _CARD_LENGTHS and digits[0] in _ISSUERS and luhn(digits):
            end = index
    return end


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right doubled, the sum divides by ten."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
