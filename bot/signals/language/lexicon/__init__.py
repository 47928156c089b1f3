"""The words of the question grammar, one TOML file a language, and the names of common controls.

Adding a language is adding a file here: the grammar sees tokens, never words.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import babel

HERE = Path(__file__).parent
LONGEST = 5
"""The most words that one phrase has."""


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """What a phrase stands for: a token of question.lark and its value; `phrase` as people write it."""

    kind: str
    value: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Phrases of every language by key, particles by their text, and the names of common controls."""

    entries: dict[str, tuple[LexiconEntry, ...]]
    particles: dict[str, str]
    """Particle to token; the token is "" for a particle that says nothing."""
    name_particles: tuple[str, ...]
    """What is taken off an unknown word, longest first."""
    meanings: dict[str, frozenset[str]]
    """Key of a control's name to every name of the same meaning."""
    places: frozenset[str]
    kinds: tuple[str, ...]
    pages: dict[str, tuple[str, ...]]
    """Key of a page's name to every name of such a page."""


def key(text: str) -> str:
    """A phrase without what doesn't count: case, spaces, hyphens, apostrophes, and how Hangul is composed."""
    return re.sub(r"[\s\-'’]+", "", unicodedata.normalize("NFC", text).casefold())


@lru_cache
def lexicon() -> Lexicon:
    """Read once, when the first question comes."""
    files = [tomllib.loads(path.read_text("utf-8")) for path in sorted(HERE.glob("*.toml")) if path.stem != "names"]
    names = tomllib.loads((HERE / "names.toml").read_text("utf-8"))
    entries: dict[str, tuple[LexiconEntry, ...]] = {}
    for phrase_key, entry in (*(pair for file in files for pair in _entries(file)), *_countries()):
        known = entries.get(phrase_key, ())
        if (entry.kind, entry.value) not in {(other.kind, other.value) for other in known}:
            entries[phrase_key] = (*known, entry)
    endings = [file.get("_particles", {}) for file in files]
    return Lexicon(
        entries=entries,
        particles=dict(_particles(endings)),
        name_particles=_longest_first(name for ending in endings for name in ending.get("names", ())),
        meanings={key(name): frozenset(group) for group in names["meanings"] for name in group},
        places=frozenset(map(key, names["places"])),
        kinds=_longest_first(names["kinds"]),
        pages={key(name): tuple(group) for group in names["pages"] for name in group},
    )


def page_names(words: str) -> tuple[str, ...]:
    """The words and what such a page is called elsewhere: the path of "결제 페이지" is likely `/checkout`."""
    return tuple(dict.fromkeys((words, *lexicon().pages.get(key(words), ()))))


def _entries(file: dict[str, Any]) -> Iterator[tuple[str, LexiconEntry]]:
    around = file.get("_group", {})
    for kind, values in file.items():
        if kind.startswith("_"):
            continue
        for value, phrases in values.items():
            for phrase in (spelled for listed in phrases for spelled in _spellings(listed)):
                written = _grouped(phrase, around) if kind == "GROUP" else (phrase,)
                for text in written:
                    yield key(text), LexiconEntry(kind, value, text)


def _countries() -> Iterator[tuple[str, LexiconEntry]]:
    """Names of countries in every language that has a file, from CLDR."""
    for path in HERE.glob("??.toml"):
        for code, name in babel.Locale(path.stem).territories.items():
            if code.isalpha() and len(code) == 2:
                yield key(name), LexiconEntry("VALUE", f"country={code}", name)


def _grouped(phrase: str, around: dict[str, list[str]]) -> Iterator[str]:
    yield from (f"{before} {phrase}" for before in around.get("before", ()))
    yield from (f"{phrase}{after}" for after in around.get("after", ()))


def _spellings(phrase: str) -> Iterator[str]:
    """`click(s)` is "click" and "clicks"."""
    if "(" not in phrase:
        yield phrase
        return
    before, optional, after = re.split(r"[()]", phrase, maxsplit=2)
    yield from _spellings(before + after)
    yield from _spellings(before + optional + after)


def _particles(endings: Iterable[dict[str, list[str]]]) -> Iterator[tuple[str, str]]:
    for ending in endings:
        for kind, particles in ending.items():
            if kind != "names":
                yield from ((key(particle), "" if kind == "drop" else kind) for particle in particles)


def _longest_first(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=len, reverse=True))
