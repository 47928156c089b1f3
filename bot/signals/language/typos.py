"""Mistyped keywords: what a word that is in no list may have been meant to be. It is offered, never assumed."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz, process

from bot.signals.language.lexicon import lexicon

_CLOSE = 80
"""Of 100: one wrong letter in a word of five."""
_CLOSER = 85
"""For words in a name, which may well be like a keyword ("Browse", "Monthly plan")."""
_CLOSEST = 90
"""For names of countries, which a city or a name may well be like."""
_TRIES = 3
"""Keywords for one mistyped word."""
_TIMES = frozenset({"DAY", "WEEKDAY", "MONTH", "CALENDAR"})
_KEYWORDS = _TIMES | {"SIGNAL", "METRIC", "GROUP", "ROLLING", "UNIT", "VALUE", "NOUN", "PLACE", "VS", "SINCE"}


def suggestions(word: str, text: str = "") -> list[tuple[str, str]]:
    """Returns what may have been mistyped, closest first: the word, perhaps with the one before it, and the keyword."""
    words = _phrases(_KEYWORDS)
    before = text[: text.find(word)].split()[-1:] if word in text else []
    tries = [word, *(f"{last} {word}" for last in before)]
    hits = [
        (score, attempt, words[letters])
        for attempt in tries
        for letters, score, _ in process.extract(
            _letters(attempt), words.keys(), scorer=fuzz.ratio, score_cutoff=_CLOSE, limit=_TRIES
        )
        if words[letters] not in {attempt.casefold(), attempt.removesuffix(word).strip().casefold()}
        and (score >= _CLOSEST or words[letters] not in _countries())
    ]
    return [(attempt, meant) for _, attempt, meant in sorted(hits, key=lambda hit: -hit[0])]


def misspelt(word: str, *, facets: bool) -> bool:
    """Whether a word in a name is probably a mistyped "yesterday" or, where `facets` may stand, "Safari"."""
    letters = _letters(word)
    if len(letters) < 4:
        return False
    tries = [(_phrases(_TIMES), _CLOSER), *([(_facets(), _CLOSE)] if facets else [])]
    return any(
        process.extractOne(letters, words.keys(), scorer=fuzz.ratio, score_cutoff=limit) for words, limit in tries
    )


@lru_cache
def _facets() -> dict[str, str]:
    """Returns browsers, devices and environments; there are too many countries, too similar to other words."""
    entries = (entry for entries in lexicon().entries.values() for entry in entries if entry.kind == "VALUE")
    return {_letters(entry.phrase): entry.phrase for entry in entries if not entry.value.startswith("country=")}


@lru_cache
def _countries() -> frozenset[str]:
    entries = (entry for entries in lexicon().entries.values() for entry in entries)
    return frozenset(entry.phrase for entry in entries if entry.value.startswith("country="))


@lru_cache
def _phrases(kinds: frozenset[str]) -> dict[str, str]:
    """Letters to phrase."""
    entries = (entry for entries in lexicon().entries.values() for entry in entries)
    return {_letters(entry.phrase): entry.phrase for entry in entries if entry.kind in kinds and len(entry.phrase) > 1}


@lru_cache(maxsize=4096)
def _letters(text: str) -> str:
    """Hangul taken apart, so that one wrong vowel is one wrong letter."""
    return unicodedata.normalize("NFD", text.casefold().replace(" ", ""))
