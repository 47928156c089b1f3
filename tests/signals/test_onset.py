"""When signals rose above the usual, and when they were back: made-up hours of which the truth is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.signals.onset import bursts, first_minute, last_minute, main_rise, refined, rises
from bot.signals.periods import edges
from bot.signals.question import GroupBy, Period
from bot.signals.usual_rate import Slice

SEOUL = ZoneInfo("Asia/Seoul")
START = datetime(2026, 10, 26, tzinfo=SEOUL)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
Rate = Callable[[int], float]


def day_and_night(at: datetime) -> int:
    """People at that hour: few at night."""
    return 12 if at.hour < 6 else 60


def hours(
    count: int,
    rate: Rate,
    people: Callable[[datetime], int] = day_and_night,
    *,
    start: datetime = START,
    seed: int = 1,
) -> list[Slice]:
    random = Random(seed)
    starts = edges(Period(start, start + count * HOUR), GroupBy.HOUR)
    found = []
    for at, begins in enumerate(starts):
        used = people(begins)
        hit = sum(random.random() < rate(at) for _ in range(used))
        found.append(Slice(begins, hit, used, 3 * hit))
    return found


def broken(first: int, last: int, rate: float = 0.8, usual: float = 0.05) -> Rate:
    return lambda at: rate if first <= at < last else usual


@pytest.mark.parametrize("usual", [0.0, 0.01, 0.05, 0.12])
@pytest.mark.parametrize("rate", [0.5, 0.83])
def test_a_release_that_breaks_a_button_is_found_to_the_hour(usual: float, rate: float) -> None:
    series = hours(500, broken(400, 420, rate, usual))
    [rise] = rises(series)
    assert rise.start == series[400].start
    assert rise.end == series[420].start
    assert series[400].start <= rise.peak.start < series[420].start


def test_what_is_told_of_it_is_what_was_seen() -> None:
    """The rule itself takes nobody for perfect and nothing for hopeless."""
    [burst] = bursts(hours(500, broken(400, 420, 1.0, 0.0)))
    assert (burst.before, burst.rate) == (0.0, 1.0)
    assert 0 < burst.usual < 0.01
    assert first_minute(minutes(120, broken(70, 120, 1.0, 0.0)), burst.usual, burst.rate) is not None


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("usual", [0.0, 0.002, 0.05, 0.15, 0.4])
def test_quiet_weeks_have_no_incident(usual: float, seed: int) -> None:
    assert bursts(hours(672, lambda _: usual, seed=seed)) == []


def test_an_incident_that_goes_on_has_no_end() -> None:
    [rise] = rises(hours(420, broken(400, 999)))
    assert rise.end is None


def test_a_single_stray_signal_neither_begins_nor_ends_anything() -> None:
    series = hours(500, broken(400, 420, 0.8, 0.0))
    for at in (395, 380, 300):
        series[at] = replace(series[at], hit=1)
    series[410] = replace(series[410], hit=0, used=1)
    [rise] = rises(series)
    assert (rise.start, rise.end) == (series[400].start, series[420].start)
    assert bursts([replace(each, hit=1 if at == 450 else 0) for at, each in enumerate(series)]) == []


def test_with_few_people_it_takes_more_hours_and_is_found_all_the_same() -> None:
    series = hours(672, broken(600, 672, 1.0, 0.0), lambda _: 1)
    [rise] = rises(series)
    assert rise.start == series[600].start


@pytest.mark.parametrize("usual", [0.0, 0.05, 0.12, 0.25])
@pytest.mark.parametrize("seed", range(4))
def test_few_people_suffice_where_hardly_anything_works(usual: float, seed: int) -> None:
    """As on a site with one visitor an hour before, and five while it fails."""
    series = hours(600, broken(590, 600, 0.8, usual), lambda at: 5 if at >= START + 590 * HOUR else 1, seed=seed)
    [rise] = rises(series)
    assert abs(rise.start - series[590].start) <= 2 * HOUR
    assert rise.end is None


def test_fewer_than_three_people_are_no_incident() -> None:
    series = hours(400, broken(398, 400, 1.0, 0.0), lambda at: 1 if at >= START + 398 * HOUR else 40)
    assert bursts(series) == []


def test_a_night_without_anybody_is_no_recovery() -> None:
    """At night nobody comes, and in the morning it fails as before."""
    series = hours(480, broken(425, 480, 0.8, 0.02), lambda at: 0 if at >= START + 430 * HOUR and at.hour < 8 else 30)
    [rise] = rises(series)
    assert len(rise.bursts) == 1
    assert (rise.start, rise.end) == (series[425].start, None)


def test_while_nothing_arrives_it_is_not_said_to_be_over() -> None:
    series = [*hours(420, broken(400, 999)), *(Slice(START + at * HOUR, 0, 0) for at in range(420, 440))]
    [rise] = rises(series)
    assert rise.end is None


def test_a_fix_for_a_part_of_the_people_is_no_way_back() -> None:
    series = hours(480, lambda at: 0.8 if 400 <= at < 420 else 0.35 if at >= 420 else 0.03)
    [rise] = rises(series)
    assert rise.end is None


def test_bursts_that_follow_each_other_closely_are_one_incident() -> None:
    series = hours(480, lambda at: 0.7 if 400 <= at < 403 or 406 <= at < 409 else 0.03)
    [rise] = rises(series)
    assert len(rise.bursts) == 2
    assert (rise.start, rise.end) == (series[400].start, series[409].start)


def test_of_several_incidents_the_one_with_most_people_in_that_time_is_meant() -> None:
    series = hours(640, lambda at: 0.8 if 300 <= at < 310 or 500 <= at < 520 else 0.03)
    small, large = rises(series)
    assert main_rise([small, large], series[0].start, series[-1].start) == large
    assert main_rise([small, large], series[290].start, series[320].start) == small
    assert main_rise([small, large], series[600].start, series[-1].start) is None


def test_what_comes_every_night_is_usual() -> None:
    nightly = hours(672, lambda at: 0.5 if at % 24 == 3 else 0.02)
    assert [each for each in bursts(nightly) if each.start >= START + timedelta(days=4)] == []


def test_data_that_begin_in_the_middle_of_it_tell_of_no_beginning() -> None:
    assert bursts(hours(60, lambda _: 0.8)) == []
    assert bursts(hours(10, broken(5, 10))) == []
    assert bursts([]) == []


def test_more_people_at_the_same_rate_are_no_incident() -> None:
    assert bursts(hours(500, lambda _: 0.05, lambda at: 600 if at >= START + 450 * HOUR else 60)) == []


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_hours_are_counted_over_changes_of_the_clock(zone: str) -> None:
    start = datetime(2026, 10, 12, tzinfo=ZoneInfo(zone))
    series = hours(600, broken(480, 500), start=start)
    [rise] = rises(series)
    assert rise.start.timestamp() == series[480].start.timestamp()
    assert rise.end
    assert rise.end.timestamp() == series[500].start.timestamp()


def minutes(count: int, rate: Rate, people: int = 3, seed: int = 3) -> list[Slice]:
    random = Random(seed)
    return [
        Slice(START + at * MINUTE, sum(random.random() < rate(at) for _ in range(people)), people)
        for at in range(count)
    ]


@pytest.mark.parametrize("seed", range(8))
def test_minutes_tell_the_first_and_the_last_signal(seed: int) -> None:
    series = minutes(180, broken(67, 140, 0.85, 0.03), seed=seed)
    first = first_minute(series, 0.03, 0.85)
    last = last_minute(series[70:], 0.03, 0.85)
    assert first
    assert abs(first - series[67].start) <= 2 * MINUTE
    assert last
    assert abs(last - series[140].start) <= 3 * MINUTE


def test_a_stray_signal_before_is_not_the_first_one() -> None:
    series = [replace(each, hit=3 if at >= 100 else int(at == 20)) for at, each in enumerate(minutes(180, lambda _: 0))]
    assert first_minute(series, 0.01, 0.9) == series[100].start


def test_minutes_without_signals_tell_nothing() -> None:
    assert first_minute(minutes(60, lambda _: 0), 0.01, 0.9) is None
    assert last_minute(minutes(60, lambda _: 0), 0.01, 0.9) is None
    assert first_minute([], 0.01, 0.9) is last_minute([], 0.01, 0.9) is None


def test_minutes_refine_the_ends_alone() -> None:
    [rise] = rises(hours(500, broken(400, 420)))
    assert rise.end
    first, last = rise.start + 7 * MINUTE, rise.end - 9 * MINUTE
    finer = refined(rise, first, last)
    assert (finer.start, finer.end, finer.peak, finer.hit) == (first, last, rise.peak, rise.hit)
    assert refined(rise, None, None) == rise


people_in_an_hour = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted)


@settings(max_examples=60, deadline=None)
@given(st.lists(people_in_an_hour, max_size=200))
def test_whatever_the_hours_are_bursts_are_in_order_and_lie_within_them(counts: list[list[int]]) -> None:
    series = [Slice(datetime(2026, 3, 1, tzinfo=UTC) + at * HOUR, hit, used) for at, (hit, used) in enumerate(counts)]
    found = bursts(series)
    for burst in found:
        assert series[0].start <= burst.start <= burst.peak.start <= series[-1].start
        assert burst.end is None or burst.peak.start < burst.end <= series[-1].start
        assert burst.hit >= 3
        assert 0 < burst.usual < 1
    for one, other in pairwise(found):
        assert one.end is not None
        assert one.end <= other.start
