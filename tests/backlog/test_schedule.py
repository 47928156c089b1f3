"""An owner is reminded in working hours, less and less often, until someone answers."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backlog.hours import WorkingHours
from bot.backlog.request import Request, RequestAction, RequestState
from bot.backlog.schedule import REOPENED_WITHIN, TICKET_LOOKS, ReminderPolicy, delays, next_check, next_step
from bot.backlog.session_rates import FixOutcome
from bot.backlog.transitions import decide
from tests.backlog.examples import BOT, EN, MONDAY, NEW, after, checked, in_state, press

SEOUL = WorkingHours("Asia/Seoul")
POLICY = ReminderPolicy()


def lived_through(
    request: Request, hours: WorkingHours = SEOUL, policy: ReminderPolicy = POLICY
) -> list[tuple[RequestAction, datetime]]:
    """What the clock does to a request that nobody answers."""
    done, now = [], request.asked_at
    while step := next_step(request, now, hours, policy):
        assert step.action is not None
        now = step.at
        done.append((step.action, now))
        transition = msgspec.structs.replace(press(request, step.action, by=BOT), at=now)
        request = decide(request, transition, EN)
        assert len(done) < 50, "it must end"
    return done


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York", "Europe/Berlin"])
def test_silence_is_reminded_escalated_once_and_then_given_up(now: datetime, zone: str) -> None:
    """Whenever somebody asked, and wherever the owner works: never twice on a day, never outside working hours."""
    asked, hours = msgspec.structs.replace(NEW, asked_at=now), WorkingHours(zone)
    lived = lived_through(asked, hours)
    assert [action for action, _ in lived] == [
        *[RequestAction.REMIND] * 2,
        RequestAction.ESCALATE,
        *[RequestAction.REMIND] * 3,
        RequestAction.EXPIRE,
    ]
    assert all(hours.open(at) for _, at in lived)
    days = [at.astimezone(ZoneInfo(zone)).date() for _, at in lived]
    assert days == sorted(set(days))
    assert lived[0][1] - now <= timedelta(days=4), "a long weekend at most"


def test_a_snooze_in_between_does_not_escalate_twice() -> None:
    woken = after(RequestAction.REMIND, RequestAction.ESCALATE, RequestAction.SNOOZE, RequestAction.WAKE)
    assert RequestAction.ESCALATE not in [action for action, _ in lived_through(woken)]


def test_with_nobody_to_escalate_to_reminders_go_on() -> None:
    quiet = ReminderPolicy(escalate_after=None)
    assert {action for action, _ in lived_through(NEW, policy=quiet)} == {RequestAction.REMIND, RequestAction.EXPIRE}


def test_gaps_grow() -> None:
    gaps = [POLICY.gap(told) for told in range(8)]
    assert gaps == sorted(gaps)
    assert len(set(gaps)) == len(gaps)


def test_a_hand_over_that_nobody_takes_goes_back_to_who_made_it() -> None:
    assert [action for action, _ in lived_through(after(RequestAction.HAND_OVER))][:3] == [
        RequestAction.REMIND, RequestAction.REMIND, RequestAction.GIVE_BACK,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "state",
    [RequestState.IN_BACKLOG, RequestState.NOT_DOING, RequestState.EXPIRED, RequestState.DONE, RequestState.IMPROVED],
)
def test_an_answered_request_is_never_reminded(state: RequestState) -> None:
    step = next_step(in_state(state), MONDAY, SEOUL, POLICY)
    assert step is None or step.action in (None, RequestAction.VERIFY)


def test_a_snoozed_request_wakes_when_it_was_told_to_and_not_before() -> None:
    snoozed = in_state(RequestState.SNOOZED)
    step = next_step(snoozed, MONDAY, SEOUL, POLICY)
    assert step is not None
    assert (step.action, step.at) == (RequestAction.WAKE, snoozed.until)


def test_friday_evening_is_reminded_on_monday_morning() -> None:
    friday = datetime(2026, 11, 27, 17, 30, tzinfo=ZoneInfo("Asia/Seoul"))
    step = next_step(msgspec.structs.replace(NEW, asked_at=friday), friday, SEOUL, POLICY)
    assert step is not None
    assert step.at == datetime(2026, 11, 30, 9, tzinfo=ZoneInfo("Asia/Seoul"))


def checks(found: list[FixOutcome], **more: Any) -> list[timedelta]:
    """When the clock looks at a fix that nobody else looks at, after it was done; each look finds the next outcome."""
    request, looks = in_state(RequestState.DONE), []
    assert request.fixed_at
    for outcome in found:
        due = next_check(request, POLICY)
        if due is None:
            break
        looks.append(due - request.fixed_at)
        request = after_check(request, due, outcome, **more)
    return looks


def after_check(request: Request, at: datetime, outcome: FixOutcome, **more: Any) -> Request:
    step = press(request, RequestAction.VERIFY, by=BOT)
    return decide(request, msgspec.structs.replace(step, at=at, check=checked(outcome, at, **more)), EN)


HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


def test_a_fix_is_checked_at_the_planned_times_until_it_has_improved() -> None:
    early, better, worse = FixOutcome.TOO_EARLY, FixOutcome.IMPROVED, FixOutcome.NOT_IMPROVED
    assert checks([early] * 9) == [HOUR, DAY, WEEK]
    assert checks([better] * 9) == [HOUR]
    assert checks([early, better, early]) == [HOUR, DAY]
    assert checks([worse] * 9) == [HOUR, DAY, WEEK], "a fix may reach people later than its ticket is done"


def test_a_press_in_between_takes_no_planned_check_away() -> None:
    request = in_state(RequestState.DONE)
    assert request.fixed_at
    for minutes in (1, 20, 59):
        request = after_check(request, request.fixed_at + timedelta(minutes=minutes), FixOutcome.TOO_EARLY)
        assert next_check(request, POLICY) == request.fixed_at + HOUR


def test_a_bot_that_slept_for_a_week_looks_once_and_not_three_times() -> None:
    request = in_state(RequestState.DONE)
    assert request.fixed_at
    assert (
        next_check(after_check(request, request.fixed_at + 2 * DAY, FixOutcome.TOO_EARLY), POLICY)
        == request.fixed_at + WEEK
    )
    assert next_check(after_check(request, request.fixed_at + 8 * DAY, FixOutcome.TOO_EARLY), POLICY) is None


def test_when_it_was_said_that_it_would_be_clear_it_is_checked_even_after_the_plan() -> None:
    request = in_state(RequestState.DONE)
    assert request.fixed_at
    clear = request.fixed_at + 12 * DAY
    late = after_check(request, request.fixed_at + WEEK, FixOutcome.TOO_EARLY, decidable_at=clear)
    assert next_check(late, POLICY) == clear
    soon = after_check(late, clear, FixOutcome.TOO_EARLY, decidable_at=clear + HOUR)
    assert next_check(soon, POLICY) == clear + DAY, "once a day at most"
    assert next_check(after_check(late, clear, FixOutcome.TOO_EARLY, decidable_at=clear + 40 * DAY), POLICY) is None


def test_the_times_of_checks_are_set_by_the_operator() -> None:
    assert delays(["30m", "2h", "3d"]) == (timedelta(minutes=30), timedelta(hours=2), timedelta(days=3))
    request = in_state(RequestState.DONE)
    assert request.fixed_at
    assert next_check(request, ReminderPolicy(checked_after=delays(["3d", "30m"]))) == request.fixed_at + timedelta(
        minutes=30
    )


def test_nothing_is_checked_before_a_ticket_is_done_or_when_it_was_closed_without_a_fix() -> None:
    for state in (RequestState.ASKED, RequestState.IN_BACKLOG, RequestState.CLOSED, RequestState.IMPROVED):
        assert next_check(in_state(state), POLICY) is None


def test_a_ticket_is_looked_at_with_every_round_until_it_is_checked_and_then_now_and_then() -> None:
    states = (RequestState.IN_BACKLOG, RequestState.DONE, RequestState.IMPROVED, RequestState.CLOSED)
    steps = [next_step(in_state(state), MONDAY, SEOUL, POLICY) for state in states]
    assert all(step and step.reads_ticket for step in steps)
    assert [step.look_at - MONDAY for step in steps if step] == [*[timedelta(0)] * 2, *[TICKET_LOOKS] * 2]


@pytest.mark.parametrize("state", [RequestState.DONE, *map(RequestState, FixOutcome), RequestState.CLOSED])
def test_the_following_of_a_ticket_ends_also_when_no_check_ever_succeeds(state: RequestState) -> None:
    request = in_state(state)
    assert request.last is not None
    assert next_step(request, request.last.at + REOPENED_WITHIN - HOUR, SEOUL, POLICY)
    assert next_step(request, request.last.at + REOPENED_WITHIN + 8 * DAY, SEOUL, POLICY) is None


def test_a_working_day_is_over_on_the_stroke_of_its_end() -> None:
    six = datetime(2026, 11, 23, 18, tzinfo=ZoneInfo("Asia/Seoul"))
    assert SEOUL.from_(six) == datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Asia/Seoul"))
    assert SEOUL.from_(six - timedelta(seconds=1)) == six - timedelta(seconds=1)


zones = st.sampled_from(["Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"])
hours = st.builds(
    WorkingHours,
    zones,
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    st.times(max_value=time(12)).map(lambda at: at.replace(microsecond=0, fold=0)),
    st.just(time(18)),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


@given(hours, moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(hours: WorkingHours, moment: datetime) -> None:
    opening = hours.from_(moment)
    assert opening >= moment
    assert opening - moment < timedelta(days=8)
    assert hours.open(opening)
    assert opening == moment or not hours.open(opening - timedelta(seconds=1))


@given(hours, moments)
def test_nobody_is_ever_reminded_outside_working_hours(hours: WorkingHours, moment: datetime) -> None:
    told = [at for _, at in lived_through(msgspec.structs.replace(NEW, asked_at=moment), hours)]
    assert all(hours.open(at) for at in told)
    assert told == sorted(told)


@pytest.mark.parametrize("wrong", [{"weekdays": ()}, {"weekdays": (7,)}, {"start": time(18), "end": time(9)}])
def test_working_hours_that_never_come_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="working hours"):
        WorkingHours(**wrong)
