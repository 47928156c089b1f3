"""What limits the numbers is told in the reader's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Caveat, CaveatKind, Counts, Definition
from bot.signals.answer_text import CAVEAT_SENTENCES, FORMERLY_STORED, caveat_sentences, caveats_from_sentences, limits
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
    for caveats in ((), *zip(FORMERLY_STORED), FORMERLY_STORED[:2], FORMERLY_STORED[2:]):
        stored = " ".join(caveat_sentences(caveats, Locale.of("en")))
        assert caveats_from_sentences(stored) == caveats
