"""Long periods: labels that differ, the date of the oldest data, and a rate of nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Bucket, Caveat, CaveatKind, Counts, Definition
from bot.signals.answer_text import caveat_sentences, limits, title
from bot.signals.chart import message_charts
from bot.signals.headline import headline
from bot.signals.periods import elapsed
from bot.signals.question import ALL_SIGNALS, Metric, Period, Question, Signal
from bot.signals.trend_text import trend_text

SEOUL, NEW_YORK, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
LATE = datetime(2026, 11, 24, 22, tzinfo=SEOUL)
ENGLISH, KOREAN = Locale.of("en", SEOUL), Locale.of("ko", SEOUL)


def answer(days: int, metric: Metric = Metric.SIGNALS, end: datetime = LATE, **more: object) -> Answer:
    period = Period(end - timedelta(days=days), end)
    series = tuple(Bucket(period.start + timedelta(days=day), dict.fromkeys(ALL_SIGNALS, 1)) for day in range(days))
    told = {"counts": Counts({Signal.RAGE: days}, days, 1, 1), "series": series, "exposed": Counts(), **more}
    question = Question(period, metric=metric, view="/cart")
    return Answer(question, "local", Definition("sdk_rules", "SDK"), "", before=None, before_period=None, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("days", [20, 27, 28, 29, 35, 62, 275, 400, 800])
@pytest.mark.parametrize("locale", [ENGLISH, KOREAN])
@pytest.mark.parametrize("zone", [SEOUL, NEW_YORK])
def test_no_two_bars_of_a_chart_have_the_same_label(now: datetime, days: int, locale: Locale, zone: ZoneInfo) -> None:
    """Slack refuses a chart where two have."""
    labels = message_charts(answer(days, end=now.astimezone(zone)), replace(locale, zone=zone))[0].labels
    assert len(set(labels)) == len(labels) > 1


@pytest.mark.parametrize("hours", [3, 12, 25, 48])
@pytest.mark.parametrize("locale", [ENGLISH, KOREAN])
@pytest.mark.parametrize("zone", [SEOUL, NEW_YORK, BERLIN])
def test_no_two_hours_of_a_chart_have_the_same_label(now: datetime, hours: int, locale: Locale, zone: ZoneInfo) -> None:
    """Where clocks go back, one hour comes twice."""
    this_hour = now.astimezone(zone).replace(minute=0)
    starts = [elapsed(this_hour, timedelta(hours=hour - hours)) for hour in range(hours + 1)]
    series = tuple(Bucket(start, dict.fromkeys(ALL_SIGNALS, 1)) for start in starts)
    told = replace(answer(1, end=now.astimezone(zone)), series=series)
    labels = message_charts(told, replace(locale, zone=zone))[0].labels
    assert len(set(labels)) == len(labels) > 1
    assert max(map(len, labels)) <= 20  # what Slack takes


def test_the_date_of_the_oldest_data_is_said() -> None:
    early = (Caveat(CaveatKind.BEFORE_DATA),)
    told = answer(60, caveats=early, kept_from=datetime(2026, 10, 25, 9, tzinfo=SEOUL))
    assert limits(told, ENGLISH) == [*caveat_sentences(early, ENGLISH), "The oldest data is from Oct 25, 2026."]
    assert limits(told, KOREAN)[-1] == "가장 오래된 데이터는 2026년 10월 25일의 것입니다."


def test_a_rate_of_no_actions_is_no_dash() -> None:
    assert title(answer(3, Metric.RATE, counts=Counts()), ENGLISH) == "No actions on “/cart”"
    assert title(answer(3, Metric.RATE, counts=Counts()), KOREAN) == "“/cart” 액션 없음"


OLDEST = datetime(2026, 10, 25, 9, tzinfo=SEOUL)
NONE: dict[str, Any] = {"counts": Counts(), "series": (), "kept_from": OLDEST}


@pytest.mark.parametrize("metric", Metric)
def test_a_time_before_the_oldest_data_has_no_number(metric: Metric) -> None:
    unknown = answer(7, metric, end=OLDEST - timedelta(days=30), **NONE)
    assert title(unknown, ENGLISH) == "Nothing is known of that time"
    assert title(unknown, KOREAN) == "그 기간의 데이터가 없습니다"
    assert not headline(unknown, ENGLISH).known
    partly = answer(60, metric, **NONE)
    assert title(partly, ENGLISH) != "Nothing is known of that time"
    assert headline(partly, ENGLISH).known


def test_a_comparison_with_a_time_before_the_oldest_data_is_none() -> None:
    july = Period(datetime(2026, 7, 1, tzinfo=SEOUL), datetime(2026, 7, 4, tzinfo=SEOUL))
    told = replace(answer(3, kept_from=OLDEST), before=Counts(), before_period=july)
    assert trend_text(told, ENGLISH) == "Nothing is known of Wed, Jul 1 – Fri, Jul 3 KST."
    assert (headline(told, ENGLISH).before, headline(told, ENGLISH).change) == (None, None)
    kept = replace(told, before_period=Period(OLDEST, OLDEST + timedelta(days=3)))
    assert trend_text(kept, ENGLISH).startswith("None in ")
    assert headline(kept, ENGLISH).before == 0
