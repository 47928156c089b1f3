"""Questions that people change: what *Refine* shows, and one value taken for another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.kernel.locale import Locale
from bot.signals.asked_question import AskedQuestion
from bot.signals.question import Period, Question
from bot.signals.question_text import to_text
from bot.signals.source import VIEW


def question_to_edit(asked: AskedQuestion, locale: Locale) -> str:
    """Returns the question as it was typed, where that says all of it and in this language.

    Elsewhere it is written as the grammar reads it, with times to the minute.
    """
    if not asked.thread and asked.tag[:2] == locale.tag:
        return asked.text
    return written_out(asked.question, locale)


def written_out(question: Question, locale: Locale) -> str:
    """Returns the question as the grammar reads it, with times to the minute."""
    compare = question.compare
    rounded = replace(question, period=_minutes(question.period), compare=_minutes(compare) if compare else None)
    return to_text(rounded, locale)


def with_value(question: Question, facet: str, old: str, new: str) -> Question:
    """Returns the question with a value of a facet, wanted or left out, or its page, replaced."""
    if facet == VIEW:
        return replace(question, view=new)

    def changed(facets: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {
            name: tuple(dict.fromkeys(new if (name, value) == (facet, old) else value for value in values))
            for name, values in facets.items()
        }

    return question.with_wanted(changed(question.wanted), without=changed(question.without))


def _minutes(period: Period) -> Period:
    """Returns the period in whole minutes; what lies within one minute stays as it is."""
    start, end = (moment.replace(second=0, microsecond=0) for moment in (period.start, period.end))
    return Period(start, end, period.unit) if end > start else period
