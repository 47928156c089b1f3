"""Where payment cards stand in a plain text."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from itertools import accumulate

# No pattern backtracks, so that the time stays proportional to the text, whatever the text is. Groups need a lookahead
# and a back reference for that, because `++` on groups doesn't work before Python 3.11.5.
# Only Latin letters make a number part of a longer word: Korean writes its particles right after it.
_DIGITS = re.compile(
    r"""(?<!\w)(?=[0-9](?:[ -]?[0-9]){12})(?:(?<![0-9]\.)|(?![0-9]{13}))
        (?=(?P<run>[0-9]++(?!\w)(?:[ -][0-9]++(?!\w))*))(?P=run)""",
    re.VERBOSE | re.ASCII,
)
_ENOUGH = re.compile(r"(?:[0-9][^0-9]*+){13}")
_MARK = r"[ ]?[-./_·|\ ][ ]?"
_SHAPED = re.compile(
    rf"(?<![0-9])(?:[0-9]{{4}}(?:{_MARK}[0-9]{{4}}){{3}}|[0-9]{{4}}{_MARK}[0-9]{{6}}{_MARK}[0-9]{{4,5}})(?![0-9])"
)
"""In groups as they are printed on cards, whatever stands between them."""
_GROUP = 4
"""Digits in each group of a card but the last one; those of three groups have four, six, and five or four."""
_THREE_GROUPS = frozenset({(4, 6, 5), (4, 6, 4)})
_SMALL = 5
"""Digits that a number in a column may have; one with more is no price or count, but may be a piece of a card."""
_DATE = re.compile(
    r"(?<![0-9])(?:(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]|[0-3][0-9]-[01][0-9]-(?:19|20)[0-9]{2})(?![0-9])"
)
_PRINTED = frozenset({4, 8, 12})
"""After how many digits the groups of a card end."""
_MOST_TEARS = 2
"""A line may end in so many of them, besides between them and after the last one."""
_FEW = 6
"""Pieces of a card, and numbers around it: with more of either it is a column of small numbers."""
_ISSUED = re.compile(
    r"""4(?:\d{12}|\d{15}|\d{18})
      | (?=\d{16}\Z)(?:5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720|220[0-4])\d+
      | 3[47]\d{13}
      | 3(?:0[0-5]|[689]\d)\d{11}
      | 35(?:2[89]|[3-8]\d)\d{12}
      | (?:50|5[6-8]|6\d)\d{14}(?:\d{3})?""",
    re.VERBOSE,
)
"""What the networks give out: their first digits, each with its lengths."""
_LENGTHS = range(13, 20)
"""ISO/IEC 7812: what the big networks issue."""
_ISSUERS = "23456"
"""First digits of payment cards; keeps out epoch milliseconds, which begin with 1."""

Span = tuple[int, int]
"""From where to where in a text."""


def cards(text: str, ends: Container[int]) -> Iterator[Span]:
    """Yields where cards stand; some may overlap. `ends` are the places of spaces at which a line ends in the source.

    Chance makes a card of digits beside it, too, so what is in the usual groups is looked for by itself.
    """
    if not _ENOUGH.search(text):
        return
    at = 0
    while match := _SHAPED.search(text, at):
        at = match.start() + 1
        if _is_card(re.sub(r"[^0-9]", "", match[0])):
            yield match.span()
    for run in _DIGITS.finditer(text):
        yield from _Digits(run[0], run.start(), ends).cards()


class _Digits:
    """A run of digits in groups, of which some may be a card. A card begins and ends with a group.

    Dates, and small numbers that stand below one another in a column, are other numbers; a card may be torn anywhere
    if there is nothing else in the run.
    """

    def __init__(self, run: str, at: int, ends: Container[int]) -> None:
        self._at = at
        self._groups = list(re.finditer(r"[0-9]+", run))
        at_place = {one.start(): index for index, one in enumerate(self._groups)}
        self._dated = {
            at_place[date.start() + part.start()]
            for date in _DATE.finditer(run)
            for part in re.finditer(r"[0-9]+", date[0])
        }
        self._ended = {index for index, one in enumerate(self._groups) if at + one.end() in ends}
        """Groups with which a line ends."""

    def cards(self) -> Iterator[Span]:
        """Yields where cards stand in the text that the run is of; one may take a group of the next one for its own."""
        for first, group in enumerate(self._groups):
            last = self._end(first)
            if last is not None:
                yield self._at + group.start(), self._at + self._groups[last].end()

    def _end(self, first: int) -> int | None:
        """The index of the group that ends a card beginning with group `first`; the longest one wins."""
        digits, end = "", None
        for index in range(first, len(self._groups)):
            digits += self._groups[index][0]
            if len(digits) > _LENGTHS[-1]:
                break
            if _is_card(digits) and self._one_number(first, index):
                end = index
        return end

    def _one_number(self, first: int, last: int) -> bool:
        lengths = tuple(len(one[0]) for one in self._groups[first : last + 1])
        if lengths in _THREE_GROUPS or (lengths[-1] <= _GROUP and set(lengths[:-1]) == {_GROUP}):
            return True
        if not self._dated.isdisjoint(range(first, last + 1)):
            return False
        alone = first == 0 and last == len(self._groups) - 1
        return (
            alone
            or max(lengths) > _SMALL
            or self._ended.isdisjoint(range(first, last))
            or self._torn(first, last, lengths)
        )

    def _torn(self, first: int, last: int, lengths: tuple[int, ...]) -> bool:
        """Whether these are rather a card torn over lines than numbers of a column.

        A column is long, or its numbers are as long as those before and after them. Chance makes cards of one in ten.
        """
        if not _is_issued("".join(one[0] for one in self._groups[first : last + 1])):
            return False
        ends = set(accumulate(lengths))
        if ends >= _PRINTED and len(ends - _PRINTED) <= _MOST_TEARS:
            return True
        start = max((one + 1 for one in self._dated if one < first), default=0)
        end = min((one for one in self._dated if one > last), default=len(self._groups))
        if len(lengths) <= _FEW and end - start - len(lengths) <= _FEW:
            return True
        before = len(self._groups[first - 1][0]) if first > start else 0
        return set(lengths[:-1]) == {_SMALL} and lengths[-1] < _SMALL and before != _SMALL


def _is_issued(digits: str) -> bool:
    return _ISSUED.fullmatch(digits) is not None


def _is_card(digits: str) -> bool:
    return len(digits) in _LENGTHS and digits[0] in _ISSUERS and luhn(digits)


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right doubled, the sum divides by ten."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
