"""What every provider's source promises of its moments, beside those in test_source.py."""

from __future__ import annotations

from datetime import timedelta

from bot.signals.question import Period, Question, Signal
from bot.signals.source import Placed
from tests.providers.contract.conftest import OpenSource
from tests.providers.contract.events import NOW
from tests.providers.contract.test_source import DAY, RECORDED


async def test_moments_are_spelled_as_in_the_answer(open_source: OpenSource) -> None:
    """So that it can be told what is typical: page, version and error are values of the answer's own lists."""
    source = await open_source(recording=RECORDED)
    years = Question(Period(NOW - timedelta(days=3650), NOW + DAY))
    moments, answer = await source.moments(years, []), await source.answer(years, [])
    errors = {error.message for error in answer.errors}
    assert {moment.error for moment in moments} - {""} == errors
    for moment in moments:
        assert (moment.clicks == 0) <= (Signal.RAGE in moment.signals)  # only these are not counted by all
    if isinstance(source, Placed):
        tops = await source.tops(years, [])
        assert {moment.view for moment in moments} == {top.label for top in tops.views}
        assert {moment.version for moment in moments} == {top.label for top in tops.versions}
