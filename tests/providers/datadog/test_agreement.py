"""The local source and Datadog, the stand-in holding what the local store holds, give the same answers.

Each is a judge of the other: one counts in SQL, the other puts buckets of a query language together.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.demo.datadog_demo import fill
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.site import Site
from bot.providers.datadog.rum.datadog_source import DatadogSource
from bot.providers.local import sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.providers.local.sample.load import load_sample
from bot.signals.answer import Answer, Counts, Group, TargetMatch
from bot.signals.question import GroupBy, Metric, Period, Question, Signal
from standins.datadog.datadog_server import running
from standins.datadog.rum_api import KEPT
from standins.datadog.world import World
from tests.handlers.datadog import keep_only
from tests.providers.local.rumevents import action, lines

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOW = datetime(2026, 12, 3, 15, 42, 7, tzinfo=UTC)
ZONES = ["Asia/Seoul", "America/New_York", "Asia/Kolkata"]
BUY = [TargetMatch("Buy"), TargetMatch("구매하기")]
BOTH = [*BUY, TargetMatch("Apply coupon", "button.coupon")]
"""What "buy" and "coupon" stand for in the sample shop."""


def days(number: float, zone: str = "Asia/Seoul", before: float = 0) -> Period:
    end = NOW - timedelta(days=before)
    return Period((end - timedelta(days=number)).astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone)))


ASKED = Question(days(3), target="buy")


@dataclass(frozen=True)
class Two:
    local: LocalSource
    datadog: DatadogSource

    async def answers(self, question: Question, targets: list[TargetMatch]) -> tuple[Answer, Answer]:
        return await self.local.answer(question, targets), await self.datadog.answer(question, targets)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the sample's four weeks: its recorded sessions, and of the others one in four."""
    folder = tmp_path_factory.mktemp("agreement")

    async def load() -> None:
        async with stored(folder) as store:
            await load_sample(store, NOW.astimezone())
            await store.settle()
            found = await store.query("SELECT id, id IN (SELECT session_id FROM segments) FROM sessions")
            some = [id for id, recorded in found if recorded or crc32(id.encode()) % 4 == 0]
            await asyncio.to_thread(store.change, partial(keep_only, some))

    asyncio.run(load())
    return folder


@pytest.fixture(scope="module")
def world(folder: Path) -> World:
    """The stand-in's world of the same data."""
    world = World(clock=lambda: NOW)

    async def copy() -> None:
        async with stored(folder) as store:
            await fill(world, store, NOW)

    asyncio.run(copy())
    return world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two(folder: Path, world: World) -> AsyncIterator[Two]:
    async with stored(folder) as store, both(store, world) as found:
        yield found


@asynccontextmanager
async def stored(folder: Path) -> AsyncIterator[EventStore]:
    store = await EventStore.open(folder, clock=lambda: NOW)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def both(store: EventStore, world: World) -> AsyncIterator[Two]:
    async with running(world) as url, Client.opened(Site(url=url), world.api_key, world.app_key) as client:
        yield Two(LocalSource(store, NOW.timestamp), DatadogSource(client, "secret", lambda: NOW))


