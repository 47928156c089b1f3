"""The days before a period, and when versions were first seen."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.providers.local.sample.story import Story
from bot.signals.answer import TargetMatch
from bot.signals.question import Period, Question
from bot.signals.source import Daily, Versioned

SEOUL = ZoneInfo("Asia/Seoul")
BUY = (TargetMatch("Buy"),)


@pytest.fixture
async def source(tmp_path: Path, sample: Path, now: datetime) -> AsyncIterator[LocalSource]:
    """The sample week up to the moment."""
    shutil.copytree(sample, tmp_path / "rum")
    opened = await EventStore.open(tmp_path / "rum", clock=lambda: now)
    yield LocalSource(opened)
    await opened.close()


@pytest.fixture
def asked(now: datetime) -> Question:
    """The last day, in Seoul."""
    end = now.astimezone(SEOUL)
    return Question(Period(end - timedelta(days=1), end), target="Buy")


async def test_the_local_source_tells_days_and_versions(source: LocalSource) -> None:
    assert isinstance(source, Daily)
    assert isinstance(source, Versioned)


async def test_every_day_of_the_four_weeks_before_is_told_once(source: LocalSource, asked: Question) -> None:
    days = await source.daily(asked, BUY)
    assert [day.start.astimezone(SEOUL).hour for day in days] == [0] * len(days)
    starts = [day.start.astimezone(SEOUL).date() for day in days]
    assert starts == [starts[0] + timedelta(days=n) for n in range(len(starts))]
    assert starts[-1] == asked.period.end.date()


async def test_the_days_add_up_to_what_an_answer_counts(source: LocalSource, asked: Question) -> None:
    days = await source.daily(asked, BUY)
    whole = Period(days[0].start, asked.period.end)
    counted = await source.answer(Question(whole, target="Buy"), BUY)
    assert sum(day.signals for day in days) == counted.counts.signals > 0


async def test_days_without_data_are_not_told_as_days_without_signals(source: LocalSource, now: datetime) -> None:
    oldest = Story(now).start
    asked = Question(Period(oldest + timedelta(days=5), oldest + timedelta(days=7)), target="Buy")
    days = await source.daily(asked, BUY)
    assert days[0].start >= oldest
    assert len(days) <= 7


async def test_a_version_is_first_seen_when_it_was_though_that_lies_before_the_period(
    source: LocalSource, now: datetime
) -> None:
    end, deploy, monday = (it.astimezone(UTC) for it in (now, Story(now).deploy, Story(now).monday))
    seen = {it.version: it.at for it in await source.versions(Period(end - (end - deploy) / 2, end))}
    assert timedelta() <= seen["2.31.0"].astimezone(UTC) - deploy < timedelta(hours=1)
    week = Period(monday - timedelta(days=14), monday - timedelta(days=7))
    [before] = await source.versions(week)  # and not what came later
    assert before.version == "2.30.4"
    assert before.at < week.start
    assert len(await source.versions(Period(now - timedelta(days=7), now))) == 2


async def test_the_top_places_are_those_of_the_actions_with_signals(source: LocalSource, asked: Question) -> None:
    tops = await source.tops(asked, BUY)
    counted = await source.answer(asked, BUY)
    assert sum(top.actions for top in tops.versions) == counted.counts.actions > 0
    assert [top.actions for top in tops.views] == sorted((top.actions for top in tops.views), reverse=True)
    assert tops.views[0].label.startswith("/shop")
