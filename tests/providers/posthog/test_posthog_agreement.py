"""The local source and PostHog, its stand-in told of the same clicks, give the same answers.

Each is a judge of the other: one counts the SDK's verdicts, the other puts PostHog's events together.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.providers.local import rum_export
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.providers.local.sample.load import load_sample
from bot.providers.posthog.event_properties import EventProperties
from bot.providers.posthog.posthog_client import PostHogClient
from bot.providers.posthog.posthog_recordings import PostHogRecordings
from bot.providers.posthog.posthog_source import PostHogSource
from bot.signals.answer import Counts, Group, TargetMatch
from bot.signals.question import GroupBy, Metric, Period, Question, Signal
from standins.posthog.posthog_server import running
from tests.handlers.datadog import keep_only
from tests.providers.posthog.conftest import QUICK
from tests.providers.posthog.posthog_house import empty_world, fill

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOW = datetime(2026, 12, 3, 15, 42, 7, tzinfo=UTC)
BUY = [TargetMatch("Buy"), TargetMatch("구매하기")]
BOTH = [*BUY, TargetMatch("Apply coupon", "button.coupon")]
"""What "buy" and "coupon" stand for in the sample shop."""


def days(number: float, zone: str = "Asia/Seoul", before: float = 0) -> Period:
    end = NOW - timedelta(days=before)
    return Period((end - timedelta(days=number)).astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone)))


ASKED = Question(days(3), target="buy")


@dataclass(frozen=True)
class TwoSources:
    local: LocalSource
    posthog: PostHogSource


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one in eight of the sample's sessions. Its recorded ones, by real people, are in test_moments."""
    folder = tmp_path_factory.mktemp("agreement")

    async def load() -> None:
        async with stored(folder) as store:
            await load_sample(store, NOW.astimezone())
            await store.settle()
            found = await store.query("SELECT id, id IN (SELECT session_id FROM segments) FROM sessions")
            some = [id for id, recorded in found if not recorded and crc32(id.encode()) % 8 == 0]
            await asyncio.to_thread(store.change, partial(keep_only, some))

    asyncio.run(load())
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two(folder: Path) -> AsyncIterator[TwoSources]:
    async with stored(folder) as store, empty_world(lambda: NOW) as world, running(world) as url:
        events = await asyncio.to_thread(lambda: list(rum_export.events(store, NOW - timedelta(days=60))))
        await fill(world, events, None, NOW)
        async with PostHogClient.opened(url, "1", world.key, patience=QUICK) as client:
            posthog = PostHogSource(client, EventProperties(), PostHogRecordings(client), "secret", lambda: NOW)
            yield TwoSources(LocalSource(store, NOW.timestamp), posthog)


@asynccontextmanager
async def stored(folder: Path) -> AsyncIterator[EventStore]:
    store = await EventStore.open(folder, clock=lambda: NOW)
    try:
        yield store
    finally:
        await store.close()


WEEK_SO_FAR = Period(datetime(2026, 11, 30, tzinfo=ZoneInfo("Asia/Seoul")), days(1).end, "week")
QUESTIONS = {
    "whole": ASKED,
    "of everything": replace(ASKED, target=None),
    "of one kind": replace(ASKED, signals=(Signal.DEAD,)),
    "of nothing": replace(ASKED, signals=()),
    "of two weeks": replace(ASKED, period=days(13)),
    "compared": replace(ASKED, compare=days(2, before=9)),
    "of a day against the week around it": replace(ASKED, period=days(1, before=3), compare=days(7)),
    "of a week so far": replace(ASKED, period=WEEK_SO_FAR),
    "of a page": replace(ASKED, target=None, view="/shop/product"),
    "of a page in words": replace(ASKED, target=None, view="cart"),
    "by country": replace(ASKED, filters={"country": "kr"}),
    "by browser and system": replace(ASKED, filters={"browser": "safari", "os": "ios"}),
    "by version": replace(ASKED, filters={"version": "2.31"}),
    "by place": replace(ASKED, filters={"env": "prod", "service": "shop-web"}),
    "by one or another": replace(ASKED, either={"browser": ("chrome", "firefox")}, filters={"device": "mobile"}),
    "but for some": replace(ASKED, without={"country": ("US", "KR"), "browser": ("Edge",)}),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
async def test_the_numbers_are_the_same(two: TwoSources, question: Question) -> None:
    targets = BUY if question.target else []
    local, posthog = await two.local.answer(question, targets), await two.posthog.answer(question, targets)
    assert local.exposed.actions or not question.signals
    assert (posthog.counts, posthog.before) == (local.counts, local.before)
    assert posthog.before_period == local.before_period
    assert (posthog.exposed, posthog.targets) == (local.exposed, local.targets)
    assert posthog.series == local.series
    assert posthog.errors == local.errors


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize("length", [0.9, 10])
async def test_slices_of_time_are_the_same_in_every_zone(two: TwoSources, zone: str, length: float) -> None:
    asked = replace(ASKED, period=days(length, zone))
    local, posthog = await two.local.answer(asked, BUY), await two.posthog.answer(asked, BUY)
    assert local.counts.signals > 0
    assert posthog.series == local.series


@pytest.mark.parametrize("by", GroupBy)
async def test_groups_are_the_same(two: TwoSources, by: GroupBy) -> None:
    asked = replace(ASKED, group_by=by)
    local, posthog = await two.local.answer(asked, BOTH), await two.posthog.answer(asked, BOTH)
    assert local.groups
    assert list(map(counted_group, posthog.groups)) == list(map(counted_group, local.groups))


@pytest.mark.parametrize("metric", Metric)
async def test_the_best_of_a_grouping_are_the_same_by_every_measure(two: TwoSources, metric: Metric) -> None:
    asked = replace(ASKED, group_by=GroupBy.COUNTRY, metric=metric, top=3)
    local, posthog = await two.local.answer(asked, BOTH), await two.posthog.answer(asked, BOTH)
    assert list(map(counted_group, posthog.groups)) == list(map(counted_group, local.groups))


async def test_names_values_and_what_stands_around_an_answer_are_the_same(two: TwoSources) -> None:
    """PostHog's clicks of a name are more than actions: a rage click is three of them."""
    seen = [{it.name: it.actions for it in await each.seen(ASKED.period)} for each in (two.local, two.posthog)]
    assert set(seen[0]) == set(seen[1])
    assert all(seen[0][name] <= seen[1][name] for name in seen[0])
    here, there = await two.local.tops(ASKED, BUY), await two.posthog.tops(ASKED, BUY)
    assert (there.views, there.versions) == (here.views, here.versions)
    days_here, days_there = await two.local.daily(ASKED, BUY), await two.posthog.daily(ASKED, BUY)
    begins = days_here[0].start  # the first day on which somebody clicked in those weeks may not count there
    assert len(days_here) > 20
    assert [day for day in days_there if day.start >= begins] == days_here
    assert await two.posthog.versions(ASKED.period) == await two.local.versions(ASKED.period)
    assert await two.posthog.people_who_did("Buy", ASKED.period) == await two.local.people_who_did("Buy", ASKED.period)


def counted_group(group: Group) -> tuple[str, Counts, Counts | None]:
    return group.label, group.counts, group.exposed
