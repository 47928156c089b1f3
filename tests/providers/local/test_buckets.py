"""What the database counts by the quarter of an hour goes into the right slice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.providers.local.count_statement import slot
from bot.providers.local.dialect import QUARTER_S
from bot.signals.periods import edges
from bot.signals.question import GroupBy, Period


def test_the_quarter_in_which_the_period_begins_belongs_to_the_first_slice() -> None:
    start = datetime(2026, 11, 16, 9, 7, tzinfo=UTC)
    starts = [edge.timestamp() for edge in edges(Period(start, start + timedelta(hours=3)), GroupBy.HOUR)]
    assert slot(starts, int(start.timestamp()) // QUARTER_S) == 0
    assert slot(starts, int(datetime(2026, 11, 16, 10, tzinfo=UTC).timestamp()) // QUARTER_S) == 1
