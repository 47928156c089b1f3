"""Slices of time cover the period exactly, in every zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.signals.periods import edges, slice_label
from bot.signals.question import GroupBy, Period

ZONES = ("UTC", "Asia/Seoul", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")
moments = st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


SLICE = st.sampled_from([GroupBy.HOUR, GroupBy.DAY])


@given(moments, st.integers(1, 40 * 24 * 60), st.sampled_from(ZONES), SLICE)
def test_edges_rise_from_the_start_and_stay_inside(moment: datetime, minutes: int, zone: str, slice_: GroupBy) -> None:
    start = moment.astimezone(ZoneInfo(zone))
    period = Period(start, (moment + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone)))
    found = edges(period, slice_)
    seconds = [edge.timestamp() for edge in found]
    assert found[0] == start
    assert seconds == sorted(set(seconds))
    assert seconds[-1] < period.end.timestamp()
    gaps = [later - earlier for earlier, later in pairwise(seconds[1:])]
    # Lord Howe changes its clocks by half an hour.
    allowed = {1800, 3600, 5400} if slice_ is GroupBy.HOUR else {hours * 1800 for hours in range(46, 51)}
    assert set(gaps) <= allowed


@given(moments, st.sampled_from(ZONES))
def test_days_begin_at_midnight(moment: datetime, zone: str) -> None:
    start = moment.astimezone(ZoneInfo(zone))
    for edge in edges(Period(start, start + timedelta(days=20)), GroupBy.DAY)[1:]:
        assert (edge.hour, edge.minute, edge.second) == (0, 0, 0)


@pytest.mark.parametrize(
    ("zone", "night", "labels"),
    [
        ("America/New_York", "2026-11-01", ["00:00", "01:00 EDT", "01:00 EST", "02:00"]),
        ("Europe/Berlin", "2026-10-25", ["00:00", "01:00", "02:00 CEST", "02:00 CET", "03:00"]),
        ("America/New_York", "2026-03-08", ["00:00", "01:00", "03:00"]),
        ("Africa/Casablanca", "2026-02-15", ["00:00", "01:00", "02:00 UTC+01", "02:00 UTC+00", "03:00"]),
    ],
)
def test_an_hour_that_comes_twice_has_two_labels(zone: str, night: str, labels: list[str]) -> None:
    start = datetime.fromisoformat(night).replace(tzinfo=ZoneInfo(zone))
    hours = edges(Period(start, start + timedelta(days=1)), GroupBy.HOUR)
    assert [slice_label(hour, GroupBy.HOUR) for hour in hours][: len(labels)] == [
        f"{night} {label}" for label in labels
    ]


@given(moments, st.sampled_from(ZONES), st.sampled_from([(GroupBy.DAY, 3), (GroupBy.HOUR, 3), (GroupBy.MINUTE, 1 / 8)]))
def test_no_two_slices_have_the_same_label(moment: datetime, zone: str, cut: tuple[GroupBy, float]) -> None:
    start, (slice_, days) = moment.astimezone(ZoneInfo(zone)), cut
    period = Period(start, (moment + timedelta(days=days)).astimezone(ZoneInfo(zone)))
    labels = [slice_label(edge, slice_) for edge in edges(period, slice_)]
    assert len(labels) == len(set(labels))


@given(moments, st.floats(0.1, 3 * 3600), st.sampled_from(ZONES))
def test_minutes_are_full_ones(moment: datetime, seconds: float, zone: str) -> None:
    start = moment.astimezone(ZoneInfo(zone))
    found = edges(Period(start, (moment + timedelta(seconds=seconds)).astimezone(ZoneInfo(zone))), GroupBy.MINUTE)
    assert all((edge.second, edge.microsecond) == (0, 0) for edge in found[1:])
    assert {later.timestamp() - earlier.timestamp() for earlier, later in pairwise(found[1:])} <= {60.0}
    assert found[-1].timestamp() < moment.timestamp() + seconds <= found[-1].timestamp() + 60
