"""Slices of Datadog's series fit our days and hours in every zone."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.datadog.rum.series_slices import interval, slice_index
from bot.signals.periods import edges
from bot.signals.question import GroupBy, Period

SECONDS = {"15m": 900, "30m": 1800, "1h": 3600, "2h": 7200, "3h": 10800, "4h": 14400, "6h": 21600, "12h": 43200}


@pytest.mark.parametrize(
    ("zone", "wanted"), [("UTC", "12h"), ("Asia/Seoul", "3h"), ("Asia/Kolkata", "30m"), ("Asia/Kathmandu", "15m")]
)
def test_the_largest_slice_is_asked_for(zone: str, wanted: str) -> None:
    start = datetime(2026, 11, 16, tzinfo=ZoneInfo(zone))
    assert interval(edges(Period(start, start + timedelta(days=7)), GroupBy.DAY)) == wanted


def test_a_change_of_the_clocks_makes_it_smaller() -> None:
    start = datetime(2026, 10, 30, tzinfo=ZoneInfo("America/New_York"))
    assert interval(edges(Period(start, start + timedelta(days=4)), GroupBy.DAY)) == "1h"


@given(
    st.sampled_from(sorted(available_timezones())),
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),
    st.timedeltas(timedelta(minutes=1), timedelta(days=10)),
    st.booleans(),
)
def test_no_slice_crosses_an_edge(zone: str, start: datetime, span: timedelta, hourly: bool) -> None:
    begin = start.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    period = Period(begin, (begin.astimezone(UTC) + span).astimezone(ZoneInfo(zone)))
    starts = edges(period, GroupBy.HOUR if hourly else GroupBy.DAY)
    place = slice_index(starts)
    seconds = SECONDS[interval(starts)]
    assert all(int(it.timestamp()) % seconds == 0 for it in starts[1:])
    assert all(it.timestamp() < after.timestamp() for it, after in itertools.pairwise(starts))
    assert [place(it) for it in starts] == list(range(len(starts)))
    assert place(starts[0] - timedelta(minutes=10)) == 0  # the slice that the period begins within
