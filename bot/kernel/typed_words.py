"""What people type beyond questions, in every language at once: words of commands, of topics and of times.

`templates/locales/<language>/typed.toml` has them, in sections. English comes first, the others by name. Questions have
the lexicon of bot.signals.language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.kernel.locale import CATALOGS, LANGUAGES

FILE = "typed.toml"
NEVER = r"(?:(?!))"
"""A pattern that matches nothing."""


@dataclass(frozen=True, slots=True)
class TypedWord:
    """A word, and the pattern of what its language lets stick to it ("" where nothing does)."""

    text: str
    endings: str


@lru_cache
def typed_words(section: str, name: str) -> tuple[TypedWord, ...]:
    """Returns the words of every language."""
    return tuple(
        TypedWord(word, file.get("endings", "")) for file in _files() for word in file.get(section, {}).get(name, ())
    )


@lru_cache
def typed_texts(section: str, name: str) -> frozenset[str]:
    """Returns the words of every language without what may stick to them."""
    return frozenset(word.text for word in typed_words(section, name))


@lru_cache
def typed_list(section: str, name: str) -> frozenset[str]:
    """Returns the words of a list that is written as one text with spaces."""
    return frozenset(word for file in _files() for word in file.get(section, {}).get(name, "").split())


@lru_cache
def typed_pattern(section: str, name: str) -> str:
    """Returns the patterns of every language as alternatives, in a group; NEVER where no language has one."""
    return either(word.text for word in typed_words(section, name))


@lru_cache
def endings() -> str:
    """Returns the pattern of what any language lets stick to a word."""
    return either(filter(None, (file.get("endings", "") for file in _files())))


def sections(name: str) -> Iterator[dict[str, Any]]:
    """Yields a section of every language that has it, where its lists belong together."""
    return (file[name] for file in _files() if name in file)


def either(patterns: Iterable[str]) -> str:
    """Returns the patterns as alternatives, in a group; NEVER where there are none."""
    together = "|".join(patterns)
    return f"(?:{together})" if together else NEVER


@lru_cache
def _files() -> tuple[dict[str, Any], ...]:
    paths = (CATALOGS / language / FILE for language in LANGUAGES)
    return tuple(tomllib.loads(path.read_text("utf-8")) for path in paths if path.is_file())
