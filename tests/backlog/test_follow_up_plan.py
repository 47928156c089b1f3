"""When a follow-up is due: proposed in working days, read as people write it, told with its age."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backlog.due_dates import LATEST, read_due_date
from bot.backlog.follow_up_plan import PROPOSED, FollowUpKind, Priority, due_in_words, proposed, working_days_after
from bot.backlog.hours import WorkingHours
from bot.backlog.notebook_changes import changes_of
from bot.backlog.request import FollowUpPlan, Request, RequestAction, RequestState
from bot.backlog.sentences import happened
from bot.backlog.transitions import decide
from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.notebook.cell_data import FollowUp
from bot.notebook.head import Severity
from bot.signals.periods import Clock
from tests.backlog.examples import EN, HANA, JISOO, NEW, PLAN, after, press

SEOUL = ZoneInfo("Asia/Seoul")
KO = Locale.of("ko-KR", "Asia/Seoul")
WEDNESDAY = Clock(datetime(2026, 11, 25, 12, tzinfo=SEOUL), SEOUL)
LEAP_DAY = Clock(datetime(2028, 2, 29, 23, 59, tzinfo=SEOUL), SEOUL)
NEW_YEARS_EVE = Clock(datetime(2026, 12, 31, 23, 58, tzinfo=SEOUL), SEOUL)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-11", date(2026, 12, 11)),
        ("Dec 11", date(2026, 12, 11)),
        ("11 December", date(2026, 12, 11)),
        ("Jan 5", date(2027, 1, 5)),
        ("tomorrow", date(2026, 11, 26)),
        ("by Friday", date(2026, 11, 27)),
        ("until next Friday", date(2026, 11, 27)),
        ("Monday", date(2026, 11, 30)),
        ("next week", date(2026, 12, 6)),
        ("end of the month", date(2026, 11, 30)),
        ("in two weeks", date(2026, 12, 9)),
        ("in a month", date(2026, 12, 25)),
        ("Mon, Nov 30", date(2026, 11, 30)),
        ("by Friday, 2026-12-11", date(2026, 12, 11)),
        ("11월 30일 (월)까지", date(2026, 11, 30)),
        ("within 10 days", date(2026, 12, 5)),
        ("two weeks from now", date(2026, 12, 9)),
        ("the 5th", date(2026, 12, 5)),
        ("the 28th", date(2026, 11, 28)),
        ("12월 11일", date(2026, 12, 11)),
        ("12월 11일까지", date(2026, 12, 11)),
        ("내일", date(2026, 11, 26)),
        ("다음 주 금요일", date(2026, 12, 4)),
        ("2주 후", date(2026, 12, 9)),
        ("한 달 뒤", date(2026, 12, 25)),
        ("2026년 12월 11일", date(2026, 12, 11)),
    ],
)
def test_a_date_is_read_as_people_write_it(text: str, expected: date) -> None:
    assert read_due_date(text, WEDNESDAY, KO) == expected


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "",
        "rage clicks on buy",
        "Dec 32",
        "2 hours",
        "Friday at 5pm",
        "since Friday",
        "나중에",
        "<!channel>",
        "a" * 900,
    ],
)
def test_what_is_no_date_is_one_sentence_with_one_that_works(text: str) -> None:
    for locale in (EN, KO):
        with pytest.raises(Misunderstood) as problem:
            read_due_date(text, WEDNESDAY, locale)
        assert "2026-12-09" in problem.value.text(locale)


@pytest.mark.parametrize("text", ["Tue, Nov 30", "11월 30일 (화)까지"])
def test_a_date_that_is_on_another_weekday_is_asked_back(text: str) -> None:
    with pytest.raises(Misunderstood) as problem:
        read_due_date(text, WEDNESDAY, EN)
    assert problem.value.text(EN) == f"“{text}”: that date is on another day of the week."


@pytest.mark.parametrize("text", ["yesterday", "2020-01-01", "last Friday", "어제", "2031-01-01"])
def test_a_day_that_is_over_or_years_away_is_refused_by_its_date(text: str) -> None:
    with pytest.raises(Misunderstood) as problem:
        read_due_date(text, WEDNESDAY, EN)
    assert problem.value.text(EN)[:2] == "20"


def test_a_name_is_the_next_such_day_over_the_ends_of_years_and_leap_days() -> None:
    assert read_due_date("tomorrow", NEW_YEARS_EVE, EN) == date(2027, 1, 1)
    assert read_due_date("Dec 30", NEW_YEARS_EVE, EN) == date(2027, 12, 30)
    assert read_due_date("Feb 29", LEAP_DAY, EN) == date(2028, 2, 29)
    assert read_due_date("the 31st", LEAP_DAY, EN) == date(2028, 3, 31)
    assert read_due_date("Q1", WEDNESDAY, EN) == date(2027, 3, 31)
    assert read_due_date("end of Q1", WEDNESDAY, EN) == date(2027, 3, 31)
    assert read_due_date("late October", WEDNESDAY, EN) == date(2027, 10, 31)
    assert read_due_date("10월 말", WEDNESDAY, KO) == date(2027, 10, 31)
    assert read_due_date("late December", WEDNESDAY, EN) == date(2026, 12, 31)
    assert read_due_date("February", Clock(LEAP_DAY.now - timedelta(days=360), SEOUL), EN) == date(2028, 2, 29)
    assert read_due_date("February", Clock(LEAP_DAY.now + timedelta(days=5), SEOUL), EN) == date(2029, 2, 28)
    with pytest.raises(Misunderstood):
        read_due_date("2027-02-29", NEW_YEARS_EVE, EN)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_day_ahead_or_one_sentence(text: str) -> None:
    try:
        due = read_due_date(text, WEDNESDAY, EN)
    except Misunderstood:
        return
    assert timedelta(0) <= due - WEDNESDAY.today <= LATEST


def test_the_graver_the_incident_the_sooner_and_the_more_urgent() -> None:
    days = [proposed(severity)[1] for severity in Severity]
    assert days == sorted(days)
    assert set(PROPOSED) == set(Severity)
    assert proposed(None) == (Priority.P3, 10)
    friday = date(2026, 11, 27)
    assert working_days_after(friday, 1, WorkingHours()) == date(2026, 11, 30)
    assert working_days_after(friday, 10, WorkingHours()) == date(2026, 12, 11)
    sundays = WorkingHours(weekdays=(6, 0, 1, 2, 3))
    assert working_days_after(friday, 1, sundays) == date(2026, 11, 29)


def test_a_date_is_told_with_how_long_it_is_over() -> None:
    due = date(2026, 12, 11)
    assert due_in_words(due, date(2026, 12, 17), EN) == "overdue by 6 days (Fri, Dec 11, 2026)"
    assert due_in_words(due, date(2026, 12, 12), EN).startswith("overdue by 1 day ")
    assert due_in_words(due, due, EN) == "due today"
    assert due_in_words(due, date(2026, 12, 1), EN) == "due Fri, Dec 11, 2026"


def test_a_plan_is_in_the_row_and_a_record_from_before_has_none() -> None:
    request = after(RequestAction.IN_BACKLOG, RequestAction.PLAN)
    row = next(change for change in changes_of(request, EN) if isinstance(change, FollowUp))
    assert (row.due, row.priority, row.type, row.outcome) == (PLAN.due, "P2", "fix", "Buy works")
    old = msgspec.json.decode(msgspec.json.encode(after(RequestAction.IN_BACKLOG)), type=Request)
    assert old.plan == FollowUpPlan()
    before = next(change for change in changes_of(old, EN) if isinstance(change, FollowUp))
    assert (before.owner, before.due, before.priority) == (JISOO.name, None, "")
    kept = msgspec.json.decode(b'{"key":"R1","what":"Buy","at":"2026-11-23T01:00:00Z","owner":"Jisoo"}', type=FollowUp)
    assert (kept.due, kept.type) == (None, "")


def test_what_somebody_does_for_the_owner_is_told_with_both_names() -> None:
    step = msgspec.structs.replace(press(NEW, RequestAction.IN_BACKLOG, by=HANA), on_behalf=True)
    request = decide(NEW, step, EN)
    assert request.last
    assert request.last.behalf == JISOO
    assert happened(request.last, request.last.at, EN).startswith("Hana on behalf of Jisoo answered")
    assert "Jisoo" in happened(request.last, request.last.at, KO)


def test_a_finished_follow_up_is_done_from_the_press_on_and_a_dropped_one_keeps_its_ticket() -> None:
    finished = after(RequestAction.IN_BACKLOG, RequestAction.FINISH)
    assert finished.state is RequestState.DONE
    assert finished.last
    assert finished.fixed_at == finished.last.at
    dropped = after(RequestAction.IN_BACKLOG, RequestAction.NOT_DOING)
    assert (dropped.state, dropped.ticket, dropped.reason) == (RequestState.NOT_DOING, "SHOP-412", "Works as meant")


def test_the_kinds_are_those_of_the_notebook() -> None:
    assert [str(kind) for kind in FollowUpKind] == ["mitigate", "fix", "prevent", "detect"]


def test_a_moment_of_the_evening_in_one_zone_is_the_next_day_in_another() -> None:
    evening = datetime(2026, 11, 25, 20, tzinfo=UTC)
    assert read_due_date("today", Clock(evening.astimezone(SEOUL), SEOUL), EN) == date(2026, 11, 26)
