"""What stands around an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.rum.datadog_source import DatadogSource
from bot.services.questions.with_context import answer_with_context
from bot.signals.answer import FirstSeen, Top
from bot.signals.question import Period, Signal
from bot.signals.source import Daily, Placed, Versioned
from standins.datadog.world import World
from tests.providers.contract.events import ASKED, BUY
from tests.providers.datadog.examples import MONDAY, NOON, NOW, WEEK, action, put

DAY = timedelta(days=1)


@pytest.fixture
def source(client: Client) -> DatadogSource:
    return DatadogSource(client, "secret", lambda: NOW)


async def test_the_days_before_are_told_as_far_as_data_are_kept(source: DatadogSource, world: World) -> None:
    oldest = (NOW - 28 * DAY).replace(hour=12)
    put(world, action(oldest, target="Other"))
    put(world, *(action(MONDAY - 2 * DAY, "rage_click", "dead_click") for _ in range(3)), action(NOON, "rage_click"))
    days = {day.start: day.signals for day in await source.daily(ASKED, BUY)}
    first = oldest.replace(hour=0, minute=0, second=0) + DAY
    assert list(days) == [first + number * DAY for number in range((WEEK.end - first).days)]
    assert {start: count for start, count in days.items() if count} == {MONDAY - 2 * DAY: 6, MONDAY: 1}


async def test_days_before_the_first_click_of_all_are_not_told(source: DatadogSource, world: World) -> None:
    put(world, action(MONDAY - DAY + timedelta(hours=1)), action(NOON, "rage_click"))
    assert [day.signals for day in await source.daily(ASKED, BUY)] == [1, 0, 0]


async def test_only_the_signals_asked_for_count_on_a_day(source: DatadogSource, world: World) -> None:
    put(world, action(MONDAY - 9 * DAY), action(NOON, "rage_click", "dead_click"))
    dead = replace(ASKED, signals=(Signal.DEAD,))
    assert sum(day.signals for day in await source.daily(dead, BUY)) == 1


async def test_long_ago_has_no_days(source: DatadogSource) -> None:
    long_ago = replace(ASKED, period=Period(MONDAY - 90 * DAY, MONDAY - 80 * DAY))
    assert list(await source.daily(long_ago, BUY)) == []
    assert list(await source.versions(long_ago.period)) == []


async def test_top_views_and_versions(source: DatadogSource, world: World) -> None:
    put(
        world,
        *(action(NOON, "rage_click", version="2.31.0", url="https://x/order/17") for _ in range(2)),
        action(NOON, "rage_click", version="2.30.4", url="https://x/cart"),
        action(NOON, version="2.29.0", url="https://x/other"),
    )
    tops = await source.tops(ASKED, BUY)
    assert tops.views == (Top("/order/?", 2), Top("/cart", 1))
    assert tops.versions == (Top("2.31.0", 2), Top("2.30.4", 1))
    assert tops.services[0].label == "shop"


async def test_versions_by_the_hour_they_were_first_seen(source: DatadogSource, world: World) -> None:
    put(
        world,
        action(NOON + DAY, version="2"),
        action(NOON + timedelta(minutes=5), version="2"),
        action(MONDAY, version="1"),
    )
    assert await source.versions(WEEK) == [FirstSeen("1", MONDAY), FirstSeen("2", NOON)]
    seen: list[datetime] = [it.at for it in await source.versions(WEEK)]
    assert seen[0].tzinfo == WEEK.end.tzinfo


async def test_with_its_surroundings_a_question_takes_ten_requests(
    source: DatadogSource, client: Client, world: World
) -> None:
    assert isinstance(source, Daily)
    assert isinstance(source, Versioned)
    assert isinstance(source, Placed)
    put(world, action(NOON, "error_click", id="a-1", errors=1))
    await answer_with_context(source, ASKED, BUY)
    calls = client.calls
    answer = await answer_with_context(source, ASKED, BUY)
    assert (client.calls - calls, answer.tops.views[0].actions) == (11, 1)
