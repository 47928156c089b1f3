"""The trend names the period that it is held against."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Counts
from bot.signals.question import Metric, Period, Signal
from bot.signals.question_text import when
from bot.signals.trend_text import against_text, trend_text
from tests.signals.test_limits import START, answer

ENGLISH, KOREAN = Locale.of("en"), Locale.of("ko")
WEEK_BEFORE = Period(START - timedelta(days=7), START)


def held(now: int, before: int, metric: Metric = Metric.SIGNALS) -> Answer:
    plain = answer()
    question = replace(plain.question, metric=metric)
    counts, earlier = (Counts({Signal.RAGE: n}, n, n, n) for n in (now, before))
    return replace(plain, question=question, counts=counts, before=earlier, before_period=WEEK_BEFORE)


@pytest.mark.parametrize(
    ("now", "before", "english", "korean"),
    [
        (112, 100, "▲ 12% more than {} (100)", "▲ {}(100)보다 12% 증가"),
        (50, 100, "▼ 50% fewer than {} (100)", "▼ {}(100)보다 50% 감소"),
        (900, 100, "▲ 9× as many as in {} (100)", "▲ {}(100)의 9배"),
        (100, 100, "As many as in {} (100)", "{}(100) 수준과 같음"),
        (7, 0, "None in {}", "{}: 없었음"),
        (0, 0, "None in {} either", "{}에도 없음"),
    ],
)
def test_a_trend_says_what_it_is_held_against(now: int, before: int, english: str, korean: str) -> None:
    found = held(now, before)
    assert trend_text(found, ENGLISH) == english.format("Mon, Oct 19 – Sun, Oct 25 UTC")
    assert trend_text(found, KOREAN) == korean.format("10월 19일 (월) – 10월 25일 (일) UTC")


def test_a_trend_against_another_year_names_it() -> None:
    year_before = Period(WEEK_BEFORE.start - timedelta(days=364), WEEK_BEFORE.end - timedelta(days=364))
    found = replace(held(112, 100), before_period=year_before)
    assert trend_text(found, ENGLISH) == "▲ 12% more than 2025, Mon, Oct 20 – Sun, Oct 26 UTC (100)"


@pytest.mark.parametrize(
    ("days", "english", "korean"),
    [
        (1, "100 in {}, which is shorter", "{}: 100(더 짧은 기간)"),
        (14, "100 in {}, which is longer", "{}: 100(더 긴 기간)"),
    ],
)
def test_no_percentage_is_told_of_periods_that_are_not_as_long(days: int, english: str, korean: str) -> None:
    against = Period(START - timedelta(days=days), START)
    found = replace(held(900, 100), before_period=against)
    for locale, sentence in ((ENGLISH, english), (KOREAN, korean)):
        assert trend_text(found, locale) == sentence.format(when(against, locale, found.question.period))


def test_a_month_is_as_long_as_a_shorter_month() -> None:
    march = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), "month")
    february = Period(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), "month")
    assert against_text(112, 100, february, march, ENGLISH).startswith("▲ 12% more than ")


def test_people_are_compared_with_people_and_a_share_with_nothing() -> None:
    people = replace(held(1, 1, Metric.PEOPLE), counts=Counts(people=3), before=Counts(people=2))
    assert trend_text(people, ENGLISH).startswith("▲ 50% more than ")
    for metric in (Metric.RATE, Metric.PEOPLE_SHARE, Metric.SESSIONS_SHARE):
        assert trend_text(held(9, 3, metric), ENGLISH) == ""
    assert trend_text(answer(), ENGLISH) == ""
