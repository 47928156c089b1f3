"""Minutes of a short period, in every zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.signals.question import GroupBy, Metric, Period
from tests.providers.contract.conftest import OpenSource
from tests.providers.contract.events import ASKED, BUY, NOON, action

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
async def test_minutes_are_counted_each_for_itself(open_source: OpenSource, zone: str) -> None:
    source = await open_source(
        action(NOON + timedelta(seconds=1), "rage_click", session="1", user="a"),
        action(NOON + timedelta(seconds=59), "rage_click", "dead_click", session="1", user="a"),
        action(NOON + timedelta(seconds=60), "rage_click", session="2", user="b"),
        action(NOON + 17 * MINUTE, session="3", user="c"),
        action(NOON + 90 * MINUTE, "rage_click", session="4", user="d"),
    )
    start = NOON.astimezone(ZoneInfo(zone))
    asked = replace(ASKED, period=Period(start, start + 61 * MINUTE), group_by=GroupBy.MINUTE)
    answer = await source.answer(asked, BUY)
    rows = [(it.label, it.counts.signals, it.counts.people, it.counts.sessions) for it in answer.groups]
    assert rows == [(f"{start:%Y-%m-%d %H:%M}", 3, 1, 1), (f"{start + MINUTE:%Y-%m-%d %H:%M}", 1, 1, 1)]
    assert answer.counts.signals == 4
    shares = await source.answer(replace(asked, metric=Metric.PEOPLE_SHARE), BUY)
    assert [it.exposed.people for it in shares.groups if it.exposed] == [
        1,
        1,
        1,
    ]  # also where nobody failed
