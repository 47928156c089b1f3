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
from bot.backlog.schedule import REOPENED_WITHIN, TICKET_LOOKS, Policy, next_step, verify_at
from bot.backlog.transitions import decide
from tests.backlog.examples import BOT, EN, MONDAY, NEW, after, in_state, press

SEOUL = WorkingHours("Asia/Seoul")
POLICY = Policy()


def lived_through(
    request: Request, hours: WorkingHours = SEOUL, policy: Policy = POLICY
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
    quiet = Policy(escalate_after=None)
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
    [RequestState.IN_BACKLOG, RequestState.NOT_DOING, RequestState.EXPIRED, RequestState.DONE, RequestState.VERIFIED],
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


def test_the_fix_is_checked_after_the_ticket_is_done_and_only_then() -> None:
    done = in_state(RequestState.DONE)
    assert done.last is not None
    assert verify_at(done, SEOUL, POLICY) == done.last.at + timedelta(days=1)
    assert verify_at(in_state(RequestState.IN_BACKLOG), SEOUL, POLICY) is None
    assert verify_at(in_state(RequestState.VERIFIED), SEOUL, POLICY) is None


def test_a_ticket_is_looked_at_with_every_round_until_it_is_checked_and_sometimes_after() -> None:
    backlog, done, verified = (
        in_state(state) for state in (RequestState.IN_BACKLOG, RequestState.DONE, RequestState.VERIFIED)
    )
    looks = {request.state: next_step(request, MONDAY, SEOUL, POLICY) for request in (backlog, done, verified)}
    assert all(step and step.reads_ticket for step in looks.values())
    assert [step.look_at - MONDAY for step in looks.values() if step] == [timedelta(0), timedelta(0), TICKET_LOOKS]
    assert verified.last is not None
    assert next_step(verified, verified.last.at + REOPENED_WITHIN, SEOUL, POLICY) is None


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
