"""How words are written: what a phrase is looked up by, what stands behind a word, and dates, times and ordinals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """A phrase without what doesn't count: case, spaces, hyphens, apostrophes, and how its letters are composed."""
    return re.sub(r"[\s\-'’]+", "", unicodedata.normalize("NFC", text).casefold())


def spellings(phrase: str) -> Iterator[str]:
    """`click(s)` is "click" and "clicks"."""
    if "(" not in phrase:
        yield phrase
        return
    before, optional, after = re.split(r"[()]", phrase, maxsplit=2)
    yield from spellings(before + after)
    yield from spellings(before + optional + after)


def grouped(phrase: str, around: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """ "by browser", "브라우저별": the phrase with each prefix and each suffix."""
    yield from (f"{before} {phrase}" for before in around.get("before", ()))
    yield from (f"{phrase}{after}" for after in around.get("after", ()))


_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Endings:
    """The endings of every language.

    `particles` maps each to its token, "" where it says nothing. `names` are those that are taken off an unknown word,
    longest first; `suffixes` stand behind a known phrase in any letters.
    """

    particles: dict[str, str]
    names: tuple[str, ...]
    suffixes: tuple[str, ...]
    possessives: frozenset[str]
    alternatives: frozenset[str]
    """What stuck behind a word says \"or\"."""
    """Endings of a word that owns what comes behind it."""
    letter: re.Pattern[str]
    """Matches the last letter of a word that may carry a particle."""
    tail: re.Pattern[str]
    """Matches all such letters at the end of a text."""
    behind: dict[str, re.Pattern[str]]
    least: dict[str, int]

    def carries(self, text: str) -> bool:
        """Whether a word may end in a particle, by its letters."""
        return self.letter.search(text) is not None

    def particle_at(self, text: str) -> int:
        """Where the letters of particles at the end of a text in other letters begin; its length if there are none."""
        tail = self.tail.search(text)
        return tail.start() if tail else len(text)

    def fits(self, stem: str, particle: str) -> bool:
        """Whether a name can end where the particle begins: in "메뉴를", but not in "마늘"."""
        if not self.carries(stem):
            return True
        wanted = self.behind.get(particle)
        long_enough = len(stem) >= self.least.get(particle, 1)
        return long_enough and (wanted is None or wanted.search(unicodedata.normalize("NFD", stem)) is not None)


def read_endings(files: Sequence[dict[str, Any]]) -> Endings:
    """Reads the sections `_particles` and `_endings`."""
    endings = [file.get("_endings", {}) for file in files]
    letters = "".join(each.get("letters", "") for each in endings)
    return Endings(
        particles={
            key(particle): "" if kind == "drop" else kind
            for file in files
            for kind, particles in file.get("_particles", {}).items()
            for particle in particles
        },
        names=tuple(sorted((name for each in endings for name in each.get("names", ())), key=len, reverse=True)),
        suffixes=tuple(suffix for each in endings for suffix in each.get("suffixes", ())),
        possessives=frozenset(owner for each in endings for owner in each.get("possessives", ())),
        alternatives=frozenset(word for each in endings for word in each.get("alternatives", ())),
        letter=re.compile(f"[{letters}]$") if letters else _NEVER,
        tail=re.compile(f"[{letters}]+$") if letters else _NEVER,
        behind={name: re.compile(wanted) for each in endings for name, wanted in each.get("behind", {}).items()},
        least={name: least for each in endings for name, least in each.get("least", {}).items()},
    )


@dataclass(frozen=True, slots=True)
class Numerals:
    """Patterns and words of every language. Patterns are parts of regular expressions, "" where no language has any."""

    written: dict[str, str]
    """By kind of token: dates and times with their units ("11월 5일")."""
    before_time: str
    behind_time: str
    ordinals: str
    half_of_day: re.Pattern[str]
    begin: dict[str, int]
    """Words for a half of the day, and the hour at which each begins."""
    half_hour: tuple[str, ...]
    days: frozenset[str]
    """Units that may also be a day of a month."""
    day_endings: frozenset[str]
    """What may stick to a day of a month, and not to a length ("23일에")."""
    length_words: frozenset[str]
    """Words behind such a unit that make a length of it ("7일 동안")."""


def read_numerals(files: Sequence[dict[str, Any]]) -> Numerals:
    """Reads the sections `_written`, `_numbers` and `_hours`."""
    written = [file.get("_written", {}) for file in files]
    numbers = [file.get("_numbers", {}) for file in files]
    hours = [file.get("_hours", {}) for file in files]
    before, behind = _all(hours, "before"), _all(hours, "behind")
    return Numerals(
        written={
            kind: _either(_all(written, kind)) for kind in dict.fromkeys(name for file in written for name in file)
        },
        before_time=_either(before),
        behind_time=_either(behind),
        ordinals=_either(_all(numbers, "ordinals")),
        half_of_day=re.compile(_either([*behind, *before]) or "(?!)", re.IGNORECASE),
        begin={word: hour for file in hours for word, hour in file.get("begin", {}).items()},
        half_hour=tuple(_all(hours, "half")),
        days=frozenset(_all(numbers, "days")),
        day_endings=frozenset(_all(numbers, "day_endings")),
        length_words=frozenset(_all(numbers, "length_words")),
    )


def _all(sections: Iterable[dict[str, Any]], name: str) -> list[str]:
    return [text for section in sections for text in section.get(name, ())]


def _either(patterns: Sequence[str]) -> str:
    """One pattern for all of them, to be put into one in verbose mode."""
    return f"(?-x:{'|'.join(patterns)})" if patterns else ""
