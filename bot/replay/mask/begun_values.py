"""Values that a page shows while they are typed: of a card that is not whole yet, all but the last digits can be read.

Of what a text is the beginning is known only when it is whole, so the events are looked through once more.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from bot.replay.mask.plain_letters import AT, plainly
from bot.replay.mask.sensitive import DOT, as_dots, values
from bot.replay.mask.texts import Hide

LONGEST = 19
"""Digits; no number has more."""
FEWEST = 7
"""Digits that are too many already: the first six of a card name its bank, and may be shown (PCI DSS 3.4.1)."""
_RUN = re.compile(r"(?<![0-9])[0-9](?:[ ()./_·|-]{0,3}[0-9])*", re.ASCII)
_ENOUGH = re.compile(rf"[{AT}]|(?:\d\D*+){{{FEWEST}}}")
_NAMED = re.compile(rf"[^{DOT}][{AT}]")
"""An @ after something else than the end of a name that is hidden."""
_ADDRESS = re.compile(r"(?<![\w.%+-])([\w.%+-]++)@([\w.-]*+)")


@dataclass(slots=True)
class BegunValues:
    """Values that were found whole; `hide_begun` hides their beginnings."""

    hide: Hide
    numbers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The digits of numbers, by the first ones."""
    addresses: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What comes after the @ of addresses, by what comes before."""
    _left: set[str] = field(default_factory=set)
    """Texts of which enough is left to be seen that it may be the beginning of a value."""
    _sorted: dict[tuple[bool, str], list[str]] = field(default_factory=dict)

    def is_left(self) -> bool:
        """Whether the beginning of such a value may be left in any text; if not, nobody needs to look for it."""
        return any(map(self._may_be_in, self._left)) if self.numbers or self.addresses else False

    def _may_be_in(self, text: str) -> bool:
        digits = "".join(str(int(digit)) for digit in re.findall(r"\d", text))
        begun = (digits[at : at + FEWEST] for at in range(len(digits) - FEWEST + 1))
        return bool(self.addresses and _NAMED.search(text)) or any(one in self.numbers for one in begun)

    def hide_whole(self, text: str) -> tuple[str, Counter[str]]:
        """`hide`, and remembers what was hidden."""
        covered, kinds = self.hide(text)
        for value in values(text) if kinds else ():
            name, at, site = value.partition("@")
            if at:
                self.addresses[name].add(site)
            else:
                digits = _digits(value)
                self.numbers[digits[:FEWEST]].add(digits)
        if _ENOUGH.search(covered):
            self._left.add(covered)
        return covered, kinds

    def hide_begun(self, text: str) -> tuple[str, Counter[str]]:
        """The text with beginnings of these values as dots. They aren’t counted: each is a part of one that was."""
        return plainly(text, self._hide)

    def _hide(self, text: str, _ends: Container[int]) -> tuple[str, Counter[str]]:
        covered = _RUN.sub(self._number, _ADDRESS.sub(self._address, text))
        return covered, Counter(begun=1) if covered != text else Counter()

    def _address(self, match: re.Match[str]) -> str:
        name, begun = match.groups()
        begun = begun.rstrip(".-")
        return as_dots(match[0]) if self._known(self.addresses, name, begun) == len(begun) else match[0]

    def _number(self, match: re.Match[str]) -> str:
        run, digits = match[0], _digits(match[0])
        places = [at for at, letter in enumerate(run) if letter.isdigit()]
        parts: list[str] = []
        shown = 0
        for first, at in enumerate(places):
            if at < shown or (at and run[at - 1].isdigit()):
                continue
            length = self._known(self.numbers, digits[first : first + FEWEST], digits[first : first + LONGEST])
            if length >= FEWEST:
                end = places[first + length - 1] + 1
                parts += (run[shown:at], as_dots(run[at:end]))
                shown = end
        return "".join((*parts, run[shown:]))

    def _known(self, values: Mapping[str, set[str]], key: str, begun: str) -> int:
        """With how many letters of `begun` one of these values begins; -1 where there is none."""
        if key not in values:
            return -1
        place = values is self.numbers, key
        if place not in self._sorted:
            self._sorted[place] = sorted(values[key])
        # The one with most letters in common stands just before or just after its place among the others.
        at = bisect_left(self._sorted[place], begun)
        return max(_shared(value, begun) for value in self._sorted[place][max(0, at - 1) : at + 1])


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _shared(one: str, other: str) -> int:
    """With how many letters both begin."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
