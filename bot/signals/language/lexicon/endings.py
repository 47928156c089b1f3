"""What stands behind a word and is no part of it: particles, and endings such as the English 's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.signals.language.lexicon.spelling import key

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
        letter=re.compile(f"[{letters}]$") if letters else _NEVER,
        tail=re.compile(f"[{letters}]+$") if letters else _NEVER,
        behind={name: re.compile(wanted) for each in endings for name, wanted in each.get("behind", {}).items()},
        least={name: least for each in endings for name, least in each.get("least", {}).items()},
    )
