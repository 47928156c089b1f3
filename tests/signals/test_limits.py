"""What limits the numbers is told in the reader's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Caveat, CaveatKind, Counts, Definition
from bot.signals.answer_text import (
    CAVEAT_SENTENCES,
    FORMERLY_STORED,
    caveats_from_sentences,
    is_before_data,
    is_compared_before_data,
    limits,
    title,
)
from bot.signals.question import Period, Question

START = datetime(2026, 10, 26, tzinfo=UTC)


def answer(*caveats: Caveat) -> Answer:
    question = Question(Period(START, START + timedelta(days=7)))
    none = Counts()
    return Answer(question, "local", Definition("sdk", "rules"), "", none, None, None, none, caveats=caveats)


@pytest.mark.parametrize("kind", CaveatKind)
def test_every_kind_is_told_in_the_readers_language_with_its_values(kind: CaveatKind) -> None:
    english, korean = (limits(answer(Caveat(kind, "Acme RUM", 1234)), Locale.of(tag)) for tag in ("en", "ko"))
    assert len(english) == len(korean) == 1
    assert english != korean
    for text in (*english, *korean):
        assert "%(" not in text
        assert ("Acme RUM" in text) == ("%(source)s" in CAVEAT_SENTENCES[kind])
        assert ("1,234" in text) == ("%(n)s" in CAVEAT_SENTENCES[kind])


def test_reasons_are_told_in_their_order() -> None:
    both = answer(Caveat(CaveatKind.TIMED_OUT, "Datadog"), Caveat(CaveatKind.SAMPLED))
    assert limits(both, Locale.of("en")) == [
        "Datadog ran out of time, so the numbers are too low.",
        "The page keeps only a part of all sessions (sampling), so the real numbers are higher.",
    ]


def test_sentences_of_before_are_read_as_the_reasons_they_were() -> None:
    every = tuple(FORMERLY_STORED.items())
    for stored in ((), *zip(every), every[:2], every[2:]):
        said = " ".join(sentence for sentence, _ in stored)
        assert caveats_from_sentences(said) == tuple(caveat for _, caveat in stored)


def test_where_nothing_was_ever_recorded_no_number_is_known() -> None:
    nothing = answer(Caveat(CaveatKind.NOTHING_YET))
    earlier = Period(START - timedelta(days=7), START)
    compared = replace(nothing, before=Counts(), before_period=earlier)
    assert is_before_data(nothing)
    assert is_compared_before_data(compared)
    assert title(nothing, Locale.of("en")) == "Nothing is known of that time"
    assert limits(nothing, Locale.of("en")) == ["Nothing has been recorded here yet."]
    assert not is_before_data(answer())
