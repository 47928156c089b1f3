"""The sample is a believable this week, whenever it is started."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.kernel.locale import Locale
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.providers.local.sample import load_sample
from bot.providers.local.sample.load import tables
from bot.providers.local.sample.recorded import FOLDER
from bot.providers.local.sample.story import HOMES, MONDAY, SUNDAY, Story, week_start
from bot.signals.answer import Answer, TargetMatch
from bot.signals.headline import headline
from bot.signals.question import GroupBy, Period, Question
from tests.made_once import made_once
from tests.providers.local.conftest import Send
from tests.providers.local.rumevents import action

TUESDAY = datetime(2026, 11, 17, 11, 30, tzinfo=ZoneInfo("Asia/Seoul"))
RECORDED = len(list(FOLDER.glob("*.json.gz")))
SEOUL, NEW_YORK = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")
STARTS = [
    datetime(2026, 11, 17, 11, 30, tzinfo=UTC),
    datetime(2026, 11, 16, 0, 5, tzinfo=UTC),
    datetime(2026, 11, 22, 23, 59, tzinfo=UTC),
    datetime(2026, 11, 16, 0, 30, tzinfo=SEOUL),
    datetime(2026, 11, 15, 0, 30, tzinfo=NEW_YORK),
]
MORNINGS = [
    datetime(2026, 11, 17, 10, 17, tzinfo=NEW_YORK),
    datetime(2026, 11, 18, 0, 10, tzinfo=SEOUL),
    datetime(2026, 11, 18, 1, 17, tzinfo=SEOUL),
    datetime(2026, 11, 19, 4, 17, tzinfo=SEOUL),
    datetime(2026, 11, 21, 2, 17, tzinfo=NEW_YORK),
    datetime(2026, 11, 16, 23, 55, tzinfo=NEW_YORK),
]


async def asked(store: EventStore, start: datetime, now: datetime, group_by: GroupBy | None = None) -> Answer:
    source = LocalSource(store, now.timestamp)
    return await source.answer(Question(Period(start, now), target="buy", group_by=group_by), [TargetMatch("Buy")])


async def this_week(store: EventStore, now: datetime, group_by: GroupBy | None = None) -> Answer:
    return await asked(store, week_start(now), now, group_by)


def later() -> datetime:
    """Than every moment here: the sample itself ends at its moment."""
    return datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[EventStore]:
    store = await EventStore.open(tmp_path / "data", clock=later)
    yield store
    await store.close()


@pytest.fixture(scope="module")
def loaded_week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store into which the sample was loaded on TUESDAY, for tests to copy."""

    async def load(folder: Path) -> None:
        store = await EventStore.open(folder, clock=later)
        await load_sample(store, TUESDAY)
        await store.settle()
        await store.close()

    return made_once(tmp_path_factory, "sample-tuesday", lambda folder: asyncio.run(load(folder)))


@pytest.fixture
async def tuesday(loaded_week: Path, tmp_path: Path) -> AsyncIterator[EventStore]:
    """A store after a start on TUESDAY."""
    shutil.copytree(loaded_week, tmp_path / "data")
    store = await EventStore.open(tmp_path / "data", clock=later)
    yield store
    await store.close()


async def test_at_the_moment_too_this_week_has_its_signals_and_it_is_clear_when_it_began(
    store: EventStore, now: datetime
) -> None:
    await this_week_has_its_signals(store, now)
    await it_is_clear_when_it_began(store, now)


@pytest.mark.parametrize("start", STARTS, ids=str)
async def test_this_week_has_its_signals_the_weeks_before_are_quieter_and_it_is_clear_when_it_began(
    store: EventStore, start: datetime
) -> None:
    await this_week_has_its_signals(store, start)
    await it_is_clear_when_it_began(store, start)


async def this_week_has_its_signals(store: EventStore, now: datetime) -> None:
    """For everyone in the demo: on the server, in Seoul, and in New York, where weeks begin on Sunday."""
    loaded = await load_sample(store, now.astimezone(UTC))
    for zone, first in ((UTC, MONDAY), (SEOUL, MONDAY), (NEW_YORK, SUNDAY)):
        there = now.astimezone(zone)
        start = week_start(there, first)
        answer = await asked(store, start, there)
        assert start <= loaded.story.deploy < now
        assert answer.counts.signals >= 3000
        assert answer.counts.signals >= answer.counts.actions >= answer.counts.sessions >= answer.counts.people >= 500
        assert answer.before is not None
        assert answer.before.signals < answer.counts.signals / 3
        assert answer.errors[0].message == "TypeError: cart is undefined"
        assert (answer.sample, answer.exposed.people > answer.counts.people) == (True, True)
    future = {"now": now.astimezone(UTC).replace(tzinfo=None)}
    assert await store.query("SELECT count(*) FROM actions WHERE moment > $now AND NOT derived", future) == [(0,)]


