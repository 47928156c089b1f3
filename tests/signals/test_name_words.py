"""Words of the question that are words of a name: in a thread they change nothing but the name."""

from __future__ import annotations

import pytest

from bot.kernel.locale import Locale
from bot.signals.language.parse import names_signals, parse
from tests.signals.meaning import KNOWN, NOW, SEOUL, VERSIONS

ENGLISH = Locale.of("en", SEOUL)


@pytest.mark.parametrize("text", ["on break", "on Take a break"])
def test_break_on_a_control_leaves_the_signals_of_the_question_before(text: str) -> None:
    base = parse("rage clicks this week", now=NOW, locale=ENGLISH, versions=VERSIONS, known=KNOWN)
    question = parse(text, now=NOW, locale=ENGLISH, versions=VERSIONS, known=KNOWN, base=base)
    assert (question.signals, question.target) == (base.signals, text.removeprefix("on "))
    assert not names_signals(text)


def test_what_broke_names_signals() -> None:
    assert names_signals("when did it break")
