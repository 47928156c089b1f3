"""The words of the question grammar in every language. The grammar sees tokens, never words."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import babel

from bot.signals.language.lexicon.written_forms import (
    Endings,
    Numerals,
    grouped,
    key,
    read_endings,
    read_numerals,
    spellings,
)

FILES = Path(__file__).parent
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
    """Phrases of every language by key, what stands behind words, and the names of common controls."""

    entries: dict[str, tuple[LexiconEntry, ...]]
    endings: Endings
    numerals: Numerals
    meanings: dict[str, frozenset[str]]
    """Key of a control's name to every name of the same meaning."""
    places: frozenset[str]
    kinds: tuple[str, ...]
    pages: dict[str, tuple[str, ...]]
    """Key of a page's name to every name of such a page."""
    messages: frozenset[str]
    """Keys of signals that also name error messages."""
    plurals: frozenset[str]
    """Keys of nouns for several controls, before which no name stands."""
    steps: frozenset[str]
    """Keys of words that make a group of the unit behind them ("per")."""
    future: frozenset[str]
    """Keys of words that make the day behind them one that is still to come."""
    rates: frozenset[str]
    """Lengths that say how often, beside "how many" ("a day")."""
    asking: frozenset[str]
    """Verbs before which "when" is a question."""
    met: frozenset[str]
    """Verbs between errors and the people who had them ("errors that hit most people")."""
    met_behind: frozenset[str]
    """Verbs between people and the errors that they had ("가장 많은 사람이 겪은 오류")."""
    joints: frozenset[str]
    """Words and signs between names of which each is one ("and", "랑")."""
    idioms: frozenset[str]
    """Numbers with a stroke that are no dates ("24/7")."""
    name_endings: frozenset[str]
    """Keys of words that belong to the name before them ("Buy again")."""
    at_once: frozenset[str]
    """Keys of words for now that often end the name of a control ("Book now")."""
    maybe_controls: frozenset[str]
    """Keys of controls' names that may also ask for something ("show all")."""
    loose: frozenset[str]
    """Keys of words that may be words of a name ("less", "mac", "KR")."""
    error_kinds: frozenset[str]
    """Keys of words before "errors" that tell one kind of them ("API")."""
    code_words: frozenset[str]
    """Keys of words around the code of an error ("status", "internal", "gateway")."""
    code_endings: frozenset[str]
    """Keys of what sticks to the code of an error ("404s", "500번대")."""
    says: frozenset[str]
    """Keys of words beside the message of an error ("saying", "메시지")."""
    says_behind_errors: frozenset[str]
    """Keys of words that stand between "errors" and the message of one ("errors with “…”")."""
    one_of: frozenset[str]
    """Keys of words before the number of one person, session or order ("user 12345")."""
    arranging: frozenset[str]
    """Keys of what controls do with what is named beside them ("sort by country", "국가별 보기")."""
    opening: frozenset[str]
    """Keys of what controls do somewhere else ("크롬에서 열기")."""
    reporting: frozenset[str]
    """Keys of what controls do with errors and complaints ("불만 접수")."""
    attributive: frozenset[str]
    """Keys of words for a time that say something of the name behind them ("현재 위치")."""
    lasting: frozenset[str]
    """Keys of units that are lengths and nothing else ("시간 동안")."""
    doing: tuple[str, ...]
    """Endings of words that say what a control does ("받기")."""
    ahead: frozenset[str]
    """Keys of words before a length that is still to come ("in 2 hours")."""
    negating: frozenset[str]
    """Keys of words that are joined to what is left out ("non-Chrome")."""
    others: frozenset[str]
    """Keys of words for all but what is left out ("other browsers")."""
    about: frozenset[str]
    """Keys of what sticks to a time that is meant roughly ("3시쯤")."""
    weekday_letters: dict[str, str]
    """Weekdays by one letter, to their numbers (Monday is 0)."""
    ranking: frozenset[str]
    """Keys of words and endings that say of a kind of thing that it had many ("오류 많은 페이지")."""
    rest: frozenset[str]
    """Keys of what says all but the value before it ("the rest", "everyone else")."""
    newest: frozenset[str]
    """Keys of words for the newest version ("current version")."""
    second_newest: frozenset[str]
    """Keys of words for the version before the newest ("previous version")."""
    narrower: frozenset[str]
    """Keys of words of which more is counted than they say ("iPad", which is told as iOS)."""
    only: frozenset[str]
    """What stuck behind a value says that it alone is meant."""
    spellings: dict[str, frozenset[str]]
    """`facet=key of a value` to the keys of all spellings of that value ("env=staging" to stage, staging, …)."""


_LISTED = (
    "arranging", "opening", "reporting", "attributive", "lasting", "rest", "newest", "second_newest", "ahead",
    "negating", "others", "narrower",
)  # fmt: skip
"""Fields that are the words of the section of that name."""


