"""What to tell somebody whose question wasn't understood: which part, what it may have meant, and what would work."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.runtime.errors import Misunderstood
from bot.runtime.locale import Locale
from bot.signals.lexicon import lexicon
from bot.signals.puzzled import Puzzled

_CLOSE = 80
"""Of 100: one wrong letter in a word of five."""
_SUGGESTED = frozenset(
    "SIGNAL METRIC GROUP GROUPED DAY WEEKDAY MONTH CALENDAR ROLLING UNIT VALUE NOUN PLACE VS FACET SINCE BETWEEN".split()
)


def misunderstood(
    problem: Puzzled, text: str, locale: Locale, targets: Sequence[str], views: Sequence[str]
) -> Misunderstood:
    """The error for the asker, with three examples that would work in this workspace."""
    sentence = locale.text(problem.message, **problem.values) if problem.values else locale.text(problem.message)
    if "word" in problem.values and (meant := suggestion(str(problem.values["word"]), text)):
        sentence += " " + locale.text("Did you mean “%(word)s”?", word=meant)
    return Misunderstood(sentence, at=problem.at or text, examples=examples(locale, targets, views))


def suggestion(word: str, text: str = "") -> str | None:
    """The keyword that a mistyped one is closest to; with the word before it ("this weak") when that fits better."""
    words = {
        _letters(entry.phrase): entry.phrase
        for entries in lexicon().entries.values()
        for entry in entries
        if entry.kind in _SUGGESTED and len(entry.phrase) > 2
    }
    before = text[: text.find(word)].split()[-1:] if word in text else []
    tries = [word, *(f"{last} {word}" for last in before)]
    found = [process.extractOne(_letters(said), words.keys(), scorer=fuzz.ratio, score_cutoff=_CLOSE) for said in tries]
    best = max((hit for hit in found if hit), key=lambda hit: hit[1], default=None)
    return words[best[0]] if best else None


def examples(locale: Locale, targets: Sequence[str] = (), views: Sequence[str] = ()) -> tuple[str, ...]:
    """Three questions that would be understood, with names that this workspace knows."""
    target = next((name for name in targets if name.strip()), None)
    view = next((name for name in views if name.startswith("/")), None)
    first = f'"{target}"' if target and '"' not in target else locale.text("buy button")
    return (
        locale.text("frustration signals on %(target)s this week", target=first),
        locale.text("how many users had errors in %(view)s yesterday", view=view or "/checkout"),
        locale.text("top 5 frustrating buttons today"),
    )


def _letters(text: str) -> str:
    """Hangul taken apart, so that one wrong vowel is one wrong letter."""
    return unicodedata.normalize("NFD", text.casefold().replace(" ", ""))
