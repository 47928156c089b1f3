"""What every provider's source promises. Every expected number can be counted by hand in the test."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.signals.answer import Counts, TargetMatch, TopError
from bot.signals.question import Period, Question, Signal
from bot.signals.source import Daily, Placed, Versioned
from tests.providers.contract.conftest import OpenSource
from tests.providers.contract.events import ASKED, BUY, MONDAY, NOON, NOW, WEEK, action, error, signals

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
RECORDED = Path(__file__).parents[2] / "recordings" / "datadog" / "sdk-7.16.2-shop-paired-rrweb"


async def test_signals_actions_people_and_sessions_are_told_apart(open_source: OpenSource) -> None:
    source = await open_source(
        action(NOON, "rage_click", "dead_click", "error_click", session="s-1", user="u-1"),
        action(NOON, "dead_click", session="s-1", user="u-1"),
        action(NOON, "rage_click", session="s-2", user="u-1"),
        action(NOON, session="s-3", user="u-2"),
        action(NOON, "dead_click", session="s-4", user="u-3", target="Add to cart"),
    )
    answer = await source.answer(ASKED, BUY)
    assert signals(answer.counts) == [2, 2, 1]
    assert (answer.counts.actions, answer.counts.people, answer.counts.sessions) == (3, 1, 2)
    assert (answer.exposed.actions, answer.exposed.people, answer.exposed.sessions) == (4, 2, 3)
    assert answer.targets == (TargetMatch("Buy now", actions=4),)


async def test_an_answer_names_its_source_and_whose_rule_counted(open_source: OpenSource) -> None:
    source = await open_source(action(NOON, "rage_click"))
    answer = await source.answer(ASKED, BUY)
    assert (answer.source, answer.definition) == (source.name, source.definition)
    assert answer.source_title
    assert answer.query
    assert answer.asked_at
    assert answer.asked_at.tzinfo == WEEK.end.tzinfo


async def test_taps_count_and_synthetic_tests_scrolls_and_custom_actions_do_not(open_source: OpenSource) -> None:
    source = await open_source(
        action(NOON, "rage_tap", kind="tap"),
        action(NOON, "rage_click", session="robot", session_type="synthetics"),
        action(NOON, kind="scroll"),
        action(NOON, kind="custom"),
    )
    answer = await source.answer(ASKED, BUY)
    assert (signals(answer.counts), answer.exposed.actions) == ([1, 0, 0], 1)


async def test_only_the_signals_asked_for_count(open_source: OpenSource) -> None:
    source = await open_source(action(NOON, "rage_click", "dead_click"), action(NOON, "error_click"))
    answer = await source.answer(replace(ASKED, signals=(Signal.DEAD,)), BUY)
    assert answer.counts == Counts({Signal.DEAD: 1}, actions=1, people=1, sessions=1)


async def test_periods_are_half_open_and_the_same_span_before_is_compared(open_source: OpenSource) -> None:
    before = WEEK.start - WEEK.span
    source = await open_source(
        *(action(at, "rage_click") for at in (WEEK.start, WEEK.end - SECOND, WEEK.end, WEEK.start - SECOND)),
        action(before, "dead_click"),
        action(before - SECOND, "dead_click", session="s-2"),
    )
    answer = await source.answer(ASKED, BUY)
    assert (signals(answer.counts), signals(answer.before)) == ([2, 0, 0], [1, 1, 0])
    assert answer.before == Counts({Signal.RAGE: 1, Signal.DEAD: 1, Signal.ERROR: 0}, actions=2, people=1, sessions=1)
    assert answer.before_period == Period(before, WEEK.start)


async def test_a_comparison_that_was_asked_for_is_used(open_source: OpenSource) -> None:
    earlier = Period(MONDAY - 9 * DAY, MONDAY - 6 * DAY)
    source = await open_source(action(earlier.start, "rage_click"), action(MONDAY - DAY, "rage_click"))
    answer = await source.answer(replace(ASKED, compare=earlier), BUY)
    assert (signals(answer.before), answer.before_period) == ([1, 0, 0], earlier)


async def test_errors_are_joined_to_the_clicks_they_happened_in(open_source: OpenSource) -> None:
    source = await open_source(
        *(action(NOON, "error_click", id=name, errors=2) for name in ("a-x", "a-y")),
        error(NOON, "cart is undefined", "a-x", "a-y"),
        error(NOON, "cart is undefined", "a-x"),
        error(NOON, "quota exceeded", "a-y"),
        error(NOON, "of another click", "a-z"),
        error(NOON, "of no click"),
    )
    answer = await source.answer(ASKED, BUY)
    assert answer.errors == (TopError("cart is undefined", 2), TopError("quota exceeded", 1))


async def test_no_match_for_the_words_is_an_empty_answer_but_no_words_are_every_target(open_source: OpenSource) -> None:
    source = await open_source(action(NOON, "rage_click"), action(NOON, "dead_click", target="Pay"))
    assert (await source.answer(ASKED, [])).counts.signals == 0
    assert (await source.answer(replace(ASKED, target=None), [])).counts.signals == 2


async def test_names_that_were_seen_come_most_clicked_first(open_source: OpenSource) -> None:
    source = await open_source(*(action(NOON, target=name) for name in ("Buy now", "구매하기", "Buy now")))
    assert [(target.name, target.actions) for target in await source.seen(WEEK)] == [("Buy now", 2), ("구매하기", 1)]


async def test_targets_without_a_name_of_their_own_are_told_apart_by_their_selector(open_source: OpenSource) -> None:
    masked = (action(NOON, "rage_click", target="Masked Element", selector=selector) for selector in ("#buy", "#pay"))
    source = await open_source(*masked)
    seen = {(target.name, target.selector) for target in await source.seen(WEEK)}
    assert seen == {("Masked Element", "#buy"), ("Masked Element", "#pay")}
    answer = await source.answer(ASKED, [TargetMatch("Masked Element", "#buy")])
    assert answer.counts.actions == 1


async def test_the_series_has_a_slice_for_every_day_in_the_askers_zone(open_source: OpenSource) -> None:
    hours = (timedelta(hours=hour) for hour in (0, 23, 24, 71))
    source = await open_source(*(action(MONDAY + hour, "rage_click", "dead_click") for hour in hours))
    answer = await source.answer(ASKED, BUY)
    assert [bucket.start for bucket in answer.series] == [MONDAY + day * DAY for day in range(3)]
    for signal in (Signal.RAGE, Signal.DEAD):
        assert [bucket.by_signal[signal] for bucket in answer.series] == [2, 1, 1]


async def test_two_days_are_shown_by_hour_and_more_by_day(open_source: OpenSource) -> None:
    source = await open_source(action(NOON))
    two_days = await source.answer(Question(Period(MONDAY, MONDAY + 2 * DAY)), [])
    more = await source.answer(Question(Period(MONDAY, MONDAY + 2 * DAY + timedelta(minutes=1))), [])
    assert (len(two_days.series), len(more.series)) == (48, 3)


@pytest.mark.parametrize(
    ("facet", "wanted", "actions"),
    [
        ("version", "2.31", 2),
        ("version", "v2.31.0", 1),
        ("version", "2.3", 0),
        ("browser", "safari", 2),
        ("browser", "Mobile Safari", 1),
        ("country", "kr", 1),
        ("env", "prod", 3),
        ("service", "shop", 3),
        ("plan", "paid", 1),
        ("no such thing", "x", 0),
    ],
)
async def test_filters(open_source: OpenSource, facet: str, wanted: str, actions: int) -> None:
    source = await open_source(
        action(NOON, "rage_click", session="1", version="2.31.0", browser="Safari", country="KR"),
        action(NOON, "rage_click", session="2", version="2.31.1", browser="Mobile Safari", country="US"),
        action(NOON, "rage_click", session="3", version="2.4", country="US", context={"plan": "paid"}),
    )
    answer = await source.answer(replace(ASKED, filters={facet: wanted}), BUY)
    assert answer.counts.actions == actions


@pytest.mark.parametrize(("words", "actions"), [("/cart", 2), ("/car", 0), ("/cart/", 1)])
async def test_a_page_is_a_path_and_what_lies_below_it(open_source: OpenSource, words: str, actions: int) -> None:
    paths = ("/cart", "/cart/gift", "/old-cart")
    source = await open_source(*(action(NOON, "rage_click", url=f"https://shop.example{path}?x=1") for path in paths))
    assert (await source.answer(replace(ASKED, view=words), BUY)).counts.actions == actions


async def test_several_values_of_a_facet_and_values_left_out(open_source: OpenSource) -> None:
    source = await open_source(
        *(
            action(NOON, "rage_click", session=browser, user=browser, browser=browser)
            for browser in ("Chrome", "Safari", "Firefox", "Edge")
        ),
        action(NOON, "rage_click", session="abroad", user="abroad", browser="Mobile Safari", country="US"),
    )
    either = replace(ASKED, either={"browser": ("Chrome", "Edge")})
    rest = replace(ASKED, without={"browser": ("Chrome", "Safari")})
    abroad = replace(ASKED, filters={"browser": "Safari"}, without={"country": ("KR",)})
    assert [(await source.answer(asked, BUY)).counts.signals for asked in (either, rest, abroad)] == [2, 2, 1]


async def test_what_stands_around_an_answer_adds_up_to_it(open_source: OpenSource) -> None:
    source = await open_source(
        action(MONDAY - 2 * DAY, "rage_click", "dead_click", version="1", url="https://x/cart"),
        *(action(NOON, "rage_click", version="2", url="https://x/cart") for _ in range(2)),
        action(NOON + DAY, "dead_click", version="1", url="https://x/pay"),
    )
    if isinstance(source, Daily):
        days = {day.start: day.signals for day in await source.daily(ASKED, BUY)}
        assert {start: count for start, count in days.items() if count} == {
            MONDAY - 2 * DAY: 2,
            MONDAY: 2,
            MONDAY + DAY: 1,
        }
    if isinstance(source, Placed):
        tops = await source.tops(ASKED, BUY)
        assert [(top.label, top.actions) for top in tops.views] == [("/cart", 2), ("/pay", 1)]
        assert [(top.label, top.actions) for top in tops.versions] == [("2", 2), ("1", 1)]
    if isinstance(source, Versioned):
        versions = await source.versions(WEEK)
        assert [version.version for version in versions] == ["1", "2"]
        assert versions[1].at <= NOON < versions[1].at + timedelta(hours=1)


async def test_moments_are_of_sessions_with_a_recording(open_source: OpenSource) -> None:
    unrecorded: dict[str, Any] = action(NOON, "rage_click", session="unrecorded", replay=False)
    source = await open_source(unrecorded, recording=RECORDED)
    years = Question(Period(NOW - timedelta(days=3650), NOW + DAY))
    moments = await source.moments(years, [])
    assert moments
    assert [moment.at for moment in moments] == sorted((moment.at for moment in moments), reverse=True)
    assert len({moment.session_id for moment in moments}) == 1
    for moment in moments:
        assert moment.signals
        assert moment.session_id != "unrecorded"
        assert await source.recording(moment.session_id)
    assert await source.moments(years, [], limit=1) == moments[:1]