@lru_cache
def lexicon() -> Lexicon:
    """Read once, by `prepare` or when the first question comes."""
    files = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FILES.glob("*.toml"))}
    every = list(files.values())
    return Lexicon(
        entries=_entries(every, files),
        endings=read_endings(every),
        numerals=read_numerals(every),
        meanings={name: frozenset(group) for group in _groups(every, "_meanings") for name in map(key, group)},
        places=frozenset(map(key, _names(every, "places"))),
        kinds=tuple(sorted(_names(every, "kinds"), key=len, reverse=True)),
        pages={name: group for group in _groups(every, "_pages") for name in map(key, group)},
        messages=_keys(every, "_messages"),
        plurals=frozenset(map(key, _names(every, "plurals"))),
        steps=frozenset(key(word) for file in every for word in file.get("_group", {}).get("before", ())),
        future=_keys(every, "_future"),
        rates=_keys(every, "_rates"),
        asking=_keys(every, "_asking"),
        met=frozenset(key(word) for file in every for word in file.get("_met", {}).get("active", ())),
        met_behind=frozenset(key(word) for file in every for word in file.get("_met", {}).get("relative", ())),
        joints=frozenset(key(word) for file in every for word in file.get("_joints", {}).get("words", ())),
        idioms=frozenset(word for file in every for word in file.get("_idioms", {}).get("words", ())),
        name_endings=frozenset(map(key, _names(every, "endings"))),
        at_once=frozenset(map(key, _names(every, "at_once"))),
        maybe_controls=frozenset(map(key, _names(every, "asking"))),
        loose=_keys(every, "_loose"),
        error_kinds=_keys(every, "_error_kinds"),
        code_words=_keys(every, "_code_words"),
        code_endings=_keys(every, "_code_endings"),
        says=_keys(every, "_says"),
        says_behind_errors=frozenset(
            key(word) for file in every for word in file.get("_says", {}).get("behind_errors", ())
        ),
        one_of=_keys(every, "_one_of"),
        doing=tuple(_names(every, "doing")),
        about=_keys(every, "_about"),
        weekday_letters={
            letter: day for file in every for day, letters in file.get("_weekdays", {}).items() for letter in letters
        },
        ranking=_keys(every, "_ranking"),
        only=frozenset(word for file in every for word in file.get("_only", {}).get("words", ())),
        spellings={
            f"{meaning.split('=')[0]}={key(name)}": frozenset(map(key, names))
            for meaning, names in _meanings_of(every, "_spellings").items()
            for name in names
        },
        **{section: _keys(every, f"_{section}") for section in _LISTED},
    )


def page_names(words: str) -> tuple[str, ...]:
    """The words and what such a page is called elsewhere: the path of "결제 페이지" is likely `/checkout`."""
    return tuple(dict.fromkeys((words, *lexicon().pages.get(key(words), ()))))


def _entries(files: Sequence[dict[str, Any]], languages: Iterable[str]) -> dict[str, tuple[LexiconEntry, ...]]:
    entries: dict[str, tuple[LexiconEntry, ...]] = {}
    for entry in (*(entry for file in files for entry in _phrases(file)), *_countries(languages)):
        known = entries.get(key(entry.phrase), ())
        if (entry.kind, entry.value) not in {(other.kind, other.value) for other in known}:
            entries[key(entry.phrase)] = (*known, entry)
    return entries


def _phrases(file: dict[str, Any]) -> Iterator[LexiconEntry]:
    around = file.get("_group", {})
    for kind, values in file.items():
        if kind.startswith("_"):
            continue
        for value, phrases in values.items():
            for phrase in (spelled for listed in phrases for spelled in spellings(listed)):
                for text in grouped(phrase, around) if kind == "GROUP" else (phrase,):
                    yield LexiconEntry(kind, value, text)


def _countries(languages: Iterable[str]) -> Iterator[LexiconEntry]:
    """Names of countries in every language that has a file, from CLDR."""
    for language in languages:
        for code, name in babel.Locale.parse(language).territories.items():
            if code.isalpha() and len(code) == 2:
                yield LexiconEntry("VALUE", f"country={code}", name)


def _groups(files: Iterable[dict[str, Any]], section: str) -> list[tuple[str, ...]]:
    """Names of one meaning from every language."""
    return [tuple(names) for names in _meanings_of(files, section).values()]


def _meanings_of(files: Iterable[dict[str, Any]], section: str) -> dict[str, list[str]]:
    """Meaning to its names in every language."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for file in files:
        for meaning, names in file.get(section, {}).items():
            groups[meaning] += names
    return groups


def _keys(files: Iterable[dict[str, Any]], section: str) -> frozenset[str]:
    return frozenset(key(word) for file in files for word in file.get(section, {}).get("words", ()))


def _names(files: Iterable[dict[str, Any]], what: str) -> list[str]:
    return [name for file in files for name in file.get("_names", {}).get(what, ())]
