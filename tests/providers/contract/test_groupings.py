"""What every provider's source promises of groups: their order, their share, and that they add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.signals.answer import Counts, TargetMatch
from bot.signals.answer_text import part_of_all
from bot.signals.question import GroupBy, Metric
from tests.providers.contract.conftest import OpenSource
from tests.providers.contract.events import ASKED, BUY, NOON, action, error, labels, signals

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
RECORDED = Path(__file__).parents[2] / "recordings" / "datadog" / "sdk-7.16.2-shop-paired-rrweb"


async def test_groups_are_ordered_by_the_metric_and_cut_to_the_top(open_source: OpenSource) -> None:
    source = await open_source(
        *(
            action(NOON, "rage_click", session=f"{browser}-{n % sessions}", user=f"{browser}-{n}", browser=browser)
            for browser, clicks, sessions in (("Chrome", 3, 1), ("Safari", 2, 2), ("Firefox", 1, 1))
            for n in range(clicks)
        )
    )
    by_browser = replace(ASKED, group_by=GroupBy.BROWSER)
    assert labels(await source.answer(by_browser, BUY)) == ["Chrome", "Safari", "Firefox"]
    by_sessions = replace(by_browser, metric=Metric.SESSIONS)
    assert labels(await source.answer(by_sessions, BUY)) == ["Safari", "Chrome", "Firefox"]
    assert labels(await source.answer(replace(by_browser, top=1), BUY)) == ["Chrome"]


async def test_kinds_of_signals_are_ordered_and_cut_like_other_groups(open_source: OpenSource) -> None:
    source = await open_source(
        *(action(NOON, "rage_click", session="s-1") for _ in range(2)),
        *(action(NOON, "dead_click", "error_click", session=f"s-{n}") for n in (2, 3, 4)),
    )
    by_signal = replace(ASKED, group_by=GroupBy.SIGNAL)
    assert labels(await source.answer(by_signal, BUY)) == ["dead_click", "error_click", "rage_click"]
    assert labels(await source.answer(replace(by_signal, metric=Metric.RATE, top=1), BUY)) == ["dead_click"]


async def test_a_rate_is_of_those_who_used_it(open_source: OpenSource) -> None:
    source = await open_source(
        action(NOON, "rage_click", session="s-1", country="KR"),
        action(NOON, session="s-1", country="KR"),
        action(NOON, "rage_click", session="s-2", country="US"),
    )
    answer = await source.answer(replace(ASKED, group_by=GroupBy.COUNTRY, metric=Metric.RATE), BUY)
    assert [
        (group.label, group.counts.actions, group.exposed and group.exposed.actions) for group in answer.groups
    ] == [
        ("US", 1, 1),
        ("KR", 1, 2),
    ]


@pytest.mark.parametrize(
    ("metric", "shares"),
    [
        (Metric.RATE, [("2.31.0", 2, 3), ("2.30.4", 0, 2)]),
        (Metric.SESSIONS_SHARE, [("2.31.0", 1, 1), ("2.30.4", 0, 2)]),
        (Metric.PEOPLE_SHARE, [("2.31.0", 1, 1), ("2.30.4", 0, 1)]),
    ],
)
async def test_a_share_of_nothing_is_a_row_too(
    open_source: OpenSource, metric: Metric, shares: list[tuple[str, int, int]]
) -> None:
    source = await open_source(
        *(action(NOON, "rage_click", session="s-1", user="u-1") for _ in range(2)),
        action(NOON, session="s-1", user="u-1"),
        *(action(NOON, session=session, user="u-2", version="2.30.4") for session in ("s-2", "s-3")),
    )
    asked = replace(ASKED, group_by=GroupBy.VERSION, metric=metric)
    answer = await source.answer(asked, BUY)
    rows = [(it.label, *part_of_all(it.counts, it.exposed or Counts(), metric)) for it in answer.groups]
    assert rows == shares
    by_day = await source.answer(replace(asked, group_by=GroupBy.DAY), BUY)
    assert len(by_day.groups) == 1
    assert labels(await source.answer(replace(asked, metric=Metric.SIGNALS), BUY)) == ["2.31.0"]


async def test_every_grouping_adds_up(open_source: OpenSource) -> None:
    source = await open_source(
        action(NOON, "rage_click", "dead_click", session="1", version="1"),
        action(NOON + DAY, "rage_click", session="2", version="2", target="Buy", url="https://x/pay"),
    )
    both = [TargetMatch("Buy now"), TargetMatch("Buy")]
    for group_by in set(GroupBy) - {GroupBy.ERROR, GroupBy.MINUTE}:  # an action has any number of errors
        answer = await source.answer(replace(ASKED, group_by=group_by), both)
        assert sum(group.counts.signals for group in answer.groups) == 3, group_by
        assert sum(group.counts.sessions for group in answer.groups) == 2 + (group_by is GroupBy.SIGNAL), group_by
        assert all(group.exposed and group.exposed.actions for group in answer.groups), group_by
        assert [target.actions for target in answer.targets] == [1, 1]
    by_day = await source.answer(replace(ASKED, group_by=GroupBy.DAY), both)
    assert labels(by_day) == [f"{NOON:%Y-%m-%d}", f"{NOON + DAY:%Y-%m-%d}"]
    by_hour = await source.answer(replace(ASKED, group_by=GroupBy.HOUR), both)
    assert labels(by_hour) == [f"{NOON:%Y-%m-%d} 12:00", f"{NOON + DAY:%Y-%m-%d} 12:00"]


async def test_errors_are_groups_of_the_actions_they_happened_in(open_source: OpenSource) -> None:
    source = await open_source(
        action(NOON, "error_click", id="a-1", session="s-1", user="u-1", errors=1),
        action(NOON, "rage_click", "error_click", id="a-2", session="s-2", user="u-2", errors=1),
        error(NOON, "no cart", "a-1", session="s-1"),
        error(NOON, "no cart", "a-1", session="s-1"),
        error(NOON, "no cart", "a-2", session="s-2"),
        error(NOON, "no net", "a-2", session="s-2"),
        error(NOON, "of another click", "a-z", session="s-2"),
    )
    answer = await source.answer(replace(ASKED, group_by=GroupBy.ERROR), BUY)
    rows = [(group.label, group.counts.actions, group.counts.people, group.counts.sessions) for group in answer.groups]
    assert rows == [("no cart", 2, 2, 2), ("no net", 1, 1, 1)]
    assert signals(answer.groups[0].counts) == [1, 0, 2]
    assert answer.groups[0].exposed is None  # an error has no base: nobody met it without it
