"""Improved is said when it is true, not when somebody looks often, clicks often, or comes on another day."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backlog.session_rates import FixOutcome, SessionRate, decidable_at, outcome

START = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
DAY = timedelta(days=1)
WORLDS = 250
"""Simulated fixes a case: with a true error of 5 %, most runs would have more than 4 %."""
LOOKS = np.unique(np.geomspace(5, 2000, 25).astype(int))
"""Somebody looks after so many sessions each: three planned checks, and presses all the time."""
Array = np.ndarray[Any, Any]


def rate(exposed: int, affected: int, *, signals: int | None = None, people: int = 0, days: float = 1) -> SessionRate:
    signals = 2 * affected if signals is None else signals
    return SessionRate(START, START + days * DAY, exposed, affected, signals, people)


def share_improved(worlds: Iterator[tuple[SessionRate, list[SessionRate]]]) -> float:
    """In how many worlds anybody was ever told that it improved."""
    told = [any(outcome(before, after) is FixOutcome.IMPROVED for after in looks) for before, looks in worlds]
    return sum(told) / len(told)


def looked(hits: Array) -> list[SessionRate]:
    """What each look sees of sessions in the order of time."""
    return [rate(int(n), int(hits[:n].sum())) for n in LOOKS]


@pytest.mark.parametrize("usual", [0.02, 0.1, 0.35, 0.8])
@pytest.mark.parametrize("sessions", [30, 120, 1500])
def test_where_nothing_changed_improved_is_said_in_less_than_a_twentieth_however_often_people_look(
    usual: float, sessions: int
) -> None:
    random = np.random.default_rng((sessions, int(usual * 100)))
    assert (
        share_improved(
            (rate(sessions, int(random.binomial(sessions, usual))), looked(random.random(2000) < usual))
            for _ in range(WORLDS)
        )
        <= 0.05
    )


def test_days_that_differ_by_themselves_are_no_improvement() -> None:
    """Each day has a rate of its own, a tenth up or down."""
    random = np.random.default_rng(7)

    def day() -> float:
        return 0.3 * math.exp(random.normal(0, 0.1))

    def after() -> Array:
        return np.concatenate([random.random(200) < day() for _ in range(10)])

    worlds = ((rate(1500, int(random.binomial(1500, day()))), looked(after())) for _ in range(WORLDS))
    assert share_improved(worlds) <= 0.05


def test_people_who_come_again_and_again_count_as_one() -> None:
    """Each person has five sessions on average, all of them affected or none."""
    random = np.random.default_rng(8)

    def seen(people: int) -> tuple[Array, Array]:
        sessions = random.geometric(0.2, people)
        return sessions, np.where(random.random(people) < 0.3, sessions, 0)

    def world() -> tuple[SessionRate, list[SessionRate]]:
        exposed, affected = seen(150)
        sessions, hits = seen(400)
        looks = [
            rate(int(sessions[:n].sum()), int(hits[:n].sum()), people=int(n))
            for n in np.geomspace(5, 400, 20).astype(int)
        ]
        return rate(int(exposed.sum()), int(affected.sum()), people=150), looks

    assert share_improved(world() for _ in range(WORLDS)) <= 0.05


@pytest.mark.parametrize(
    ("usual", "sessions", "left", "expected"), [(0.35, 120, 0.0, 10), (0.35, 120, 0.1, 30), (0.02, 2000, 0.1, 40)]
)
def test_a_fix_that_works_is_seen_soon(usual: float, sessions: int, left: float, expected: int) -> None:
    """`left` is what is left of the rate; `expected` are the sessions that would have been affected by then."""
    random, since = np.random.default_rng(9), round(expected / usual)
    found = [
        outcome(
            rate(sessions, int(random.binomial(sessions, usual))),
            rate(since, int(random.binomial(since, left * usual))),
        )
        for _ in range(WORLDS)
    ]
    assert found.count(FixOutcome.IMPROVED) >= 0.8 * WORLDS
    assert FixOutcome.NOT_IMPROVED not in found


@pytest.mark.parametrize("factor", [1.0, 1.12, 2.0])
def test_a_fix_that_does_not_work_is_called_that_and_never_too_early_for_long(factor: float) -> None:
    random = np.random.default_rng(10)
    found = [
        outcome(rate(400, int(random.binomial(400, 0.35))), rate(500, int(random.binomial(500, 0.35 * factor))))
        for _ in range(WORLDS)
    ]
    assert found.count(FixOutcome.NOT_IMPROVED) >= 0.9 * WORLDS
    assert FixOutcome.IMPROVED not in found


def test_one_quiet_minute_proves_nothing() -> None:
    assert outcome(rate(120, 41), rate(1, 0)) is outcome(rate(120, 41), rate(5, 0)) is FixOutcome.TOO_EARLY
    assert outcome(rate(120, 41), rate(0, 0)) is FixOutcome.TOO_EARLY
    assert outcome(rate(120, 41), rate(120, 3)) is FixOutcome.IMPROVED


def test_fewer_sessions_that_carry_more_signals_are_no_improvement() -> None:
    assert outcome(rate(120, 41, signals=60), rate(120, 3, signals=61)) is FixOutcome.TOO_EARLY
    assert decidable_at(rate(120, 41, signals=60), rate(120, 3, signals=61)) is None


def test_a_rate_that_begins_where_there_was_none_is_no_improvement() -> None:
    assert outcome(rate(200, 0), rate(200, 90)) is FixOutcome.NOT_IMPROVED
    assert outcome(rate(200, 0), rate(200, 0)) is FixOutcome.TOO_EARLY
    assert outcome(rate(0, 0), rate(200, 90)) is FixOutcome.TOO_EARLY


def test_when_it_will_be_clear_follows_from_rate_and_traffic() -> None:
    before, soon = rate(1200, 410), decidable_at(rate(1200, 410), rate(2, 0, days=1 / 48))
    assert soon, "shortly after the fix the traffic is that from before"
    assert START < soon < START + DAY / 12
    busy, calm = (decidable_at(before, rate(n, 0, days=1)) for n in (10, 5))
    assert busy
    assert calm
    assert busy < calm
    assert (busy.minute, busy.second) == (0, 0)
    assert decidable_at(before, rate(0, 0, days=2)) is None, "nobody comes"
    assert decidable_at(rate(0, 0), rate(5, 0)) is None


rates = st.tuples(st.integers(0, 5000), st.floats(0, 1)).map(lambda drawn: rate(drawn[0], int(drawn[0] * drawn[1])))


@given(rates, rates)
def test_what_is_predicted_comes_true(before: SessionRate, after: SessionRate) -> None:
    """With the same rate and traffic until half as long again, the outcome is clear."""
    at = decidable_at(before, after)
    if at is None or after.exposed < 10 or outcome(before, after) is not FixOutcome.TOO_EARLY:
        return
    assert at > after.end
    exposed = after.exposed + math.ceil(1.5 * after.exposed * ((at - after.end) / (after.end - after.start))) + 10
    grown = rate(exposed, round(after.ratio * exposed), signals=0)
    assert outcome(before, grown) is not FixOutcome.TOO_EARLY


@given(rates, rates)
def test_nothing_is_improved_that_got_worse_and_nothing_not_improved_that_ended(
    before: SessionRate, after: SessionRate
) -> None:
    found = outcome(before, after)
    if after.exposed and before.exposed and after.ratio >= before.ratio:
        assert found is not FixOutcome.IMPROVED
    if not after.affected:
        assert found is not FixOutcome.NOT_IMPROVED


def test_the_exact_interval_is_that_of_the_tables() -> None:
    """95 % intervals by Clopper and Pearson, as R's `binom.test` gives them."""
    from bot.backlog import session_rates

    for affected, exposed, low, high in ((41, 120, 0.2576, 0.4338), (3, 10, 0.0667, 0.6525), (0, 5, 0.0, 0.5218)):
        improved, not_improved = session_rates._limits(rate(exposed, affected))
        assert improved / session_rates.IMPROVED_BELOW == pytest.approx(low, abs=1e-4)
        assert not_improved / session_rates.NOT_IMPROVED_ABOVE == pytest.approx(high, abs=1e-4)


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ],
)
def test_an_hour_is_an_hour_when_clocks_change(zone: str, change: datetime) -> None:
    for minutes in range(-240, 240, 20):
        fixed = change + timedelta(minutes=minutes)
        spans = (
            SessionRate(fixed - timedelta(hours=3), fixed, 120, 41, 80),
            SessionRate(fixed, fixed + timedelta(minutes=50), 20, 5, 9),
        )
        clear, plain = decidable_at(*(_in_zone(each, zone) for each in spans)), decidable_at(*spans)
        assert clear
        assert plain
        assert clear > spans[1].end
        assert abs(clear.timestamp() - plain.timestamp()) < 3600, "to a full hour, which not all zones share"
        assert clear.minute == 0 or zone == "Australia/Lord_Howe", "clocks change by half an hour there"


def _in_zone(rate: SessionRate, zone: str) -> SessionRate:
    start, end = (moment.astimezone(ZoneInfo(zone)) for moment in (rate.start, rate.end))
    return msgspec.structs.replace(rate, start=start, end=end)
