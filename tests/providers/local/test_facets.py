"""Facets with several values, facets left out, groups by error message, and queries that can be run as shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.signals.answer import Caveat, CaveatKind, TargetMatch
from bot.signals.answer_text import is_before_data, is_compared_before_data
from bot.signals.question import GroupBy, Metric, Period, Question, Signal
from tests.providers.local.conftest import Send
from tests.providers.local.rumevents import action, error, view

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
DAY = Period(NOON - timedelta(hours=12), NOON + timedelta(hours=12))
ASKED = Question(DAY)


@pytest.fixture
def source(store: EventStore) -> LocalSource:
    return LocalSource(store)


@pytest.fixture
async def browsers(send: Send) -> None:
    for browser, clicks in (("Chrome", 1), ("Safari", 2), ("Firefox", 4), ("", 8)):
        sent = [action(NOON, "rage_click", session=f"{browser}-{n}") for n in range(clicks)]
        await send(*sent, around=Surroundings(browser=browser))


@pytest.mark.usefixtures("browsers")
async def test_any_of_several_values_will_do(source: LocalSource) -> None:
    asked = replace(ASKED, either={"browser": ("Chrome", "Firefox")})
    assert (await source.answer(asked, [])).counts.signals == 5


@pytest.mark.usefixtures("browsers")
async def test_what_is_left_out_leaves_everything_else_also_where_nothing_is_told(source: LocalSource) -> None:
    asked = replace(ASKED, without={"browser": ("Chrome", "Firefox")})
    assert (await source.answer(asked, [])).counts.signals == 10
    nobody = replace(ASKED, filters={"browser": "Safari"}, without={"plan": ("paid",)})
    assert (await source.answer(nobody, [])).counts.signals == 2


async def test_a_page_in_another_language_is_the_same_page(source: LocalSource, send: Send) -> None:
    await send(action(NOON, "rage_click", url="https://x/checkout"), action(NOON, "rage_click", url="https://x/help"))
    assert (await source.answer(replace(ASKED, view="결제"), [])).counts.signals == 1


async def test_errors_are_groups_of_the_actions_they_happened_in(source: LocalSource, send: Send) -> None:
    await send(
        action(NOON, "rage_click", "error_click", id="a-one", session="s-1", user="u-1"),
        action(NOON, "error_click", id="a-two", session="s-2", user="u-2"),
        action(NOON, id="a-calm", session="s-3", user="u-3"),
        error(NOON, "no cart", "a-one"),
        error(NOON, "no cart", "a-one"),
        error(NOON, "no cart", "a-two", session="s-2"),
        error(NOON, "no net", "a-one"),
        error(NOON, "never told", "a-calm", session="s-3"),
    )
    answer = await source.answer(replace(ASKED, group_by=GroupBy.ERROR), [])
    assert [(it.label, it.counts.actions, it.counts.people, it.counts.sessions) for it in answer.groups] == [
        ("no cart", 2, 2, 2),
        ("no net", 1, 1, 1),
    ]
    assert answer.groups[0].counts.by_signal[Signal.RAGE] == 1
    await send(*(action(NOON, "rage_click", "error_click", id=f"a-{n}") for n in range(2)))
    await send(*(error(NOON, "no net", f"a-{n}") for n in range(2)))
    again = await source.answer(replace(ASKED, group_by=GroupBy.ERROR, metric=Metric.RATE), [])
    assert [(it.label, it.counts.actions) for it in again.groups] == [("no net", 3), ("no cart", 2)]
    assert len((await source.answer(replace(ASKED, group_by=GroupBy.ERROR, top=1), [])).groups) == 1


async def test_a_question_from_before_the_oldest_data_says_when_they_begin(source: LocalSource, send: Send) -> None:
    await send(action(NOON, "rage_click"))
    answer = await source.answer(Question(Period(NOON - timedelta(days=60), NOON + timedelta(hours=1))), [])
    assert answer.caveats[0] == Caveat(CaveatKind.BEFORE_DATA)
    assert answer.kept_from == NOON
    today = Period(NOON - timedelta(hours=11), NOON + timedelta(hours=1))
    known = Question(today, compare=Period(NOON - timedelta(minutes=30), NOON + timedelta(minutes=30)))
    assert (await source.answer(known, [])).kept_from is None


async def test_a_time_that_is_over_before_the_oldest_data_is_not_known_however_close(
    source: LocalSource, send: Send
) -> None:
    await send(action(NOON, "rage_click"))
    hour = Period(NOON - timedelta(minutes=30), NOON + timedelta(minutes=30))
    answer = await source.answer(Question(hour), [])
    assert (answer.counts.signals, answer.kept_from) == (1, NOON)
    assert is_compared_before_data(answer)
    earlier = await source.answer(Question(Period(NOON - timedelta(hours=1), NOON)), [])
    assert is_before_data(earlier)


async def test_nothing_at_all_is_not_the_same_as_nobody_who_clicked(source: LocalSource, send: Send) -> None:
    nothing = await source.answer(Question(Period(NOON - timedelta(hours=1), NOON)), [])
    assert nothing.caveats == (Caveat(CaveatKind.NOTHING_YET),)
    await send(view(NOON, 1))
    nobody = await source.answer(Question(Period(NOON - timedelta(hours=1), NOON)), [])
    assert (nobody.caveats, is_before_data(nobody)) == ((), False)


@pytest.mark.parametrize("name", ['Say "hi"', "50 * 2", "a:b", "(Pay)", "Pay)", "it's $v0", "두 단어", "a\\b", "%_"])
async def test_the_query_shown_can_be_run_whatever_the_name(store: EventStore, send: Send, name: str) -> None:
    await send(
        action(NOON, "rage_click", "error_click", target=name, session="s-1"),
        action(NOON, target=name, session="s-2", user="u-2"),
        action(NOON, "rage_click", target="Other", session="s-3"),
        around=Surroundings(browser=name),
    )
    asked = replace(ASKED, target=name, filters={"browser": name}, without={"env": (name,)})
    answer = await LocalSource(store).answer(asked, [TargetMatch(name)])
    assert answer.counts.signals == 2
    assert await store.query(answer.query, {}) == [(1, 0, 1, 1, 1, 1, 2)]
