"""Values that a page shows while they are typed: of a card that is not whole yet, all but the last digits can be read.

Of what a text is the beginning is known only when it is whole, so the events are looked through once more.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container
from dataclasses import dataclass, field

from bot.replay.mask.sensitive import as_dots, plainly, values
from bot.replay.mask.texts import Hide

FEWEST = 7
"""Digits that are too many already: the first six of a card name its bank, and may be shown (PCI DSS 3.4.1)."""
_RUN = re.compile(r"(?<![0-9])[0-9](?:[ ().-]{0,3}[0-9])*", re.ASCII)
_ADDRESS = re.compile(r"(?<![\w.%+-])([\w.%+-]++)@([\w.-]*+)")


@dataclass(slots=True)
class BegunValues:
    """Values that were found whole; `hide_begun` hides their beginnings."""

    hide: Hide
    numbers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The digits of numbers, by the first ones."""
    addresses: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What comes after the @ of addresses, by what comes before."""

    def __bool__(self) -> bool:
        return bool(self.numbers or self.addresses)

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
        return covered, kinds

    def hide_begun(self, text: str) -> tuple[str, Counter[str]]:
        """The text with beginnings of these values as dots. They aren’t counted: each is a part of one that was."""
        return plainly(text, self._hide)

    def _hide(self, text: str, _ends: Container[int]) -> tuple[str, Counter[str]]:
        covered = _RUN.sub(self._number, _ADDRESS.sub(self._address, text))
        return covered, Counter(begun=1) if covered != text else Counter()

    def _address(self, match: re.Match[str]) -> str:
        name, begun = match.groups()
        sites = self.addresses.get(name, ())
        return as_dots(match[0]) if any(site.startswith(begun.rstrip(".-")) for site in sites) else match[0]

    def _number(self, match: re.Match[str]) -> str:
        run, digits = match[0], _digits(match[0])
        places = [at for at, letter in enumerate(run) if letter.isdigit()]
        for first, at in enumerate(places):
            whole = self.numbers.get(digits[first : first + FEWEST], ())
            if not whole or (at and run[at - 1].isdigit()):
                continue
            length = max(_shared(one, digits[first:]) for one in whole)
            end = places[first + length - 1] + 1
            return run[:at] + as_dots(run[at:end]) + run[end:]
        return run


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _shared(one: str, other: str) -> int:
    """With how many letters both begin."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
