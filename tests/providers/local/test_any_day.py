"""At every moment, wherever the asker lives: periods in words are counted whole, and nothing in them twice."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.kernel.locale import Locale
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.signals.answer import Answer
from bot.signals.language.parse import parse
from bot.signals.question import Signal
from tests.moments import BERLIN, NEW_YORK, SEOUL

PERIODS = ("this hour", "today", "yesterday", "this week", "last week", "last 24 hours", "last 7 days", "last 28 days")
ASKERS = {"en-GB": BERLIN, "en-US": NEW_YORK, "ko-KR": SEOUL}


@pytest.fixture
async def source(tmp_path: Path, sample: Path, now: datetime) -> AsyncIterator[LocalSource]:
    shutil.copytree(sample, tmp_path / "rum")
    opened = await EventStore.open(tmp_path / "rum", clock=lambda: now)
    yield LocalSource(opened)
    await opened.close()


@pytest.mark.parametrize("tag", ASKERS)
async def test_a_period_is_counted_whole_and_nothing_twice(source: LocalSource, now: datetime, tag: str) -> None:
    zone = ASKERS[tag]
    there, locale = now.astimezone(ZoneInfo(zone)), Locale.of(tag, zone)
    for words in PERIODS:
        question = parse(f"frustration signals {words}", now=there, locale=locale)
        answer = await source.answer(question, [])
        assert answer.counts.signals > 0, words
        assert in_the_chart(answer) == answer.counts.by_signal, words
        starts = [bucket.start.timestamp() for bucket in answer.series]
        assert starts == sorted(set(starts)), words
        assert starts[0] <= question.period.start.timestamp() < question.period.end.timestamp(), words
        daily = [day.start.astimezone(ZoneInfo(zone)) for day in await source.daily(question, [])]
        assert all((day.hour, day.minute) == (0, 0) for day in daily), words
        assert all((later.date() - day.date()).days == 1 for day, later in itertools.pairwise(daily)), words


def in_the_chart(answer: Answer) -> dict[Signal, int]:
    return {signal: sum(bucket.by_signal.get(signal, 0) for bucket in answer.series) for signal in Signal}
