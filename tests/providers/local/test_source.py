"""Questions over what was stored; every expected number can be counted by hand in the test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.signals.answer import Answer, Caveat, CaveatKind, Counts, TargetMatch
from bot.signals.question import GroupBy, Period, Question, Signal
from tests.providers.local.conftest import Send
from tests.providers.local.rumevents import action, view

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


async def test_a_session_that_logs_in_is_one_person(source: LocalSource, send: Send) -> None:
    await send(action(NOON, "rage_click", user=None), action(NOON + timedelta(minutes=1), "rage_click", user="u-1"))
    answer = await source.answer(ASKED, BUY)
    assert (answer.counts.actions, answer.counts.people, answer.counts.sessions) == (2, 1, 1)


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


def labels(answer: Answer) -> list[str]:
    return [group.label for group in answer.groups]


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
    early = Caveat(CaveatKind.BEFORE_DATA)  # of the hour before nothing is known
    assert (await LocalSource(store).answer(today, [])).caveats == (early, Caveat(CaveatKind.LIVE))
    await send(action(now - timedelta(hours=2), session="s-0"))
    assert (await LocalSource(store).answer(today, [])).caveats == (Caveat(CaveatKind.LIVE),)
    assert (await LocalSource(store, lambda: now.timestamp() + 3600).answer(today, [])).caveats == ()
    await store.tidy(timedelta(minutes=90), now)
    later = LocalSource(store, lambda: now.timestamp() + 3600)
    assert (await later.answer(today, [])).caveats == (Caveat(CaveatKind.BEFORE_DATA),)


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


async def test_a_row_counts_in_both_of_two_periods_that_overlap(source: LocalSource, send: Send) -> None:
    """A day against the week around it, which holds it."""
    day, week = (
        Period(MONDAY, MONDAY + timedelta(days=1)),
        Period(MONDAY - timedelta(days=3), MONDAY + timedelta(days=4)),
    )
    await send(
        action(NOON, "rage_click", user="u-1"),
        action(NOON, "dead_click", user="u-2", session="s-2"),
        action(NOON + timedelta(days=1), "rage_click", user="u-1", session="s-3"),
        action(NOON - timedelta(days=1), user="u-3", session="s-4"),
    )
    for within, around, now, before in ((day, week, 2, 3), (week, day, 3, 2), (week, week, 3, 3)):
        answer = await source.answer(replace(ASKED, period=within, compare=around), BUY)
        assert answer.before is not None
        assert (answer.counts.actions, answer.before.actions) == (now, before)
        assert (answer.counts.people, answer.before.people) == (2, 2)
        assert answer.exposed.actions == (2 if within is day else 4)
        assert sum(sum(bucket.by_signal.values()) for bucket in answer.series) == now
        assert [target.actions for target in answer.targets] == [answer.exposed.actions]


async def test_the_two_hours_of_one_name_are_two_groups(source: LocalSource, send: Send) -> None:
    zone = ZoneInfo("America/New_York")
    night = datetime(2026, 11, 1, tzinfo=zone)
    utc = night.astimezone(UTC)
    await send(*(action(utc + timedelta(minutes=30 * n), "rage_click") for n in range(8)))
    asked = Question(Period(night, night + timedelta(days=1)), group_by=GroupBy.HOUR)
    hours = [(group.label, group.counts.signals) for group in (await source.answer(asked, [])).groups]
    times = ["00:00", "01:00 EDT", "01:00 EST", "02:00"]
    assert hours == [(f"2026-11-01 {time}", 2) for time in times]


async def test_senders_that_keep_a_part_of_all_sessions_are_said(source: LocalSource, send: Send) -> None:
    """In either period, though what they kept is of another target: it is the page that samples."""
    await send(sampled_action(100, NOON), sampled_action(20, NOON - timedelta(days=30), session="s-old"))
    assert CaveatKind.SAMPLED not in kinds(await source.answer(ASKED, BUY))
    earlier = Period(MONDAY - timedelta(days=31), MONDAY - timedelta(days=28))
    assert CaveatKind.SAMPLED in kinds(await source.answer(replace(ASKED, compare=earlier), BUY))
    await send(sampled_action(99.5, NOON, target="Other", session="s-new"))
    assert CaveatKind.SAMPLED in kinds(await source.answer(ASKED, BUY))


async def test_who_people_are_is_said_where_a_visit_names_no_user(source: LocalSource, send: Send) -> None:
    await send(action(NOON, "rage_click"), action(NOON, target="Other", user=None, session="s-2"))
    assert CaveatKind.NAMELESS not in kinds(await source.answer(ASKED, BUY))
    assert CaveatKind.NAMELESS in kinds(await source.answer(replace(ASKED, target=None), []))
    await send(action(NOON, session="s-3", user=None, usr={"anonymous_id": "browser-7"}))
    assert CaveatKind.NAMELESS in kinds(await source.answer(ASKED, BUY))


async def test_who_logs_in_during_a_session_is_named(source: LocalSource, send: Send) -> None:
    await send(action(NOON, "rage_click", user=None), action(NOON + timedelta(minutes=1), user="u-1"))
    answer = await source.answer(ASKED, BUY)
    assert (answer.counts.people, kinds(answer)) == (1, set())


def sampled_action(rate: float, at: datetime, **more: Any) -> dict[str, Any]:
    return action(at, "rage_click", **more) | {"_dd": {"configuration": {"session_sample_rate": rate}}}


def kinds(answer: Answer) -> set[CaveatKind]:
    return {caveat.kind for caveat in answer.caveats} - {CaveatKind.BEFORE_DATA}
