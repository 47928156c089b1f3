"""Particles that depend on the sound before them, as Korean has them.

A catalog writes both forms behind a value ("%(ticket)s" and both of them), and the one that fits the value is said:
after a syllable of the language's own letters, or a digit. How another word is pronounced isn't known from its
letters, so both forms stay there. `templates/locales/<language>/particles.toml` has the forms.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from bot.kernel.paths import TEMPLATES

_MARKS = "”’\"'`*_~)»"
_TAGS = re.compile(r"(?:</?\w[^<>|]*>)+\s*$")
_LINK = re.compile(r"<[^<>|]*\|([^<>]*)>$")
"""As Slack writes one: <https://…|the words>."""


@dataclass(frozen=True, slots=True)
class Particles:
    """The particles of one language: `forms` by what a catalog writes, for a word with and without a final consonant.

    Syllables are ordered by their final consonants, of which there are `finals`; the first is none.
    """

    written: re.Pattern[str]
    forms: Mapping[str, tuple[str, str]]
    after_liquid: frozenset[str]
    digits: str
    first: int
    last: int
    finals: int
    liquid: int

    @classmethod
    def read(cls, file: Mapping[str, Any]) -> Self:
        syllables, forms = file["syllables"], file["forms"]
        first, finals = ord(syllables["first"]), syllables["finals"]
        written = re.compile(rf"%\((\w+)\)s([{re.escape(_MARKS)}]*)({'|'.join(map(re.escape, forms))})")
        liquid = (ord(syllables["liquid"]) - first) % finals
        pairs = {name: (pair[0], pair[1]) for name, pair in forms.items()}
        after_liquid = frozenset(file["after_liquid"])
        return cls(written, pairs, after_liquid, file["digits"], first, ord(syllables["last"]), finals, liquid)

    def chosen(self, text: str, values: Mapping[str, object]) -> str:
        return self.written.sub(lambda match: self._with_particle(match, values), text)

    def _with_particle(self, match: re.Match[str], values: Mapping[str, object]) -> str:
        name, marks, written = match.groups()
        final = self._final(str(values[name]))
        if final is None:
            return match[0]
        as_after_vowel = final == 0 or (final == self.liquid and written in self.after_liquid)
        return f"%({name})s{marks}{self.forms[written][as_after_vowel]}"

    def _final(self, word: str) -> int | None:
        """Returns which final consonant a word ends with, 0 for a vowel, None where nobody can tell."""
        last = _LINK.sub(r"\1", _TAGS.sub("", word)).rstrip(_MARKS)[-1:]
        if last.isascii() and last.isdigit():
            last = self.digits[int(last)]
        return (ord(last) - self.first) % self.finals if last and self.first <= ord(last) <= self.last else None


def filled(text: str, values: Mapping[str, object]) -> str:
    """Returns a text of a catalog with its values in it, and the particles that fit them; markup stays markup."""
    for particles in _of(str(text)):
        text = type(text)(particles.chosen(text, values))
    return text % values


@lru_cache(maxsize=4096)
def _of(text: str) -> tuple[Particles, ...]:
    """Returns whose particles stand in a text; most have none."""
    return tuple(each for each in _languages() if each.written.search(text))


@lru_cache
def _languages() -> tuple[Particles, ...]:
    paths = sorted((TEMPLATES / "locales").glob("*/particles.toml"))
    return tuple(Particles.read(tomllib.loads(path.read_text("utf-8"))) for path in paths)