@pytest.mark.parametrize("start", MORNINGS, ids=str)
async def test_it_is_clear_when_it_began_and_with_which_version(store: EventStore, start: datetime) -> None:
    await it_is_clear_when_it_began(store, start)


async def it_is_clear_when_it_began(store: EventStore, now: datetime) -> None:
    """At any hour: while the day of the deploy goes on, at midnight, and on the morning after it."""
    await load_sample(store, now.astimezone(UTC))
    for zone, first in HOMES:
        there = now.astimezone(ZoneInfo(zone))
        source, targets = LocalSource(store, now.timestamp), [TargetMatch("Buy"), TargetMatch("구매하기")]
        question = Question(Period(week_start(there, first), there, "week"), target="buy")
        answer = await source.answer(question, targets)
        daily, seen = await source.daily(question, targets), await source.versions(question.period)
        facts = headline(replace(answer, daily=tuple(daily), first_seen=tuple(seen)), Locale.of("en", zone))
        assert facts.began.startswith("It began on"), zone
        assert "Version 2.31.0 was first seen" in facts.began, zone


async def test_the_four_weeks_before_have_a_rhythm(tuesday: EventStore) -> None:
    story = Story(TUESDAY)
    weeks = Period(story.start, story.monday)
    days = (await LocalSource(tuesday).answer(Question(weeks), [])).series
    sums = [sum(bucket.by_signal.values()) for bucket in days]
    assert len(sums) == 28
    assert min(sums) > 50
    weekend = sum(sum(sums[day::7]) for day in (5, 6)) / 2
    working = sum(sum(sums[day::7]) for day in range(5)) / 5
    assert weekend < 0.95 * working


async def test_names_versions_and_places_are_mixed(tuesday: EventStore) -> None:
    names = {target.name for target in await LocalSource(tuesday).seen(Period(week_start(TUESDAY), TUESDAY))}
    assert {"Buy", "구매하기", "Add to cart", "장바구니 담기", "Checkout", "Apply coupon"} <= names
    for group_by in (GroupBy.BROWSER, GroupBy.COUNTRY, GroupBy.DEVICE, GroupBy.VERSION):
        assert len((await this_week(tuesday, TUESDAY, group_by)).groups) >= 2, group_by


async def test_a_second_start_in_the_week_only_adds_what_happened_since(tuesday: EventStore) -> None:
    before = await tuesday.query("SELECT id FROM actions WHERE NOT derived")
    again = await load_sample(tuesday, TUESDAY)
    assert (again.actions, again.recordings) == (0, 0)
    later = TUESDAY + timedelta(hours=5)
    added = await load_sample(tuesday, later)
    after = await tuesday.query("SELECT id FROM actions WHERE NOT derived")
    assert added.actions > 100
    assert (added.recordings, len(after)) == (0, len(before) + added.actions)
    assert set(before) < set(after)


async def test_a_start_right_after_another_finds_nothing_to_add_and_does_not_mind(tuesday: EventStore) -> None:
    for seconds in range(0, 120, 7):
        await load_sample(tuesday, TUESDAY + timedelta(seconds=seconds))


async def test_a_new_week_is_made_anew_and_what_people_did_stays(store: EventStore, send: Send) -> None:
    await load_sample(store, TUESDAY)
    await send(action(TUESDAY, "rage_click", session="mine"))
    next_week = TUESDAY + timedelta(days=7)
    await load_sample(store, next_week)
    assert await store.query("SELECT session_id FROM actions WHERE NOT sample") == [("mine",)]
    assert (await this_week(store, next_week)).counts.signals >= 3000
    oldest = await store.query("SELECT epoch_ms(min(moment)) FROM actions WHERE sample")
    assert oldest[0][0] >= Story(next_week).start.timestamp() * 1000


async def test_the_recorded_sessions_can_be_watched_and_have_their_signals(tuesday: EventStore) -> None:
    recordings = await tuesday.query("SELECT count(DISTINCT session_id) FROM segments WHERE sample")
    assert recordings == [(RECORDED,)]
    assert RECORDED >= 6
    week = Period(week_start(TUESDAY), TUESDAY)
    source = LocalSource(tuesday)
    moments = await source.moments(Question(week, target="buy"), [TargetMatch("Buy"), TargetMatch("구매하기")])
    assert len({moment.session_id for moment in moments if moment.complete}) >= 4
    assert all(Story(TUESDAY).deploy <= moment.at < TUESDAY and moment.sample for moment in moments)
    assert await source.recording(moments[0].session_id)


def test_the_same_story_is_the_same_week_on_every_machine() -> None:
    """Drawn with a seed, column by column."""
    story = Story(TUESDAY)
    first, second = (tables(story, story.start, story.anchor) for _ in range(2))
    for (table, one), (_, two) in zip(first, second, strict=True):
        assert all((one[name] == two[name]).all() for name in one), table.name
