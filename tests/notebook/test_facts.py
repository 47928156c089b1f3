"""What a notebook keeps of an answer."""

from __future__ import annotations

from dataclasses import replace

from bot.kernel.locale import Locale
from bot.notebook.facts import number_of
from bot.signals.answer import Counts
from tests.signals.test_limits import answer


def test_a_share_larger_than_the_whole_is_not_kept() -> None:
    """Distinct counts of others are estimates."""
    estimated = replace(answer(), counts=Counts(actions=9, people=5, sessions=3), exposed=Counts(people=4, sessions=6))
    number = number_of(estimated, Locale.of("en"))
    assert (number.people_share, number.sessions_share) == (None, 0.5)
