"""Periods are exact, in the asker's zone, over clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.parse import parse
from bot.signals.periods import previous
from bot.signals.question import Period, Question

SEOUL, NEW_YORK = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")
# Clocks in New York go forward on Sunday 2026-03-08 at 02:00 and back on Sunday 2026-11-01 at 02:00.


def asked(text: str, now: str, zone: ZoneInfo = NEW_YORK, tag: str = "en") -> Question:
    return parse(text, now=datetime.fromisoformat(now).replace(tzinfo=zone), locale=Locale.of(tag, zone))


def iso(period: Period) -> tuple[str, str]:
    return period.start.isoformat(), period.end.isoformat()


@pytest.mark.parametrize(
    ("text", "now", "start", "end"),
    [
        ("today", "2026-03-08T12:00", "2026-03-08T00:00:00-05:00", "2026-03-08T12:00:00-04:00"),
        ("yesterday", "2026-03-09T12:00", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00"),
        ("yesterday", "2026-11-02T12:00", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"),
        ("this week", "2026-11-01T12:00", "2026-10-26T00:00:00-04:00", "2026-11-01T12:00:00-05:00"),
        ("last week", "2026-11-03T12:00", "2026-10-26T00:00:00-04:00", "2026-11-02T00:00:00-05:00"),
        ("last 24 hours", "2026-03-08T12:00", "2026-03-07T11:00:00-05:00", "2026-03-08T12:00:00-04:00"),
        ("last 24 hours", "2026-11-01T12:00", "2026-10-31T13:00:00-04:00", "2026-11-01T12:00:00-05:00"),
        ("last 7 days", "2026-11-03T12:00", "2026-10-27T12:00:00-04:00", "2026-11-03T12:00:00-05:00"),
        ("last 90 minutes", "2026-03-08T03:15", "2026-03-08T00:45:00-05:00", "2026-03-08T03:15:00-04:00"),
        ("in March", "2026-04-02T12:00", "2026-03-01T00:00:00-05:00", "2026-04-01T00:00:00-04:00"),
        ("yesterday 01:00-02:00", "2026-11-02T12:00", "2026-11-01T01:00:00-04:00", "2026-11-01T02:00:00-05:00"),
        ("yesterday 01:00-03:00", "2026-03-09T12:00", "2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00"),
        ("since yesterday 02:30", "2026-03-09T12:00", "2026-03-08T03:00:00-04:00", "2026-03-09T12:00:00-04:00"),
        ("last month", "2026-03-31T12:00", "2026-02-01T00:00:00-05:00", "2026-03-01T00:00:00-05:00"),
        ("last 1 months", "2026-03-31T12:00", "2026-02-28T12:00:00-05:00", "2026-03-31T12:00:00-04:00"),
        ("on Feb 29", "2026-03-31T12:00", "2024-02-29T00:00:00-05:00", "2024-03-01T00:00:00-05:00"),
        ("last quarter", "2026-02-10T12:00", "2025-10-01T00:00:00-04:00", "2026-01-01T00:00:00-05:00"),
        ("this hour", "2026-11-24T14:05", "2026-11-24T14:00:00-05:00", "2026-11-24T14:05:00-05:00"),
        ("last weekend", "2026-11-22T14:05", "2026-11-14T00:00:00-05:00", "2026-11-16T00:00:00-05:00"),
        ("this weekend", "2026-11-22T14:05", "2026-11-21T00:00:00-05:00", "2026-11-22T14:05:00-05:00"),
        ("in late September", "2027-09-05T23:59", "2026-09-21T00:00:00-04:00", "2026-10-01T00:00:00-04:00"),
        ("in late September", "2027-09-22T12:00", "2027-09-21T00:00:00-04:00", "2027-09-22T12:00:00-04:00"),
        ("in late Q4", "2027-11-05T12:00", "2026-12-01T00:00:00-05:00", "2027-01-01T00:00:00-05:00"),
        ("on the last day of October", "2027-10-30T21:30", "2026-10-31T00:00:00-04:00", "2026-11-01T00:00:00-04:00"),
        (
            "from late September to early October",
            "2027-09-28T12:00",
            "2026-09-21T00:00:00-04:00",
            "2026-10-11T00:00:00-04:00",
        ),
        ("in H2", "2027-03-10T12:00", "2026-07-01T00:00:00-04:00", "2027-01-01T00:00:00-05:00"),
        ("in H2", "2027-07-10T12:00", "2027-07-01T00:00:00-04:00", "2027-07-10T12:00:00-04:00"),
        ("하반기", "2027-03-10T12:00", "2026-07-01T00:00:00-04:00", "2027-01-01T00:00:00-05:00"),
        ("연말", "2027-09-10T12:00", "2026-12-01T00:00:00-05:00", "2027-01-01T00:00:00-05:00"),
        ("월말", "2027-09-10T12:00", "2027-08-21T00:00:00-04:00", "2027-09-01T00:00:00-04:00"),
        ("at the end of the year", "2027-09-10T12:00", "2026-12-01T00:00:00-05:00", "2027-01-01T00:00:00-05:00"),
        ("from Q4 to Q1", "2027-11-05T12:00", "2026-10-01T00:00:00-04:00", "2027-04-01T00:00:00-04:00"),
    ],
)
def test_a_period_has_exact_ends_over_clock_changes(text: str, now: str, start: str, end: str) -> None:
    assert iso(asked(f"rage clicks {text}", now).period) == (start, end)


@pytest.mark.parametrize("now", ["2027-09-05T23:59", "2027-09-25T12:00", "2027-10-05T12:00"])
def test_parts_of_two_months_are_compared_in_the_year_in_which_both_have_been(now: str) -> None:
    question = asked("rage clicks late October vs late September", now)
    assert question.compare
    assert iso(question.compare) == ("2026-09-21T00:00:00-04:00", "2026-10-01T00:00:00-04:00")


def test_the_29th_of_february_is_in_no_year_before() -> None:
    question = asked("rage clicks on Mar 10 vs Feb 29", "2028-03-05T12:00")
    assert question.compare
    assert iso(question.compare) == ("2028-02-29T00:00:00-05:00", "2028-03-01T00:00:00-05:00")


def test_days_on_which_clocks_change_have_23_and_25_hours() -> None:
    assert asked("rage clicks yesterday", "2026-03-09T12:00").period.span == timedelta(hours=23)
    assert asked("rage clicks yesterday", "2026-11-02T12:00").period.span == timedelta(hours=25)


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "now", "zone", "tag"),
    [
        ("rage clicks between 02:00 and 03:00 yesterday", "2026-03-09T12:00", NEW_YORK, "en"),
        ("rage clicks today between 2am and 3am", "2026-03-08T15:00", NEW_YORK, "en"),
        ("rage clicks on 2026-03-29 from 02:15 to 02:45", "2026-03-30T12:00", BERLIN, "en"),
        ("rage clicks from 2026-03-29 02:15 to 02:45", "2026-03-30T12:00", BERLIN, "en"),
        ("rage clicks from 2026-03-29 02:15 to 2026-03-29 02:45", "2026-03-30T12:00", BERLIN, "en"),
        ("어제 새벽 2시 15분부터 2시 45분까지 분노 클릭", "2026-03-30T12:00", BERLIN, "ko"),
    ],
)
def test_an_hour_that_clocks_skip_is_said_not_to_have_been(text: str, now: str, zone: ZoneInfo, tag: str) -> None:
    said = {"en": "The clocks went from 02:00 straight to 03:00", "ko": "02:00에서 03:00로 바로 넘어가"}[tag]
    with pytest.raises(Misunderstood, match=said):
        asked(text, now, zone, tag)


@pytest.mark.parametrize(
    ("text", "now", "start", "end", "said"),
    [
        (
            "between 01:00 and 02:30 today",
            "2026-03-08T15:00",
            "01:00:00-05:00",
            "03:00:00-04:00",
            "02:30 did not exist",
        ),
        (
            "between 02:00 and 04:00 today",
            "2026-03-08T15:00",
            "03:00:00-04:00",
            "04:00:00-04:00",
            "02:00 did not exist",
        ),
        ("since today 02:30", "2026-03-08T15:00", "03:00:00-04:00", "15:00:00-04:00", "02:30 did not"),
        ("between 01:00 and 02:00 today", "2026-11-01T15:00", "01:00:00-04:00", "02:00:00-05:00", "01:00 came twice"),
        ("since today 01:30", "2026-11-01T15:00", "01:30:00-04:00", "15:00:00-05:00", "01:30 came twice"),
        ("today until 01:30", "2026-11-01T15:00", "00:00:00-04:00", "01:30:00-04:00", "01:30 came twice"),
        ("until 01:30", "2026-11-01T15:00", "00:00:00-04:00", "01:30:00-04:00", "01:30 came twice"),
        ("from midnight to 01:30 today", "2026-11-01T15:00", "00:00:00-04:00", "01:30:00-04:00", "01:30 came twice"),
    ],
)
def test_a_time_that_clocks_skip_or_show_twice_is_decided_and_said(
    text: str, now: str, start: str, end: str, said: str
) -> None:
    question = asked(f"rage clicks {text}", now)
    assert [moment.partition("T")[2] for moment in iso(question.period)] == [start, end]
    assert any(said in sentence for sentence in question.assumed)


def test_with_a_zone_either_of_the_two_hours_can_be_meant() -> None:
    first, second = (asked(f"rage clicks from 01:00 to 01:30 {zone}", "2026-11-01T15:00") for zone in ("EDT", "EST"))
    assert second.period.end.timestamp() - first.period.end.timestamp() == 3600
    assert second.period.end.isoformat() == "2026-11-01T01:30:00-05:00"


@pytest.mark.parametrize(
    ("text", "now", "period", "compare"),
    [
        ("October vs September", "2026-09-15T12:00", "2025-10", "2025-09"),
        ("September vs October", "2026-09-15T12:00", "2025-09", "2025-10"),
        ("Q3 vs Q4", "2026-09-15T12:00", "2025-07", "2025-10"),
        ("H2 vs H1", "2026-03-10T12:00", "2025-07", "2025-01"),
        ("H1 vs H2", "2026-03-10T12:00", "2026-01", "2025-07"),
        ("Q1 vs Q4", "2026-03-10T12:00", "2026-01", "2025-10"),
        ("9월 10월 대비", "2026-09-15T12:00", "2025-09", "2025-10"),
    ],
)
def test_months_that_are_compared_are_the_last_ones_of_a_year(text: str, now: str, period: str, compare: str) -> None:
    question = asked(text, now)
    assert question.compare
    assert [f"{it.start:%Y-%m}" for it in (question.period, question.compare)] == [period, compare]
    assert not any("two years" in sentence for sentence in question.assumed)


def test_months_of_two_years_are_said_to_be() -> None:
    question = asked("August vs December", "2026-09-15T12:00")
    assert question.compare
    assert [it.start.year for it in (question.period, question.compare)] == [2026, 2025]
    assert any("two years" in sentence for sentence in question.assumed)


def test_a_range_that_ends_where_the_clocks_jump_has_nothing_to_say() -> None:
    assert asked("rage clicks between 01:00 and 02:00 today", "2026-03-08T15:00").assumed == ()


@pytest.mark.parametrize(
    ("text", "tag", "said"),
    [
        ("rage clicks in late October", "en", "thirds"),
        ("10월 말 분노 클릭", "ko", "셋으로 나눈"),
        ("rage clicks at the end of last year", "en", "its first and its last month"),
        ("rage clicks in the first week of October", "en", "the last seven days"),
        ("rage clicks from Oct 20 to Oct 12", "en", "turned round"),
        ("10월 20일부터 10월 12일까지 분노 클릭", "ko", "앞뒤를 바꾸었습니다"),
    ],
)
def test_what_words_for_a_time_leave_open_is_said(text: str, tag: str, said: str) -> None:
    assert said in " ".join(asked(text, "2026-11-24T14:05", SEOUL, tag).assumed)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("어제 저녁 7시부터 9시까지 분노 클릭", "2026-11-23T19:00:00+09:00", "2026-11-23T21:00:00+09:00"),
        ("어제 오전 11시부터 1시까지 분노 클릭", "2026-11-23T11:00:00+09:00", "2026-11-23T13:00:00+09:00"),
    ],
)
def test_a_half_of_the_day_is_carried_in_the_morning_too(text: str, start: str, end: str) -> None:
    assert iso(asked(text, "2026-11-24T08:00", SEOUL, "ko-KR").period) == (start, end)


def test_the_same_words_mean_other_instants_in_seoul_and_new_york() -> None:
    now = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # Tuesday morning in Seoul, Monday evening in New York
    seoul = parse("rage clicks today", now=now, locale=Locale.of("en", SEOUL)).period
    new_york = parse("rage clicks today", now=now, locale=Locale.of("en", NEW_YORK)).period
    assert iso(seoul) == ("2026-11-24T00:00:00+09:00", "2026-11-24T11:00:00+09:00")
    assert iso(new_york) == ("2026-11-23T00:00:00-05:00", "2026-11-23T21:00:00-05:00")


@pytest.mark.parametrize(
    ("tag", "start"),
    [
        ("en", "2026-11-23"),
        ("ko", "2026-11-23"),
        ("en-US", "2026-11-22"),
        ("ko-KR", "2026-11-22"),
        ("en-GB", "2026-11-23"),
    ],
)
def test_a_week_begins_on_monday_unless_the_territory_says_otherwise(tag: str, start: str) -> None:
    assert asked("rage clicks this week", "2026-11-24T14:05", SEOUL, tag).period.start.date().isoformat() == start


@pytest.mark.parametrize(("tag", "day"), [("en", "2026-05-10"), ("en-US", "2026-05-10"), ("en-GB", "2026-10-05")])
def test_dates_are_read_in_the_order_of_the_locale(tag: str, day: str) -> None:
    assert asked("rage clicks on 5/10/2026", "2026-11-24T14:05", SEOUL, tag).period.start.date().isoformat() == day


@pytest.mark.parametrize(
    ("text", "now", "start", "end"),
    [
        ("this week", "2026-11-24T14:05", "2026-11-16T00:00:00-05:00", "2026-11-17T14:05:00-05:00"),
        ("this week", "2026-11-03T14:05", "2026-10-26T00:00:00-04:00", "2026-10-27T14:05:00-04:00"),
        ("today", "2026-11-01T12:00", "2026-10-31T00:00:00-04:00", "2026-10-31T13:00:00-04:00"),
        ("yesterday", "2026-11-24T14:05", "2026-11-22T00:00:00-05:00", "2026-11-23T00:00:00-05:00"),
        ("last 3 hours", "2026-11-24T14:05", "2026-11-24T08:05:00-05:00", "2026-11-24T11:05:00-05:00"),
        ("last month", "2026-04-15T12:00", "2026-02-01T00:00:00-05:00", "2026-03-01T00:00:00-05:00"),
        ("last month", "2026-10-15T12:00", "2026-08-01T00:00:00-04:00", "2026-08-31T00:00:00-04:00"),
    ],
)
def test_the_trend_is_held_against_the_same_elapsed_span_before(text: str, now: str, start: str, end: str) -> None:
    assert iso(previous(asked(f"rage clicks {text}", now).period)) == (start, end)


@pytest.mark.parametrize(
    ("text", "now", "start", "end"),
    [
        ("yesterday vs Sunday", "2026-11-03T12:00", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"),
        ("on Nov 2 vs Nov 1", "2026-11-09T12:00", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"),
        ("yesterday vs Saturday", "2026-11-02T12:00", "2026-10-31T00:00:00-04:00", "2026-11-01T00:00:00-04:00"),
        ("yesterday vs Sunday", "2026-03-10T12:00", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00"),
        ("last week vs the week before", "2026-11-09T12:00", "2026-10-26T00:00:00-04:00", "2026-11-02T00:00:00-05:00"),
        ("from Nov 2 to Nov 3 vs Oct 31", "2026-11-09T12:00", "2026-10-31T00:00:00-04:00", "2026-11-01T00:00:00-04:00"),
        ("today vs yesterday", "2026-11-02T12:00", "2026-11-01T00:00:00-04:00", "2026-11-01T11:00:00-05:00"),
    ],
)
def test_whole_days_are_held_against_whole_days_over_clock_changes(text: str, now: str, start: str, end: str) -> None:
    compare = asked(f"rage clicks {text}", now).compare
    assert compare is not None
    assert iso(compare) == (start, end)


def test_the_day_before_yesterday_is_whole_when_it_had_25_hours() -> None:
    assert previous(asked("rage clicks yesterday", "2026-11-03T12:00").period).span == timedelta(hours=25)


def test_at_the_very_start_of_a_day_there_is_nothing_to_count_yet() -> None:
    with pytest.raises(Misunderstood):
        asked("rage clicks today", "2026-11-24T00:00")
