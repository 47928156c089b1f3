"""What every provider's source promises of its moments, beside those in test_source.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.replay.script.choice import worst_moments
from bot.signals.answer import TargetMatch
from bot.signals.question import Period, Question, Signal
from bot.signals.source import Calm, Moment, Placed, Source
from tests.providers.contract.conftest import OpenSource
from tests.providers.contract.events import NOON, NOW, action
from tests.providers.contract.test_source import DAY, RECORDED

YEARS = Question(Period(NOW - timedelta(days=3650), NOW + DAY))
SECOND = timedelta(seconds=1)


async def every_moment(source: Source, start: datetime, end: datetime) -> list[Moment]:
    """Asks for ever shorter periods until each holds a second: what a source ranks is then of that second alone."""
    moments = await source.moments(replace(YEARS, period=Period(start, end)), [])
    if not moments or end - start <= SECOND:
        return list(moments)
    middle = start + (end - start) / 2
    return [*await every_moment(source, start, middle), *await every_moment(source, middle, end)]


async def test_moments_are_spelled_as_in_the_answer(open_source: OpenSource) -> None:
    """So that it can be told what is typical: page, version and error are values of the answer's own lists."""
    source = await open_source(recording=RECORDED)
    (worst,), answer = await source.moments(YEARS, []), await source.answer(YEARS, [])
    moments = await every_moment(source, worst.at - timedelta(minutes=2), worst.at + timedelta(minutes=2))
    assert len(moments) > 5
    errors = {error.message for error in answer.errors}
    assert {moment.error for moment in moments} - {""} == errors
    for moment in moments:
        assert (moment.clicks == 0) <= (Signal.RAGE in moment.signals)  # only these are not counted by all
    if isinstance(source, Placed):
        tops = await source.tops(YEARS, [])
        assert {moment.view for moment in moments} == {top.label for top in tops.views}
        assert {moment.version for moment in moments} == {top.label for top in tops.versions}


async def test_calm_moments_are_of_recorded_sessions_that_met_no_signal_on_the_target(open_source: OpenSource) -> None:
    unrecorded = action(NOON, session="unrecorded", target="Nobody else clicks this", replay=False)
    source = await open_source(unrecorded, recording=RECORDED)
    assert isinstance(source, Calm)
    assert await source.calm_moments(YEARS, []) == []  # the one session that was recorded failed somewhere
    kinds = set()
    for seen in await source.seen(YEARS.period):
        target = [TargetMatch(seen.name, seen.selector)]
        failed, calm = await source.moments(YEARS, target), await source.calm_moments(YEARS, target)
        assert not (failed and calm)
        assert (seen.name == "Nobody else clicks this") == (not failed and not calm)
        assert all(moment.signals == () and moment.target == seen.name and moment.clicks == 1 for moment in calm)
        assert all([await source.recording(moment.session_id) for moment in calm])
        kinds |= {"failed"} if failed else {"calm"} if calm else set()
    assert kinds == {"failed", "calm"}


async def test_a_session_that_failed_outside_of_the_period_or_by_a_signal_not_asked_for(
    open_source: OpenSource,
) -> None:
    """The first is calm in the period; the second is not, whatever the question asks for."""
    source = await open_source(recording=RECORDED)
    assert isinstance(source, Calm)
    (worst,) = await source.moments(YEARS, [])
    target = [TargetMatch(worst.target)]
    asked = replace(YEARS, signals=tuple(signal for signal in Signal if signal not in worst.signals))
    assert await source.calm_moments(asked, target) == []
    clicked = await every_moment(source, worst.at - timedelta(minutes=2), worst.at + timedelta(minutes=2))
    other = next(moment.at for moment in clicked if moment.target != worst.target)
    during = Period(other, other + timedelta(milliseconds=1))
    assert await source.calm_moments(replace(YEARS, period=during), target) == []


async def test_it_is_the_worst_moment_of_the_session_in_all_of_the_period(open_source: OpenSource) -> None:
    source = await open_source(recording=RECORDED)
    (worst,) = await source.moments(YEARS, [])
    moments = await every_moment(source, worst.at - timedelta(minutes=2), worst.at + timedelta(minutes=2))
    assert worst_moments(moments) == [worst]
    assert len({moment.signals for moment in moments}) > 1
    assert worst != max(moments, key=lambda moment: moment.at)
