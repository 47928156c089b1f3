"""Holds the values and pages of a question against what its source has seen, before anything is counted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from bot.kernel.locale import Locale
from bot.signals.language.lexicon import key
from bot.signals.question import Question
from bot.signals.source import VIEW, Inventory, Source
from bot.signals.value_matching import no_such_value, other_spellings

BARE_FACETS = ("env", "service", "browser", "os", "device", "country", "version")
"""Facets whose values are said like places ("in stage", "in Brave"): a page that nobody saw may be one of these."""


async def with_known_values(source: Source, question: Question, locale: Locale) -> Question:
    """Returns the question with values spelled as they were seen. Raises NoSuchValue, and what the source raises.

    A source that keeps no inventory is believed.
    """
    if not isinstance(source, Inventory):
        return question
    return await _Check(source, locale).question(question)


async def values_called(source: Inventory, word: str) -> dict[str, tuple[str, ...]]:
    """Returns the values of the first facet that the word names; nothing where none was seen, or it is a path."""
    for facet in BARE_FACETS if not word.startswith("/") else ():
        seen = await source.seen_values(facet)
        same = tuple(other.value for other in seen if key(other.value) == key(word))
        if values := same or other_spellings(facet, word, seen):
            return {facet: values}
    return {}


@dataclass(frozen=True, slots=True)
class _Check:
    source: Inventory
    locale: Locale

    async def question(self, question: Question) -> Question:
        wanted, without, view = await asyncio.gather(
            self._values(question.wanted), self._values(question.without), self._view(question.view)
        )
        for facet, values in view.items():
            wanted[facet] = tuple(dict.fromkeys((*wanted.get(facet, ()), *values)))
        if wanted == question.wanted and without == question.without and not view:
            return question
        known = question.with_wanted(wanted, without=without)
        return replace(known, view=None) if view else known

    async def _values(self, asked: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        pairs = [(facet, value) for facet, values in asked.items() for value in values]
        seen = await asyncio.gather(*(self._as_seen(facet, value) for facet, value in pairs))
        spelled: dict[str, tuple[str, ...]] = {}
        for (facet, _), values in zip(pairs, seen, strict=True):
            spelled[facet] = tuple(dict.fromkeys((*spelled.get(facet, ()), *values)))
        return spelled

    async def _as_seen(self, facet: str, value: str) -> tuple[str, ...]:
        if await self.source.has_value(facet, value):
            return (value,)
        seen = await self.source.seen_values(facet)
        if others := other_spellings(facet, value, seen):
            return others
        raise no_such_value(facet, value, seen, self.locale)

    async def _view(self, view: str | None) -> dict[str, tuple[str, ...]]:
        """Returns the facet that a word is of which no page is called so; nothing where there is such a page."""
        if view is None or await self.source.has_value(VIEW, view):
            return {}
        if values := await values_called(self.source, view):
            return values
        raise no_such_value(VIEW, view, await self.source.seen_values(VIEW), self.locale)
