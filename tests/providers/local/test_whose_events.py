"""Questions about one session, or one person as the sender knows them; people are stored as hashes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.signals.question import Period, Question
from bot.signals.source import PERSON, SESSION
from tests.providers.local.conftest import Send
from tests.providers.local.rumevents import action

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
ASKED = Question(Period(NOON - timedelta(hours=12), NOON + timedelta(hours=12)))


@pytest.fixture
async def source(store: EventStore, send: Send) -> LocalSource:
    for session, user, clicks in (("s-1", "u-1", 1), ("s-2", "u-1", 2), ("s-3", "u-2", 4)):
        await send(*[action(NOON, "rage_click", session=session, user=user) for _ in range(clicks)])
    return LocalSource(store)


@pytest.mark.parametrize(
    ("filters", "signals"),
    [({SESSION: "s-2"}, 2), ({PERSON: "u-1"}, 3), ({PERSON: "u-2"}, 4), ({SESSION: "s-1", PERSON: "u-2"}, 0)],
)
async def test_only_theirs_is_counted(source: LocalSource, filters: dict[str, str], signals: int) -> None:
    answer = await source.answer(replace(ASKED, filters=filters), [])
    assert answer.counts.signals == signals
    assert answer.question.filters == filters


async def test_everybody_elses_is_counted_without_them(source: LocalSource) -> None:
    answer = await source.answer(replace(ASKED, without={PERSON: ("u-1",)}), [])
    assert answer.counts.signals == 4


async def test_who_is_known_is_said_and_nobody_is_offered(source: LocalSource) -> None:
    for facet, value in ((SESSION, "s-1"), (PERSON, "u-2")):
        assert await source.has_value(facet, value)
        assert not await source.has_value(facet, "x' OR 1=1 --")
        assert await source.seen_values(facet) == ()


async def test_the_query_that_people_read_names_nobody(source: LocalSource) -> None:
    answer = await source.answer(replace(ASKED, filters={PERSON: "u-1"}), [])
    assert "'u-1'" not in answer.query
