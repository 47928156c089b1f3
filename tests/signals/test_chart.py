"""What charts an answer has, and how their bars are called."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.locale import Locale
from bot.notebook.facts import chart_of
from bot.signals.answer import Answer, Bucket, Counts, Day, Definition
from bot.signals.chart import (
    MOST_BARS,
    MOST_IN_MESSAGE,
    SERIES,
    SIGNALS_A_DAY,
    SIGNALS_OVER_TIME,
    ChartPoint,
    merged,
    message_charts,
    page_charts,
    rounded_up,
)
from bot.signals.periods import bar_of, edges
from bot.signals.question import GroupBy, Period, Question, Signal

SEOUL = ZoneInfo("Asia/Seoul")
MONDAY = datetime(2026, 11, 23, tzinfo=SEOUL)
ENGLISH, KOREAN = Locale.of("en", SEOUL), Locale.of("ko", SEOUL)


def answer(days: int = 3, step: timedelta = timedelta(days=1), **asked: object) -> Answer:
    question = Question(Period(MONDAY, MONDAY + days * step), signals=(Signal.RAGE, Signal.ERROR), **asked)  # type: ignore[arg-type]
    series = tuple(
        Bucket(MONDAY + n * step, {Signal.RAGE: n, Signal.DEAD: 100, Signal.ERROR: 10 * n}) for n in range(days)
    )
    daily = tuple(Day(MONDAY + timedelta(days=n), n) for n in range(35))
    counts = Counts({Signal.RAGE: 3}, actions=3, people=2, sessions=2)
    definition = Definition("sdk_rules", "SDK")
    return Answer(question, "local", definition, "", counts, None, None, Counts(), series=series, daily=daily)


def test_a_chart_has_a_name_for_each_signal_asked_about_and_a_row_for_each_label() -> None:
    [chart] = message_charts(answer(), ENGLISH)
    assert (chart.names, chart.keys) == (("rage clicks", "error clicks"), ("rage_click", "error_click"))
    assert chart.labels == ("Mon 23", "Tue 24", "Wed 25")
    assert chart.moments == ("Mon, Nov 23", "Tue, Nov 24", "Wed, Nov 25")
    assert chart.values == ((0, 0), (1, 10), (2, 20))
    assert chart.totals == [0, 11, 22]
    assert chart.rows[1] == ("error clicks", [("Mon 23", 0), ("Tue 24", 10), ("Wed 25", 20)])


def test_a_chart_names_what_it_is_about_in_a_message_and_not_on_its_page() -> None:
    assert message_charts(answer(), ENGLISH)[0].title == "Signals over time"
    about = answer(target="buy button", view="/cart")
    assert message_charts(about, ENGLISH)[0].title == "Signals on “buy button”"
    assert message_charts(about, KOREAN)[0].title == "“buy button”의 신호"
    assert page_charts(about, ENGLISH)[0].title == "Signals over time"
    assert len(message_charts(answer(target="x" * 90), ENGLISH)[0].title) <= 50


def test_a_message_has_no_chart_of_nothing_and_none_of_a_single_bar() -> None:
    assert message_charts(replace(answer(), counts=Counts()), ENGLISH) == []
    assert message_charts(answer(days=1), ENGLISH) == []


def test_a_page_has_no_chart_of_nothing() -> None:
    calm = tuple(Bucket(MONDAY + timedelta(days=n), {Signal.RAGE: 0, Signal.ERROR: 0}) for n in range(3))
    quiet = replace(answer(), series=calm, counts=Counts())
    assert [chart.title for chart in page_charts(quiet, ENGLISH)] == [SIGNALS_A_DAY.title]
    assert page_charts(replace(quiet, daily=tuple(Day(bar.start, 0) for bar in calm)), ENGLISH) == []


@pytest.mark.parametrize("days", [2, 3, 7, 28, 60])
@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York", "Europe/Berlin"])
def test_days_are_named_by_their_date_where_the_first_is_not_whole(days: int, zone: str) -> None:
    """As in "the last 7 days", which begin in the middle of a day; clocks change in between."""
    end = datetime(2026, 11, 2, 14, 5, 33, tzinfo=ZoneInfo(zone))
    period = Period(end - timedelta(days=days, minutes=1), end)
    series = tuple(Bucket(start, {Signal.RAGE: 1}) for start in edges(period, bar_of(period)))
    rolling = replace(answer(), question=replace(answer().question, period=period), series=series)
    there = Locale.of("en", zone)
    for chart in (message_charts(rolling, there)[0], page_charts(rolling, there)[0]):
        assert not any(":" in text for text in (*chart.labels, *chart.moments))
        assert len(set(chart.moments)) == len(chart.moments)
    assert chart_of(rolling, "Signals").daily


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize(
    ("counted", "read"),
    [("Europe/Oslo", "America/New_York"), ("America/New_York", "Asia/Seoul"), ("UTC", "Asia/Seoul")],
)
def test_days_are_those_of_the_zone_in_which_they_were_counted(counted: str, read: str, stored: bool) -> None:
    """Somebody elsewhere refined the question. Here the first day, which isn't whole, and the next begin on one day."""
    end = datetime(2027, 3, 14, 8, 10, tzinfo=ZoneInfo(counted))
    period = Period(end - timedelta(days=7), end)
    starts = edges(period, bar_of(period))
    if stored:
        starts = [start.astimezone(timezone(start.utcoffset() or timedelta())) for start in starts]
    rolling = replace(
        answer(),
        question=replace(answer().question, period=period),
        series=tuple(Bucket(start, {Signal.RAGE: 1}) for start in starts),
    )
    for chart in (message_charts(rolling, Locale.of("en", read))[0], page_charts(rolling, Locale.of("en", read))[0]):
        assert [label.split()[1] for label in chart.labels] == [str(day) for day in range(7, 15)]
        assert (chart.moments[0], chart.moments[-1]) == ("Sun, Mar 7", "Sun, Mar 14")


