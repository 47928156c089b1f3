"""The usual range of a count, and the same slice of earlier days."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.signals.answer import Answer, Counts, Definition, Group
from bot.signals.hourly_history import (
    UNKNOWN,
    HourlyHistory,
    activity_question,
    earlier_counts,
    history_of,
    history_question,
    slice_question,
)
from bot.signals.periods import slice_label
from bot.signals.question import GroupBy, Metric, Period, Question, Signal
from bot.signals.usual_range import LEAST_DAYS, usual_range

NOW = datetime(2026, 11, 25, 14, 20, tzinfo=UTC)  # a Wednesday
COUNTS = st.lists(st.integers(0, 3000), min_size=LEAST_DAYS, max_size=28)


@given(COUNTS)
def test_the_range_holds_what_is_usual_and_is_left_upwards_only_clearly(counts: list[int]) -> None:
    usual = usual_range(counts)
    assert usual
    assert 0 <= usual.low <= median(counts) <= usual.high
    assert usual.back < usual.high, "else it would flap"
    assert usual.high >= 2
    assert usual.high >= 1.5 * median(counts) - 1
    assert usual_range(sorted(counts)) == usual, "days have no order"


@given(st.lists(st.integers(0, 3000), max_size=LEAST_DAYS - 1))
def test_of_too_few_days_nothing_is_known(counts: list[int]) -> None:
    assert usual_range(counts) is None


@given(st.integers(0, 200), st.integers(8, 28), st.integers(500, 100_000))
def test_a_day_of_an_earlier_incident_changes_little(level: int, days: int, incident: int) -> None:
    calm = usual_range([level] * days)
    with_one = usual_range([*[level] * (days - 1), incident + 50 * level])
    assert calm
    assert with_one
    assert with_one.high <= calm.high + 3


@given(st.integers(0, 500), st.integers(0, 500))
def test_more_is_usual_where_more_was_counted(one: int, other: int) -> None:
    low, high = usual_range([min(one, other)] * 10), usual_range([max(one, other)] * 10)
    assert low
    assert high
    assert low.high <= high.high


@pytest.mark.parametrize("mean", [0.0, 0.1, 0.5, 2.0, 8.0, 40.0, 300.0])
def test_chance_alone_hardly_ever_leaves_the_range(mean: float) -> None:
    """A month of hours in each of forty shops: an alarm from nothing once in several months."""
    chance = random.Random(f"chance {mean}")
    alarms = 0
    for _ in range(40):
        usual = usual_range([poisson(chance, mean) for _ in range(20)])
        assert usual
        alarms += sum(poisson(chance, mean) > usual.high for _ in range(720))
    assert alarms <= 4, f"{alarms} in {40 * 720} hours"


@pytest.mark.parametrize(("mean", "risen"), [(0.0, 4), (0.5, 8), (2.0, 12), (8.0, 30), (40.0, 85), (300.0, 500)])
def test_a_rise_that_people_would_call_one_leaves_it(mean: float, risen: int) -> None:
    chance = random.Random(f"rise {mean}")
    for _ in range(40):
        usual = usual_range([poisson(chance, mean) for _ in range(20)])
        assert usual
        assert risen > usual.high or risen - usual.high < mean / 4 + 2


def poisson(chance: random.Random, mean: float) -> int:
    """Arrivals in one unit of time."""
    count, passed = 0, chance.expovariate(1.0)
    while passed < mean:
        count, passed = count + 1, passed + chance.expovariate(1.0)
    return count


def history(value: int = 1, **hours: int) -> HourlyHistory:
    start = history_question(Question(Period(NOW, NOW + timedelta(hours=1))), NOW).period.start
    length = int((NOW - start) / timedelta(hours=1)) + 1
    sessions = [value] * length
    for name, count in hours.items():
        sessions[length + int(name.removeprefix("h"))] = count
    return HourlyHistory(start, tuple(sessions), NOW)


def test_a_slice_across_a_full_hour_gets_its_part_of_both() -> None:
    # 13:20 to 14:20 of the day before: two thirds of the hour from 13:00, a third of that from 14:00.
    given = history(0, **{"h-26": 30, "h-25": 60})
    assert 30 * 2 / 3 + 60 / 3 in earlier_counts(given, NOW, ZoneInfo("UTC"))
    on_the_hour = history(0, **{"h-26": 30})
    assert 30 in earlier_counts(on_the_hour, NOW.replace(minute=0), ZoneInfo("UTC"))


def test_weekdays_are_held_against_weekdays_and_weekends_against_weekends() -> None:
    assert len(earlier_counts(history(), NOW, ZoneInfo("UTC"))) == 20
    sunday = NOW + timedelta(days=4)
    later = replace_made(sunday)
    assert len(earlier_counts(later, sunday, ZoneInfo("UTC"))) == 8


def replace_made(now: datetime) -> HourlyHistory:
    start = history_question(Question(Period(now, now + timedelta(hours=1))), now).period.start
    return HourlyHistory(start, (1,) * (int((now - start) / timedelta(hours=1)) + 1), now)


def test_hours_that_nobody_knows_are_left_out() -> None:
    given = history()
    unknown = HourlyHistory(given.start, (UNKNOWN,) * (24 * 25) + given.sessions[24 * 25 :], NOW)
    assert len(earlier_counts(unknown, NOW, ZoneInfo("UTC"))) == 4
    assert usual_range(earlier_counts(unknown, NOW, ZoneInfo("UTC"))) is None
    none = HourlyHistory(given.start, (UNKNOWN,) * len(given.sessions), NOW)
    assert earlier_counts(none, NOW, ZoneInfo("UTC")) == []


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Seoul", "Asia/Kolkata", "Europe/Berlin"])
def test_a_change_of_the_clocks_keeps_the_time_of_day(zone: str) -> None:
    """At 09:30 on the clock every day there is one session more than at any other time, in winter and in summer."""
    now = datetime(2026, 11, 4, 9, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    empty = replace_made(now)
    sessions = [0] * len(empty.sessions)
    for days in range(1, 29):
        end = (now.astimezone(ZoneInfo(zone)) - timedelta(days=days)).astimezone(UTC)
        for half in (end - timedelta(hours=1), end - timedelta(minutes=1)):
            sessions[int((half - empty.start) / timedelta(hours=1))] = 10
    counts = earlier_counts(HourlyHistory(empty.start, tuple(sessions), now), now, ZoneInfo(zone))
    assert set(counts) == {10.0}


def answer_of(question: Question, groups: list[Group], kept_from: datetime | None = None) -> Answer:
    none = Counts()
    return Answer(
        question=question,
        source="local",
        definition=Definition("", ""),
        query="",
        counts=none,
        before=None,
        before_period=None,
        exposed=none,
        groups=tuple(groups),
        kept_from=kept_from,
    )


def test_days_without_any_data_and_what_is_before_the_oldest_are_no_calm_days() -> None:
    hourly, daily = history_question(Question(Period(NOW, NOW + timedelta(hours=1))), NOW), activity_question(NOW)
    first, gap = NOW - timedelta(days=9), (NOW - timedelta(days=3)).date()
    days = [
        Group(slice_label(moment, GroupBy.DAY), Counts(), Counts(sessions=7))
        for moment in (daily.period.start + timedelta(days=n) for n in range(30))
        if moment <= NOW and moment.date() != gap
    ]
    busy = NOW.replace(minute=0) - timedelta(days=1, hours=1)
    hours = [Group(slice_label(busy, GroupBy.HOUR), Counts({Signal.RAGE: 9}, 8, 7, 6), Counts(sessions=60))]
    made = history_of(answer_of(hourly, hours, first), answer_of(daily, days), NOW)
    at = {made.start + timedelta(hours=n): count for n, count in enumerate(made.sessions)}
    assert at[busy] == 6
    assert at[busy - timedelta(days=1)] == 0
    assert at[busy - timedelta(days=2)] == UNKNOWN, "nothing at all was recorded on that day"
    assert at[first.replace(minute=0) - timedelta(hours=1)] == UNKNOWN


def test_a_slice_is_the_last_hour_whatever_was_asked() -> None:
    asked = Question(
        Period(NOW - timedelta(days=7), NOW, "week"),
        signals=(Signal.RAGE,),
        target="Buy",
        metric=Metric.PEOPLE_SHARE,
        compare=Period(NOW - timedelta(days=14), NOW - timedelta(days=7)),
        group_by=GroupBy.BROWSER,
        top=3,
        filters={"country": "KR"},
    )
    sliced = slice_question(asked, NOW, ZoneInfo("Asia/Seoul"))
    assert sliced.period.span == timedelta(hours=1)
    assert (sliced.group_by, sliced.compare, sliced.top, sliced.metric) == (None, None, None, Metric.SIGNALS)
    assert (sliced.signals, sliced.target, sliced.filters) == ((Signal.RAGE,), "Buy", {"country": "KR"})
    assert replace(sliced, period=asked.period) != asked
