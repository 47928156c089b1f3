"""When the weekly list comes, from when it counts, and in which order it stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bot.backlog.digest import (
    FollowUpCost,
    Uncounted,
    cost_in_words,
    counted_from,
    in_words,
    is_open,
    next_digest,
    ordered,
    overdue,
    week_of,
)
from bot.backlog.hours import WorkingHours
from bot.backlog.request import Request, RequestAction, RequestState
from bot.kernel.locale import Locale
from tests.backlog.examples import EN, after, in_state

SEOUL = WorkingHours(zone="Asia/Seoul")
PROMISED = after(RequestAction.IN_BACKLOG)
KO = Locale.of("ko", "Asia/Seoul")


def until(due: date | None, request: Request = PROMISED, **more: object) -> Request:
    return msgspec.structs.replace(request, plan=msgspec.structs.replace(request.plan, due=due), **more)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1)), st.sampled_from(["UTC", "Asia/Seoul", "America/New_York"])
)
def test_it_comes_on_monday_at_ten_where_the_channel_is_and_within_a_week(moment: datetime, zone: str) -> None:
    now, hours = moment.replace(tzinfo=UTC), WorkingHours(zone=zone)
    when = next_digest(now, hours)
    local = when.astimezone(ZoneInfo(zone))
    assert (local.weekday(), local.hour, local.minute) == (0, 10, 0)
    assert now < when <= now + timedelta(days=7, hours=1)
    assert week_of(when, hours) != week_of(next_digest(when, hours), hours)


def test_where_nobody_works_on_monday_it_comes_as_the_week_begins() -> None:
    late = WorkingHours(zone="Asia/Seoul", weekdays=(1, 2, 3), start=time(11))
    when = next_digest(datetime(2026, 11, 30, 12, tzinfo=ZoneInfo("Asia/Seoul")), late)
    assert when == datetime(2026, 12, 1, 11, tzinfo=ZoneInfo("Asia/Seoul"))


def test_what_is_promised_and_neither_done_nor_dropped_is_open() -> None:
    states = {state for state in RequestState if state is not RequestState.VERIFIED and is_open(in_state(state))}
    assert states == {RequestState.IN_BACKLOG}


def test_what_is_due_first_stands_first_and_what_has_no_date_last() -> None:
    rows = [until(None), until(date(2026, 12, 20)), until(date(2026, 12, 4))]
    assert [row.plan.due for row in ordered(rows)] == [date(2026, 12, 4), date(2026, 12, 20), None]


def test_it_counts_from_the_end_of_the_day_on_which_it_was_due_or_from_the_asking() -> None:
    due = until(date(2026, 12, 11))
    assert not overdue(due, date(2026, 12, 11))
    assert counted_from(due, date(2026, 12, 11), SEOUL) == (PROMISED.asked_at, False)
    midnight = datetime(2026, 12, 12, tzinfo=ZoneInfo("Asia/Seoul"))
    assert counted_from(due, date(2026, 12, 17), SEOUL) == (midnight, True)
    assert counted_from(until(None), date(2027, 1, 1), SEOUL) == (PROMISED.asked_at, False)


def test_a_row_says_the_age_the_date_and_what_it_cost() -> None:
    cost = FollowUpCost(datetime(2026, 12, 12, tzinfo=UTC), True, people=1204)
    words = in_words(until(date(2026, 12, 11)), cost, date(2026, 12, 17), EN)
    assert words.standing == "overdue by 6 days (Fri, Dec 11, 2026) · asked 24 days ago"
    assert words.cost == ("1,204 people hit it since it was due.",)
    moved = in_words(until(date(2026, 12, 28)), cost, date(2026, 12, 17), EN)
    assert moved.cost == ("1,204 people hit it since Sat, Dec 12.",)
    assert in_words(until(None), None, date(2026, 11, 23), EN).standing == "no date yet · asked today"


def test_what_is_not_counted_is_never_a_number() -> None:
    for why in Uncounted:
        for locale in (EN, KO):
            [text] = cost_in_words(FollowUpCost(datetime(2026, 12, 12, tzinfo=UTC), True, why=why), True, locale)
            assert not any(character.isdigit() for character in text)
    half = FollowUpCost(PROMISED.asked_at, False, people=3, kept_from=datetime(2026, 12, 1, tzinfo=UTC))
    assert "no longer kept" in cost_in_words(half, False, EN)[-1]