def test_a_page_has_every_slice_as_a_bar_and_the_weeks_before_as_well() -> None:
    over_time, a_day = page_charts(answer(days=60), ENGLISH)
    assert len(over_time.labels) == 60
    assert (a_day.title, len(a_day.labels), a_day.names) == (SIGNALS_A_DAY.title, 35, ("signals",))
    assert sum(a_day.totals) == sum(range(35))


def test_bars_shorter_than_a_day_are_named_by_their_time() -> None:
    hours = answer(days=30, step=timedelta(hours=1))
    assert page_charts(hours, ENGLISH)[0].labels[:2] == ("Mon 23", "01:00")
    assert page_charts(hours, ENGLISH)[0].labels[23:26] == ("23:00", "Tue 24", "01:00")
    assert page_charts(hours, ENGLISH)[0].moments[1] == "Mon, Nov 23 01:00 KST"
    assert message_charts(hours, ENGLISH)[0].labels[:2] == ("Mon 23 00:00", "Mon 23 02:00")


def test_a_chart_of_hours_says_whose_they_are_and_one_of_days_does_not() -> None:
    """It has the asker's hours, and is looked at from everywhere."""
    hours = answer(days=30, step=timedelta(hours=1))
    for charts in (message_charts, page_charts):
        assert charts(hours, ENGLISH)[0].note == "times in KST"
        assert charts(hours, KOREAN)[0].note == "KST 시각 기준"
        assert charts(answer(), ENGLISH)[0].note == ""
    there = Locale.of("en", "America/New_York")
    night = answer(days=3, step=timedelta(hours=1))
    changed = tuple(
        Bucket(datetime(2026, 11, 1, hour, tzinfo=there.zone), {Signal.RAGE: 1, Signal.ERROR: 0}) for hour in (0, 3, 6)
    )
    assert message_charts(replace(night, series=changed), there)[0].note == "times in EDT/EST"


@pytest.mark.parametrize("tag", ["en", "ko"])
def test_the_hour_that_comes_twice_has_two_names(tag: str) -> None:
    """As clocks go back in New York: on the page, and in a message, where no two bars may have one name."""
    zone = ZoneInfo("America/New_York")
    night = datetime(2026, 11, 1, tzinfo=zone)
    hours = edges(Period(night, night + timedelta(hours=6)), GroupBy.HOUR)
    series = tuple(Bucket(hour, {Signal.RAGE: 1, Signal.ERROR: 2}) for hour in hours)
    changed = replace(answer(), question=replace(answer().question, period=Period(night, hours[-1])), series=series)
    on_page, in_message = (charts(changed, Locale.of(tag, zone))[0] for charts in (page_charts, message_charts))
    assert on_page.labels[:4] == ("00:00", "01:00 EDT", "01:00 EST", "02:00")
    assert [label.split(" ", 1)[-1] for label in in_message.labels[1:3]] == ["EDT", "EST"]
    for chart in (on_page, in_message):
        assert len(set(chart.labels)) == len(set(chart.moments)) == len(hours)


def test_every_chart_has_a_block_and_a_file_of_its_own() -> None:
    charts = page_charts(answer(), ENGLISH)
    assert len({chart.block_id for chart in charts}) == len({chart.file_name for chart in charts}) == len(SERIES)
    assert charts[0].block_id == "chart-signals-over-time"
    assert charts[0].file_name == "chart-signals-over-time.png"


def test_a_message_has_no_more_charts_than_slack_takes() -> None:
    several = [replace(SIGNALS_OVER_TIME, id=f"chart {n}") for n in range(MOST_IN_MESSAGE + 1)]
    assert [chart.id for chart in message_charts(answer(), ENGLISH, several)] == ["chart 0", "chart 1"]


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 10**6)), max_size=300))
def test_neighbours_are_added_up_and_nothing_gets_lost(values: list[dict[str, int]]) -> None:
    points = [ChartPoint(MONDAY + timedelta(hours=n), each) for n, each in enumerate(values)]
    fewer = merged(points)
    assert len(fewer) <= MOST_BARS
    assert sum(sum(point.values.values()) for point in fewer) == sum(sum(each.values()) for each in values)
    assert {point.start for point in fewer} <= {point.start for point in points}


@given(st.integers(0, 10**12))
def test_a_scale_ends_at_a_round_number_just_above(value: int) -> None:
    top = rounded_up(value)
    assert value <= top <= max(4, 2.5 * value)
    assert top <= 4 or str(top).rstrip("0") in {"1", "2", "4", "5", "8"}
