"""The same question a while later: what moves with the clock and what stands still, and what counts as a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Counts, Definition
from bot.signals.language.parse import parse
from bot.signals.live_answer import goes_on, has_changed, later
from bot.signals.question import Question, Signal

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 25, 5, 20, 13, 250, tzinfo=UTC)  # a Wednesday, 14:20 in Seoul


def asked(text: str, now: datetime = NOW) -> Question:
    return parse(text, now=now, locale=Locale.of("en", "Asia/Seoul"), versions={})


def stored(question: Question) -> Question:
    """As it comes back from a record: with offsets in place of zones."""
    return msgspec.json.decode(msgspec.json.encode(question), type=Question)


def answer(question: Question, rage: int = 7) -> Answer:
    return Answer(
        question=question,
        source="local",
        definition=Definition("", ""),
        query=f"until {question.period.end}",
        counts=Counts({Signal.RAGE: rage}, rage, rage, rage),
        before=Counts(),
        before_period=None,
        exposed=Counts(sessions=50),
        asked_at=question.period.end + timedelta(milliseconds=80),
    )


STILL_GOING_ON = (
    "in the last hour", "in the last 3 hours", "in the last 30 minutes", "in the last 24 hours", "in the last 7 days",
    "today", "this week", "this month", "since Monday", "since 9:00", "this week vs last week", "today vs yesterday",
)  # fmt: skip


@pytest.mark.parametrize("when", STILL_GOING_ON)
def test_later_it_is_what_the_same_words_mean_then(when: str) -> None:
    text = f"rage clicks {when}"
    now = NOW + timedelta(minutes=35)
    moved = later(stored(asked(text)), now, SEOUL)
    again = asked(text, now)
    assert moved
    assert moved.period == again.period
    assert moved.compare == again.compare


@pytest.mark.parametrize("hours", [10, 11, 34])
def test_a_day_that_is_over_has_its_last_numbers(hours: int) -> None:
    assert later(stored(asked("rage clicks today")), NOW + timedelta(hours=hours), SEOUL) is None
    assert later(stored(asked("rage clicks this week")), NOW + timedelta(hours=hours), SEOUL)


def test_only_a_period_up_to_now_goes_on() -> None:
    assert goes_on(answer(asked("rage clicks this week")))
    yesterday = asked("rage clicks yesterday")
    assert not goes_on(replace(answer(yesterday), asked_at=NOW))
    assert not goes_on(replace(answer(yesterday), asked_at=None))
    until_just_now = asked("rage clicks today from 9:00 to 14:20")
    assert not goes_on(answer(until_just_now)), "that end was named"


def test_the_time_of_counting_is_no_change_and_a_number_is() -> None:
    first = asked("rage clicks this week")
    second = later(first, NOW + timedelta(minutes=5), SEOUL)
    assert second
    assert not has_changed(answer(first), answer(second))
    assert not has_changed(msgspec.json.decode(msgspec.json.encode(answer(first)), type=Answer), answer(second))
    assert has_changed(answer(first), answer(second, rage=8))
    assert has_changed(answer(first), replace(answer(second), exposed=Counts(sessions=51)))