WEEK_SO_FAR = Period(datetime(2026, 11, 30, tzinfo=ZoneInfo("Asia/Seoul")), days(1).end, "week")
DAY_SO_FAR = Period(datetime(2026, 12, 4, tzinfo=ZoneInfo("Asia/Seoul")), days(1).end, "day")
KOREA: dict[str, Any] = {"geo": {"country_iso_code": "KR"}}
QUESTIONS = {
    "whole": ASKED,
    "of everything": replace(ASKED, target=None),
    "of one kind": replace(ASKED, signals=(Signal.DEAD,)),
    "of nothing": replace(ASKED, signals=()),
    "of an hour": replace(ASKED, period=days(1 / 24)),
    "of two weeks": replace(ASKED, period=days(13)),
    "compared": replace(ASKED, compare=days(2, before=9)),
    "of a day against the week around it": replace(ASKED, period=days(1, before=3), compare=days(7)),
    "of a week against a day in it": replace(ASKED, period=days(7), compare=days(1, before=3)),
    "of a stretch against one that begins within it": replace(ASKED, period=days(3, before=2), compare=days(3)),
    "of a week so far": replace(ASKED, period=WEEK_SO_FAR),
    "of a day so far": replace(ASKED, period=DAY_SO_FAR),
    "of a page": replace(ASKED, target=None, view="/shop/product"),
    "of a page in words": replace(ASKED, target=None, view="cart"),
    "by country": replace(ASKED, filters={"country": "kr"}),
    "by browser and system": replace(ASKED, filters={"browser": "safari", "os": "ios"}),
    "by version": replace(ASKED, filters={"version": "2.31"}),
    "by place": replace(ASKED, filters={"env": "prod", "service": "shop-web", "application": "nordic-outfitters"}),
    "by one or another": replace(ASKED, either={"browser": ("chrome", "firefox")}, filters={"device": "mobile"}),
    "but for some": replace(ASKED, without={"country": ("US", "KR"), "browser": ("Edge",)}),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
async def test_the_numbers_are_the_same(two: Two, question: Question) -> None:
    targets = BUY if question.target else []
    local, datadog = await two.answers(question, targets)
    assert local.exposed.actions or not question.signals
    assert (datadog.counts, datadog.before) == (local.counts, local.before)
    assert datadog.before_period == local.before_period
    assert (datadog.exposed, datadog.targets) == (local.exposed, local.targets)
    assert datadog.series == local.series


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("length", [0.9, 1.9, 2.1, 10])
async def test_slices_of_time_are_the_same_in_every_zone(two: Two, zone: str, length: float) -> None:
    asked = replace(ASKED, period=days(length, zone))
    local, datadog = await two.answers(asked, BUY)
    assert sum(sum(it.by_signal.values()) for it in local.series) == local.counts.signals > 0
    assert datadog.series == local.series


@pytest.mark.parametrize("by", [it for it in GroupBy if it is not GroupBy.ERROR])
async def test_groups_are_the_same(two: Two, by: GroupBy) -> None:
    local, datadog = await two.answers(replace(ASKED, group_by=by), BOTH)
    named = [group for group in local.groups if group.label]  # see test_where_they_have_to_differ
    assert named
    assert list(map(told, datadog.groups)) == list(map(told, named))


@pytest.mark.parametrize("metric", Metric)
async def test_the_best_of_a_grouping_are_the_same_by_every_measure(two: Two, metric: Metric) -> None:
    asked = replace(ASKED, group_by=GroupBy.COUNTRY, metric=metric, top=3)
    local, datadog = await two.answers(asked, BOTH)
    assert len(local.groups) == 3
    assert list(map(told, datadog.groups)) == list(map(told, local.groups))


async def test_top_errors_are_the_same_where_datadog_looks_at_all_of_them(two: Two) -> None:
    """It looks at the newest 100 actions with errors (see `causes`), and says so where there were more."""
    asked = replace(ASKED, target=None, period=days(0.1, before=0.5), group_by=GroupBy.ERROR)
    local, datadog = await two.answers(asked, [])
    assert len(local.errors) > 1
    assert sum(error.actions for error in local.errors) < 100
    assert datadog.errors == local.errors
    assert list(map(told, datadog.groups)) == list(map(told, local.groups))


async def test_both_tell_of_when_their_oldest_data_are(two: Two) -> None:
    """Datadog to the hour, and of 30 days at most; the sample has a few more when a week ends."""
    local, datadog = await two.answers(replace(ASKED, period=days(40)), BUY)
    assert local.kept_from
    assert datadog.kept_from
    assert abs(datadog.kept_from - max(local.kept_from, NOW - KEPT)) < timedelta(hours=1)


async def test_names_that_were_seen_are_the_same(two: Two) -> None:
    """Datadog tells a selector only where the name is masked, as it can't group by both."""
    local, datadog = await two.local.seen(ASKED.period), await two.datadog.seen(ASKED.period)
    assert len(local) > 10
    assert [(it.name, it.actions) for it in datadog] == [(it.name, it.actions) for it in local]


async def test_what_stands_around_an_answer_is_the_same(two: Two) -> None:
    local, datadog = await two.local.tops(ASKED, BUY), await two.datadog.tops(ASKED, BUY)
    assert (datadog.views, datadog.versions) == (local.views, local.versions)
    days_here, days_there = await two.local.daily(ASKED, BUY), await two.datadog.daily(ASKED, BUY)
    kept = {it.start for it in days_there}  # Datadog forgets after 30 days
    assert len(kept) > 20
    assert list(days_there) == [it for it in days_here if it.start in kept]


async def test_versions_are_first_seen_in_the_same_hour(two: Two) -> None:
    """Datadog tells the hour, and knows of nothing before its 30 days."""
    local, datadog = await two.local.versions(ASKED.period), await two.datadog.versions(ASKED.period)
    here = {it.version: it.at.replace(minute=0, second=0, microsecond=0) for it in local}
    assert {it.version: it.at for it in datadog}["2.31.0"] == here["2.31.0"]
    assert {it.version for it in datadog} == set(here)


async def test_moments_are_the_same(two: Two) -> None:
    """RUM doesn't tell how many clicks a rage click had or whether a recording is whole; people are hashed anew."""
    asked = replace(ASKED, target=None)
    local, datadog = await two.local.moments(asked, []), await two.datadog.moments(asked, [])
    assert len(local) > 5
    unlike: dict[str, Any] = {"clicks": 0, "complete": True, "person": "", "sample": False}
    here = [replace(it, **unlike) for it in local]
    there = [replace(it, **unlike) for it in datadog]
    assert sorted(there, key=order) == sorted(here, key=order)
    for one, other in itertools.pairwise(local):
        twins = {it.person for it in datadog if it.session_id in (one.session_id, other.session_id)}
        assert (len(twins) == 1) == (one.person == other.person)


async def test_where_they_have_to_differ(tmp_path: Path) -> None:
    """RUM's groups leave out events without the facet; here they are a group without a name."""
    noon, world = NOW - timedelta(days=1), World(clock=lambda: NOW)
    events = [
        action(noon + timedelta(seconds=number), "rage_click", session=session, user=user, **place)
        for number, (session, user, place) in enumerate(
            [("s-1", None, KOREA), ("s-1", "u-1", KOREA), ("s-2", "u-1", {})]
        )
    ]
    async with stored(tmp_path) as store:
        await store.write(store.rows.rum(sdk_events.decode(lines(*events))[0], Surroundings())[0])
        await fill(world, store, NOW)
        async with both(store, world) as two:
            local, datadog = await two.answers(replace(ASKED, group_by=GroupBy.COUNTRY), [TargetMatch("Buy")])
    assert datadog.counts == local.counts
    assert local.counts.people == 1
    assert [it.label for it in local.groups] == ["KR", ""]
    assert [it.label for it in datadog.groups] == ["KR"]


def order(moment: object) -> str:
    return repr(moment)


def told(group: Group) -> tuple[str, Counts, Counts | None]:
    return group.label, group.counts, group.exposed
