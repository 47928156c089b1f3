"""What every provider's source compares a period with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.signals.answer import Counts
from bot.signals.question import Period, Question, Signal
from tests.providers.contract.conftest import OpenSource
from tests.providers.contract.events import BUY, MONDAY, NOON, WEEK, action

DAY = timedelta(days=1)
TUESDAY = Period(MONDAY + DAY, MONDAY + 2 * DAY)
ASKED = Question(TUESDAY, target="buy button")


async def test_what_lies_in_both_periods_counts_in_both(open_source: OpenSource) -> None:
    source = await open_source(
        action(NOON, "rage_click", session="s-1", user="u-1"),
        action(NOON + DAY, "rage_click", session="s-2", user="u-1"),
        action(NOON + DAY, "dead_click", session="s-3", user="u-2"),
        action(NOON + 2 * DAY, "error_click", session="s-4", user="u-3"),
    )
    day = Counts({Signal.RAGE: 1, Signal.DEAD: 1, Signal.ERROR: 0}, actions=2, people=2, sessions=2)
    week = Counts({Signal.RAGE: 2, Signal.DEAD: 1, Signal.ERROR: 1}, actions=4, people=3, sessions=4)
    a_day_in_it = await source.answer(replace(ASKED, compare=WEEK), BUY)
    assert (a_day_in_it.counts, a_day_in_it.before) == (day, week)
    the_week_around = await source.answer(replace(ASKED, period=WEEK, compare=TUESDAY), BUY)
    assert (the_week_around.counts, the_week_around.before) == (week, day)
    late = Period(NOON + DAY, NOON + 3 * DAY)
    each_in_part = await source.answer(replace(ASKED, period=WEEK, compare=late), BUY)
    assert (each_in_part.counts, each_in_part.before) == (
        week,
        Counts({Signal.RAGE: 1, Signal.DEAD: 1, Signal.ERROR: 1}, actions=3, people=3, sessions=3),
    )


async def test_the_trend_of_a_calendar_unit_is_held_against_the_same_part_of_the_unit_before(
    open_source: OpenSource,
) -> None:
    """A Monday and Tuesday against the Monday and Tuesday before, not against the weekend."""
    so_far = Period(MONDAY, MONDAY + 2 * DAY, "week")
    source = await open_source(
        action(NOON, "rage_click"),
        action(NOON - 7 * DAY, "dead_click", session="s-2"),
        action(NOON - DAY, "error_click", session="s-3"),
    )
    answer = await source.answer(replace(ASKED, period=so_far), BUY)
    assert answer.before_period == Period(MONDAY - 7 * DAY, MONDAY - 5 * DAY)
    assert answer.before == Counts({Signal.RAGE: 0, Signal.DEAD: 1, Signal.ERROR: 0}, actions=1, people=1, sessions=1)
