"""The local source and Datadog count and name the same people, in hours and days of every zone and clock change."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.demo.datadog_demo import fill
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.site import Site
from bot.providers.datadog.rum.datadog_source import DatadogSource
from bot.providers.local import sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.signals.answer import Answer, CaveatKind, TargetMatch
from bot.signals.periods import Clock, Span, same_span
from bot.signals.question import GroupBy, Period, Question
from standins.datadog.datadog_server import running
from standins.datadog.world import World
from tests.providers.local.rumevents import action, lines

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
BUY = [TargetMatch("Buy")]
DAYS = {
    "India": ("Asia/Kolkata", date(2026, 11, 1)),
    "Nepal": ("Asia/Kathmandu", date(2026, 11, 1)),
    "Eucla": ("Australia/Eucla", date(2026, 11, 1)),
    "clocks go back in New York": ("America/New_York", date(2026, 11, 1)),
    "the day after": ("America/New_York", date(2026, 11, 2)),
    "clocks go back in Berlin": ("Europe/Berlin", date(2026, 10, 25)),
}
NOBODY: dict[str, str] = {}
PEOPLE = {
    "named": [{"id": "u-1"}, {"id": "u-2", "anonymous_id": "b-1"}],
    "some named": [{"id": "u-1"}, {"anonymous_id": "b-1"}, {"anonymous_id": "b-2"}, NOBODY, NOBODY],
    "browsers": [{"anonymous_id": "b-1"}, {"anonymous_id": "b-2"}],
    "sessions": [NOBODY],
}
Asked = Sequence[Answer]


def whole_day(zone: str, day: date) -> Period:
    clock = Clock(NOW.astimezone(ZoneInfo(zone)), ZoneInfo(zone))
    span = clock.day(day)
    assert span.end
    return Period(span.start, span.end, "day")


def clicks(period: Period, people: Sequence[dict[str, str]], count: int) -> list[dict[str, Any]]:
    """Clicks in and around a period, some of them frustrated. A session is of one person."""
    drawn = random.Random(142)
    first, last = period.start.timestamp() - 36_000, period.end.timestamp() + 7200
    return [
        action(
            datetime.fromtimestamp(drawn.uniform(first, last), UTC),
            *drawn.choice([["rage_click"], ["dead_click", "error_click"], []]),
            session=f"s-{(session := drawn.randrange(9))}",
            usr=people[session % len(people)],
        )
        for _ in range(count)
    ]


@asynccontextmanager
async def answering(folder: Path, events: Sequence[dict[str, Any]]) -> AsyncIterator[Any]:
    """Gives a function that asks both sources, which hold these events."""
    world, store = World(clock=lambda: NOW), await EventStore.open(folder, clock=lambda: NOW)
    try:
        await store.write(store.rows.rum(sdk_events.decode(lines(*events))[0], Surroundings())[0])
        await fill(world, store, NOW)
        async with running(world) as url, Client.opened(Site(url=url), world.api_key, world.app_key) as client:
            sources = LocalSource(store, NOW.timestamp), DatadogSource(client, "secret", lambda: NOW)

            async def answers(question: Question) -> Asked:
                return [await source.answer(question, BUY) for source in sources]

            yield answers
    finally:
        await store.close()


def names_nobody(answer: Answer) -> bool:
    return CaveatKind.NAMELESS in {caveat.kind for caveat in answer.caveats}


@pytest.mark.parametrize(("zone", "day"), DAYS.values(), ids=DAYS)
@pytest.mark.parametrize("people", PEOPLE.values(), ids=PEOPLE)
async def test_hours_have_the_same_people_and_each_its_own_name(
    tmp_path: Path, zone: str, day: date, people: list[dict[str, str]]
) -> None:
    period = whole_day(zone, day)
    hours = round(period.span.total_seconds() / 3600)
    async with answering(tmp_path, clicks(period, people, 400)) as answers:
        for by in (GroupBy.HOUR, GroupBy.DAY, GroupBy.SIGNAL):
            local, datadog = await answers(Question(period, target="buy", group_by=by))
            assert datadog.groups == local.groups
            labels = [group.label for group in local.groups]
            assert len(set(labels)) == len(labels) == (hours if by is GroupBy.HOUR else len(local.groups))
            assert (datadog.counts, datadog.before, datadog.exposed) == (local.counts, local.before, local.exposed)
            assert datadog.series == local.series
            assert names_nobody(datadog) == names_nobody(local) == (people is not PEOPLE["named"])


async def test_a_day_is_compared_with_all_hours_of_a_day_of_25(tmp_path: Path) -> None:
    sunday, monday = (whole_day("America/New_York", date(2026, 11, day)) for day in (1, 2))
    against = same_span(Span(sunday.start, sunday.end, "day"), monday)
    assert (against.start, against.end) == (sunday.start, sunday.end)
    late = sunday.end.astimezone(UTC) - timedelta(minutes=20)
    async with answering(tmp_path, [action(late, "rage_click"), *clicks(sunday, PEOPLE["named"], 50)]) as answers:
        alone, _ = await answers(Question(sunday, target="buy"))
        for answer in await answers(Question(monday, target="buy", compare=against)):
            assert answer.before == alone.counts
        for answer in await answers(Question(monday, target="buy")):
            assert answer.before_period == against


@pytest.mark.parametrize("around", ["around", "within", "begins within", "ends within", "the same"])
async def test_an_action_in_both_periods_counts_in_both(tmp_path: Path, around: str) -> None:
    period = whole_day("Asia/Kolkata", date(2026, 10, 28))
    day = timedelta(days=1)
    compare = {
        "around": Period(period.start - 3 * day, period.end + 3 * day),
        "within": Period(period.start + day / 3, period.end - day / 3),
        "begins within": Period(period.start + day / 2, period.end + day),
        "ends within": Period(period.start - day, period.end - day / 2),
        "the same": period,
    }[around]
    async with answering(tmp_path, clicks(period, PEOPLE["some named"], 200)) as answers:
        alone, _ = await answers(Question(compare, target="buy"))
        for answer in await answers(Question(period, target="buy", compare=compare)):
            assert answer.before == alone.counts
        local, datadog = await answers(Question(period, target="buy", compare=compare))
        assert (datadog.counts, datadog.exposed, datadog.series) == (local.counts, local.exposed, local.series)


LOGGED_IN = {
    "in one session": [("s-1", NOBODY), ("s-1", {"id": "u-1"})],
    "with a browser": [("s-1", {"anonymous_id": "b-1"}), ("s-1", {"id": "u-1", "anonymous_id": "b-1"})],
    "beside a visit of nobody": [("s-1", NOBODY), ("s-1", {"id": "u-1"}), ("s-2", NOBODY)],
}


@pytest.mark.parametrize("visits", LOGGED_IN.values(), ids=LOGGED_IN)
async def test_who_logs_in_is_one_person_in_both(tmp_path: Path, visits: list[tuple[str, dict[str, str]]]) -> None:
    noon = NOW - timedelta(days=1)
    events = [
        action(noon + timedelta(seconds=number), "rage_click", session=session, usr=usr)
        for number, (session, usr) in enumerate(visits)
    ]
    asked = Question(Period(noon - timedelta(hours=1), NOW), target="buy")
    async with answering(tmp_path, events) as answers:
        local, datadog = await answers(replace(asked))
        assert (datadog.counts, names_nobody(datadog)) == (local.counts, names_nobody(local))
        assert local.counts.people == len({session for session, _ in visits})
