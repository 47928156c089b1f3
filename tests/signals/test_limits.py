"""What limits the numbers is told in the reader's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.kernel.locale import Locale
from bot.providers.local.local_source import EDGE, LIVE, SEARCHING
from bot.signals.answer import Answer, Counts, Definition
from bot.signals.caveats import limits
from bot.signals.question import Period, Question

START = datetime(2026, 10, 26, tzinfo=UTC)


def answer(partial: str) -> Answer:
    question = Question(Period(START, START + timedelta(days=7)))
    none = Counts()
    return Answer(question, "local", Definition("sdk", "rules"), "", none, None, None, none, partial=partial)


@pytest.mark.parametrize("sentences", [(), (EDGE,), (LIVE,), (EDGE, SEARCHING), (EDGE, LIVE)])
def test_every_sentence_is_told_in_the_readers_language(sentences: tuple[str, ...]) -> None:
    found = answer(" ".join(sentences))
    assert limits(found, Locale.of("en")) == list(sentences)
    korean = limits(found, Locale.of("ko"))
    assert len(korean) == len(sentences)
    assert not any(said in sentences for said in korean)
