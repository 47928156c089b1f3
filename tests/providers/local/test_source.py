"""Questions over what was stored; every expected number can be counted by hand in the test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.kernel.locale import Locale
from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import EDGE, LIVE, SEARCHING, LocalSource
from bot.signals.answer import Answer, Counts, TargetMatch, TopError
from bot.signals.question import GroupBy, Metric, Period, Question, Signal
from tests.providers.local.conftest import Send
from tests.providers.local.rumevents import action, error, view

SEOUL = ZoneInfo("Asia/Seoul")
MONDAY = datetime(2026, 11, 16, tzinfo=SEOUL)
NOON = MONDAY + timedelta(hours=12)
WEEK = Period(MONDAY, MONDAY + timedelta(days=3))
BUY = [TargetMatch("Buy")]
ASKED = Question(WEEK, target="buy button")


@pytest.fixture
def source(store: EventStore) -> LocalSource:
    return LocalSource(store)


def signals(counts: Counts | None) -> list[int]:
    assert counts is not None
    return [counts.by_signal.get(signal, 0) for signal in Signal]


async def test_signals_actions_people_and_sessions_are_told_apart(source: LocalSource, send: Send) -> None:
    await send(
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
    assert answer.targets == (TargetMatch("Buy", actions=4),)


async def test_only_the_signals_asked_for_count(source: LocalSource, send: Send) -> None:
    await send(action(NOON, "rage_click", "dead_click"), action(NOON, "error_click"))
    answer = await source.answer(replace(ASKED, signals=(Signal.DEAD,)), BUY)
    assert answer.counts == Counts({Signal.DEAD: 1}, actions=1, people=1, sessions=1)


async def test_periods_are_half_open_and_the_same_span_before_is_compared(source: LocalSource, send: Send) -> None:
    moments = (WEEK.start, WEEK.end - timedelta(seconds=1), WEEK.end, WEEK.start - timedelta(seconds=1))
    await send(*(action(moment, "rage_click") for moment in moments))
    await send(
        action(WEEK.start - WEEK.span, "dead_click"),
        action(WEEK.start - WEEK.span - timedelta(seconds=1), "dead_click"),
    )
    answer = await source.answer(ASKED, BUY)
    assert (signals(answer.counts), signals(answer.before)) == ([2, 0, 0], [1, 1, 0])
    assert answer.before_period == Period(WEEK.start - timedelta(days=3), WEEK.start)


async def test_a_comparison_that_was_asked_for_is_used(source: LocalSource, send: Send) -> None:
    long_ago = Period(MONDAY - timedelta(days=21), MONDAY - timedelta(days=14))
    await send(action(long_ago.start, "rage_click"), action(MONDAY - timedelta(days=1), "rage_click"))
    answer = await source.answer(replace(ASKED, compare=long_ago), BUY)
    assert (signals(answer.before), answer.before_period) == ([1, 0, 0], long_ago)


async def test_a_session_that_logs_in_is_one_person(source: LocalSource, send: Send) -> None:
    await send(action(NOON, "rage_click", user=None), action(NOON + timedelta(minutes=1), "rage_click", user="u-1"))
    answer = await source.answer(ASKED, BUY)
    assert (answer.counts.actions, answer.counts.people, answer.counts.sessions) == (2, 1, 1)


async def test_errors_are_joined_to_the_clicks_they_happened_in(source: LocalSource, send: Send) -> None:
    for name in ("a-1", "a-2"):
        await send(action(NOON, "error_click", id=name))
    await send(
        error(NOON, "cart is undefined", "a-1", "a-2"),
        error(NOON, "cart is undefined", "a-1"),
        error(NOON, "quota exceeded", "a-2"),
        error(NOON, "of another click", "a-3"),
        error(NOON, "of no click"),
    )
    answer = await source.answer(ASKED, BUY)
    assert answer.errors == (TopError("cart is undefined", 2), TopError("quota exceeded", 1))


async def test_no_match_for_the_words_is_an_empty_answer_but_no_words_are_every_target(
    source: LocalSource, send: Send
) -> None:
    await send(action(NOON, "rage_click"), action(NOON, "dead_click", target="Pay"))
    assert (await source.answer(ASKED, [])).counts.signals == 0
    assert (await source.answer(replace(ASKED, target=None), [])).counts.signals == 2


async def test_masked_targets_are_told_apart_by_their_selector(source: LocalSource, send: Send) -> None:
    await send(
        action(NOON, "rage_click", target="Masked Element", selector="#buy"),
        action(NOON, "rage_click", target="Masked Element", selector="#pay"),
    )
    seen = {(target.name, target.selector) for target in await source.seen(WEEK)}
    assert seen == {("Masked Element", "#buy"), ("Masked Element", "#pay")}
    answer = await source.answer(ASKED, [TargetMatch("Masked Element", "#buy")])
    assert answer.counts.actions == 1


async def test_seen_lists_names_with_their_usual_selector_most_clicked_first(source: LocalSource, send: Send) -> None:
    await send(
        *(action(NOON, selector=selector) for selector in ("#buy", "#buy", ".b")), action(NOON, target="구매하기")
    )
    assert [(one.name, one.selector, one.actions) for one in await source.seen(WEEK)] == [
        ("Buy", "#buy", 3),
        ("구매하기", "#buy", 1),
    ]


@pytest.mark.parametrize(
    ("facet", "wanted", "found"),
    [
        ("version", "2.31", 2),
        ("version", "v2.31.0", 1),
        ("version", "2.3", 0),
        ("browser", "safari", 2),
        ("browser", "Mobile Safari", 2),
        ("browser", "mobile chrome", 0),
        ("country", "kr", 1),
        ("env", "prod", 3),
        ("usr.plan", "PRO", 1),
        ('plan\'s "name"/~', "x", 1),
        ("no such thing", "x", 0),
    ],
)
async def test_filters(source: LocalSource, send: Send, facet: str, wanted: str, found: int) -> None:
    pro = {"id": "u", "plan": "pro"}
    tags = {"ddtags": "env:prod,service:shop"}
    await send(
        action(NOON, "rage_click", session="1", version="2.31.0", **tags),
        around=Surroundings(browser="Safari", country="KR", device="Mobile"),
    )
    await send(
        action(NOON, "rage_click", session="2", version="2.31.1", usr=pro, **tags),
        around=Surroundings(browser="Mobile Safari"),
    )
    await send(action(NOON, "rage_click", session="3", version="2.4", context={'plan\'s "name"/~': "x"}, **tags))
    answer = await source.answer(replace(ASKED, filters={facet: wanted}), BUY)
    assert answer.counts.actions == found


@pytest.mark.parametrize(("words", "found"), [("/cart", 2), ("/car", 0), ("Cart", 3), ("/cart/", 1), ("100%", 0)])
async def test_views_are_paths_or_words(source: LocalSource, send: Send, words: str, found: int) -> None:
    for path in ("/cart", "/cart/gift", "/old-cart"):
        await send(action(NOON, "rage_click", url=f"https://shop.example{path}?x=1"))
    assert (await source.answer(replace(ASKED, view=words), BUY)).counts.actions == found


async def test_groups_are_ordered_by_the_metric_and_cut_to_the_top(source: LocalSource, send: Send) -> None:
    for browser, clicks, sessions in (("Chrome", 3, 1), ("Safari", 2, 2), ("Firefox", 1, 1)):
        for number in range(clicks):
            one = action(NOON, "rage_click", session=f"{browser}-{number % sessions}", user=f"{browser}-{number}")
            await send(one, around=Surroundings(browser=browser))
    by_browser = replace(ASKED, group_by=GroupBy.BROWSER)
    assert labels(await source.answer(by_browser, BUY)) == ["Chrome", "Safari", "Firefox"]
    assert labels(await source.answer(replace(by_browser, metric=Metric.SESSIONS), BUY)) == [
        "Safari",
        "Chrome",
        "Firefox",
    ]
    assert labels(await source.answer(replace(by_browser, top=1), BUY)) == ["Chrome"]


def labels(answer: Answer) -> list[str]:
    return [group.label for group in answer.groups]


async def test_every_grouping_adds_up(source: LocalSource, send: Send) -> None:
    await send(
        action(NOON, "rage_click", "dead_click", session="1", version="1"),
        action(NOON + timedelta(days=1), "rage_click", session="2", version="2", target="Buy now", url="https://x/pay"),
    )
    both = [TargetMatch("Buy"), TargetMatch("Buy now")]
    for group_by in set(GroupBy) - {GroupBy.ERROR}:  # an action has any number of errors
        answer = await source.answer(replace(ASKED, group_by=group_by), both)
        assert sum(group.counts.signals for group in answer.groups) == 3, group_by
    by_day = await source.answer(replace(ASKED, group_by=GroupBy.DAY), both)
    assert labels(by_day) == ["2026-11-16", "2026-11-17"]
    by_hour = await source.answer(replace(ASKED, group_by=GroupBy.HOUR), both)
    assert labels(by_hour) == ["2026-11-16 12:00", "2026-11-17 12:00"]


async def test_a_day_of_25_hours_is_one_bucket(source: LocalSource, send: Send) -> None:
    """New York leaves summer time on 1 November 2026 at two in the morning."""
    zone = ZoneInfo("America/New_York")
    first = datetime(2026, 10, 31, tzinfo=zone)
    period = Period(first, datetime(2026, 11, 3, tzinfo=zone))
    await send(*(action((first.astimezone(UTC) + timedelta(hours=hour)), "rage_click") for hour in range(73)))
    answer = await source.answer(Question(period, target="buy"), BUY)
    assert [(bucket.start.day, bucket.by_signal[Signal.RAGE]) for bucket in answer.series] == [
        (31, 24),
        (1, 25),
        (2, 24),
    ]


async def test_the_last_millisecond_of_a_day_belongs_to_it(source: LocalSource, send: Send) -> None:
    last = MONDAY + timedelta(days=1) - timedelta(milliseconds=1)
    await send(action(last, "rage_click"))
    answer = await source.answer(ASKED, BUY)
    assert [bucket.by_signal[Signal.RAGE] for bucket in answer.series] == [1, 0, 0]
    await send(action(MONDAY - timedelta(days=2), target="Other"))
    days = {day.start: day.signals for day in await source.daily(ASKED, BUY)}
    assert days[MONDAY] == 1


async def test_kinds_of_signals_are_ordered_and_cut_like_other_groups(source: LocalSource, send: Send) -> None:
    await send(*(action(NOON, "rage_click", session="s-1") for _ in range(2)))
    await send(*(action(NOON, "dead_click", "error_click", session=f"s-{number}") for number in (2, 3, 4)))
    by_signal = replace(ASKED, group_by=GroupBy.SIGNAL)
    assert labels(await source.answer(by_signal, BUY)) == ["dead_click", "error_click", "rage_click"]
    assert labels(await source.answer(replace(by_signal, metric=Metric.RATE, top=1), BUY)) == ["dead_click"]


async def test_two_days_are_shown_by_hour_and_more_by_day(source: LocalSource) -> None:
    two_days = await source.answer(Question(Period(MONDAY, MONDAY + timedelta(days=2))), [])
    more = await source.answer(Question(Period(MONDAY, MONDAY + timedelta(days=2, minutes=1))), [])
    assert (len(two_days.series), len(more.series)) == (48, 3)


async def test_the_query_that_is_shown_gives_the_numbers_even_for_hostile_names(
    source: LocalSource, store: EventStore, send: Send
) -> None:
    name = "Buy '); DROP TABLE actions; -- \"*:$v0"
    await send(action(NOON, "rage_click", target=name), action(NOON, target=name, user="u-2", session="s-2"))
    answer = await source.answer(ASKED, [TargetMatch(name)])
    assert await store.query(answer.query) == [(1, 0, 0, 1, 1, 1, 2)]
    assert answer.counts.actions == 1


async def test_live_sessions_and_the_edge_of_what_is_kept_are_said(store: EventStore, send: Send) -> None:
    now = store.clock().astimezone(SEOUL)
    await send(action(now - timedelta(seconds=5), "rage_click"))
    today = Question(Period(now - timedelta(hours=1), now))
    assert (await LocalSource(store).answer(today, [])).partial == LIVE
    assert (await LocalSource(store, lambda: now.timestamp() + 3600).answer(today, [])).partial == ""
    await store.tidy(timedelta(minutes=90), now)
    later = LocalSource(store, lambda: now.timestamp() + 3600)
    assert (await later.answer(today, [])).partial == EDGE


async def test_synthetic_tests_scrolls_and_custom_actions_are_not_clicks(
    source: LocalSource, store: EventStore, send: Send
) -> None:
    await send(
        action(NOON, "rage_click", session="bot", session_type=1) | {"session": {"id": "bot", "type": "synthetics"}},
        action(NOON, kind="scroll"),
        action(NOON, kind="custom"),
        action(NOON, "rage_tap", kind="tap"),
        view(NOON, 1),
    )
    answer = await source.answer(ASKED, BUY)
    assert signals(answer.counts) == [1, 0, 0]
    assert await store.query("SELECT count(*) FROM others") == [(3,)]


def test_what_limits_the_numbers_is_told_in_korean_too() -> None:
    """The answer carries English sentences; the template looks them up."""
    korean = Locale.of("ko")
    for told in (LIVE, SEARCHING, EDGE, f"{EDGE} {LIVE}", f"{EDGE} {SEARCHING}", LocalSource.definition.name):
        assert korean.text(told) != told
