"""From the asker's word for a facet's value, or a page, to what the source has seen: "production" may be `prod` there.

A value that was never seen is named with the closest that exist; it is never counted as zero.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rapidfuzz import fuzz

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.signals.language.lexicon import key, lexicon
from bot.signals.question_text import FACET_NAMES, facet_value
from bot.signals.source import VIEW, SeenValue

NEAR = 60.0
"""From this score on (of 100) a value is close to the one that was asked for."""
MOST_OFFERED = 10
MOST_COMMON = 3
"""So many of the values seen most are named where none is close."""
NO_VALUE = "No %(facet)s “%(value)s” is in the data that is kept."
NO_FACET = "The data that is kept names no %(facet)s, so “%(value)s” can’t be looked for."
NO_WORD = "“%(value)s” is no page, place, browser or other value in the data that is kept."
NO_PAGE = "No page “%(value)s” is in the data that is kept."


class NoSuchValue(Missing):
    """A value of a facet, or a page, that was never seen. `closest` are values that were, the nearest first."""

    def __init__(self, sentence: str, facet: str, value: str, closest: Sequence[str] = (), /, **values: object) -> None:
        super().__init__(sentence, **values)
        self.facet = facet
        self.value = value
        self.closest = tuple(closest)


def no_such_value(facet: str, value: str, seen: Sequence[SeenValue], locale: Locale) -> NoSuchValue:
    """Returns the error that names the value as unknown, in the asker's words."""
    near = closest(facet, value, seen)
    if facet == VIEW:
        return NoSuchValue(NO_PAGE if value.startswith("/") else NO_WORD, VIEW, value, near, value=value)
    name = locale.text(FACET_NAMES[facet]) if facet in FACET_NAMES else facet
    sentence = NO_VALUE if seen else NO_FACET
    return NoSuchValue(sentence, facet, value, near, facet=name, value=facet_value(facet, value, locale))


def other_spellings(facet: str, value: str, seen: Sequence[SeenValue]) -> tuple[str, ...]:
    """Returns the seen values that are other spellings of this one ("stage" for "staging"), most seen first."""
    meant = lexicon().spellings.get(f"{facet}={key(value)}", frozenset())
    return tuple(other.value for other in seen if key(other.value) in meant)


def closest(facet: str, value: str, seen: Sequence[SeenValue]) -> tuple[str, ...]:
    """Returns seen values that are like this one, nearest first; where none is, those seen most."""
    if facet == VIEW and value.startswith("/"):
        seen = [*seen, *_folders(value, seen)]
    scored = sorted(((_likeness(facet, value, other.value), other) for other in seen), key=_rank)
    near = [other.value for score, other in scored if score >= NEAR]
    return tuple(near[:MOST_OFFERED] or [other.value for other in seen[:MOST_COMMON]])


def _folders(path: str, seen: Sequence[SeenValue]) -> list[SeenValue]:
    """Returns what seen paths begin with, in as many steps as `path` has: a path stands for what lies below it."""
    depth = path.rstrip("/").count("/") + 1
    below: Counter[str] = Counter()
    for other in seen:
        below["/".join(other.value.split("/")[:depth])] += other.events
    known = {other.value for other in seen}
    return [SeenValue(folder, events) for folder, events in below.items() if folder and folder not in known]


def _rank(scored: tuple[float, SeenValue]) -> tuple[float, int, str]:
    score, other = scored
    return -score, -other.events, other.value


def _likeness(facet: str, value: str, other: str) -> float:
    one, two = value.casefold(), other.casefold()
    if facet != VIEW:
        return max(fuzz.ratio(one, two), 90.0 if len(one) > 2 and (one in two or two in one) else 0.0)
    words = fuzz.token_set_ratio(_words(one), _words(two)) if _words(one) else 0.0
    return max(fuzz.ratio(one.replace("*", ""), two), min(90.0, words))


def _words(path: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", path))
