"""What a watch is held against: sessions by the hour over four weeks, with the days that are known."""

from __future__ import annotations

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.signals.hourly_history import (
    UNKNOWN,
    activity_question,
    earlier_counts,
    history_of,
    history_question,
    slice_question,
)
from tests.providers.contract.conftest import OpenSource
from tests.providers.contract.events import ASKED, BUY, NOON, action

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
async def test_every_day_has_its_hour_and_days_without_data_have_none(open_source: OpenSource, zone: str) -> None:
    now = NOON + 20 * MINUTE
    clicks = [
        action(NOON - DAY * days - n * 10 * MINUTE, *(["rage_click"] if n < days else []), session=f"{days}-{n}")
        for days in (1, 2, 4)
        for n in range(3)
    ]
    elsewhere = action(NOON - DAY * 5, session="elsewhere", target="Search")
    source = await open_source(*clicks, elsewhere)
    hourly = await source.answer(history_question(ASKED, now), BUY)
    history = history_of(hourly, await source.answer(activity_question(now), ()), now)
    hours = {history.start + timedelta(hours=n): count for n, count in enumerate(history.sessions)}
    noon = NOON.astimezone(UTC)
    assert [hours[noon - DAY * days] for days in (1, 2, 4)] == [1, 1, 1]
    assert [hours[noon - DAY * days - timedelta(hours=1)] for days in (1, 2, 4)] == [0, 1, 2]
    assert hours[noon - DAY * 3] == UNKNOWN
    assert hours[noon - DAY * 5] == 0, "it was used, elsewhere"
    assert len(earlier_counts(history, now, ZoneInfo(zone))) >= 3


async def test_the_last_hour_is_an_hour_whatever_was_asked(open_source: OpenSource) -> None:
    source = await open_source(
        action(NOON - 61 * MINUTE, "rage_click", session="old", user="a"),
        action(NOON - 59 * MINUTE, "rage_click", session="new", user="b"),
        action(NOON - MINUTE, session="calm", user="c"),
    )
    answer = await source.answer(slice_question(ASKED, NOON, ZoneInfo("Asia/Seoul")), BUY)
    assert (answer.counts.sessions, answer.exposed.sessions) == (1, 2)
