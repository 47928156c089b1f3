"""Every action in every state: done once, or refused with what already happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.backlog.request import WITH_TICKET, Request, RequestAction, RequestState
from bot.backlog.sentences import happened
from bot.backlog.session_rates import FixOutcome
from bot.backlog.ticket import Status
from bot.backlog.transitions import ANSWERS, TABLE, TIMED, decide, follow_ticket
from bot.kernel.errors import Conflict, Misunderstood
from bot.kernel.locale import Locale
from tests.backlog.examples import EN, HANA, JISOO, MINSEO, NEW, PATHS, PLAN, after, in_state, press

WAITING = (RequestState.ASKED, RequestState.SEEN, RequestState.ESCALATED, RequestState.HANDED_OVER)
OPEN = {
    RequestState.ASKED,
    RequestState.SEEN,
    RequestState.SNOOZED,
    RequestState.ESCALATED,
    RequestState.HANDED_OVER,
    RequestState.EXPIRED,
}
FINISHED = (RequestState.DONE, RequestState.TOO_EARLY, RequestState.NOT_IMPROVED, RequestState.IMPROVED)
STATES = [state for state in RequestState if state is not RequestState.VERIFIED]
"""Without the one that stands in old records only."""
EXPECTED: dict[RequestAction, dict[RequestState, RequestState]] = {
    RequestAction.IN_BACKLOG: dict.fromkeys(OPEN, RequestState.IN_BACKLOG),
    RequestAction.NOT_DOING: dict.fromkeys(
        {*OPEN, RequestState.IN_BACKLOG, RequestState.CLOSED}, RequestState.NOT_DOING
    ),
    RequestAction.HAND_OVER: dict.fromkeys(OPEN, RequestState.HANDED_OVER),
    RequestAction.ACCEPT: {RequestState.HANDED_OVER: RequestState.SEEN},
    RequestAction.GIVE_BACK: {RequestState.HANDED_OVER: RequestState.ASKED},
    RequestAction.SNOOZE: dict.fromkeys(OPEN - {RequestState.HANDED_OVER}, RequestState.SNOOZED),
    RequestAction.SEE: {RequestState.ASKED: RequestState.SEEN},
    RequestAction.WAKE: {RequestState.SNOOZED: RequestState.ASKED},
    RequestAction.REMIND: {state: state for state in WAITING},
    RequestAction.ESCALATE: dict.fromkeys((RequestState.ASKED, RequestState.SEEN), RequestState.ESCALATED),
    RequestAction.EXPIRE: dict.fromkeys(WAITING, RequestState.EXPIRED),
    RequestAction.PLAN: {RequestState.IN_BACKLOG: RequestState.IN_BACKLOG},
    RequestAction.FINISH: {RequestState.IN_BACKLOG: RequestState.DONE},
    RequestAction.DONE: dict.fromkeys((RequestState.IN_BACKLOG, RequestState.CLOSED), RequestState.DONE),
    RequestAction.CLOSE: dict.fromkeys((RequestState.IN_BACKLOG, *FINISHED), RequestState.CLOSED),
    RequestAction.REOPEN: dict.fromkeys((RequestState.CLOSED, *FINISHED), RequestState.IN_BACKLOG),
    **{
        action: {state: state for state in WITH_TICKET}
        for action in (RequestAction.RENAME, RequestAction.LOSE, RequestAction.RETURN)
    },
    RequestAction.FOLLOW: {RequestState.IN_BACKLOG: RequestState.IN_BACKLOG},
    RequestAction.OVERRULE: {RequestState.IN_BACKLOG: RequestState.IN_BACKLOG},
    RequestAction.VERIFY: dict.fromkeys(
        (RequestState.DONE, RequestState.TOO_EARLY, RequestState.NOT_IMPROVED), RequestState.TOO_EARLY
    ),
    RequestAction.ASK_AGAIN: dict.fromkeys(
        (
            RequestState.NOT_DOING,
            RequestState.EXPIRED,
            RequestState.CLOSED,
            RequestState.IMPROVED,
            RequestState.NOT_IMPROVED,
        ),
        RequestState.ASKED,
    ),
}  # fmt: skip


def test_every_state_can_be_reached_and_every_action_has_a_row() -> None:
    assert set(PATHS) == set(STATES)
    assert set(TABLE) == set(RequestAction)
    assert all(in_state(state).state is state for state in STATES)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", RequestAction)
def test_an_action_is_done_or_refused_as_the_table_says(state: RequestState, action: RequestAction) -> None:
    request = in_state(state)
    expected = EXPECTED[action].get(state)
    if expected is None:
        with pytest.raises(Conflict) as conflict:
            decide(request, press(request, action), EN)
        assert conflict.value.sentence
    else:
        done = decide(request, press(request, action), EN)
        assert (done.state, done.version) == (expected, request.version + 1)
        again = request.last is not None and request.last.action is action is RequestAction.VERIFY
        assert done.history == (*(request.history[:-1] if again else request.history), done.last)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "answer", [RequestAction.IN_BACKLOG, RequestAction.NOT_DOING, RequestAction.SNOOZE, RequestAction.HAND_OVER]
)
def test_the_same_press_twice_is_done_once(state: RequestState, answer: RequestAction) -> None:
    request = in_state(state)
    if request.state not in TABLE[answer][0]:
        return
    same = press(request, answer)
    with pytest.raises(Conflict, match="Jisoo"):
        decide(decide(request, same, EN), same, EN)


def test_the_second_of_two_is_told_what_the_first_one_did() -> None:
    answered = after(RequestAction.IN_BACKLOG)
    with pytest.raises(Conflict) as conflict:
        decide(answered, press(NEW, RequestAction.NOT_DOING, by=MINSEO), EN)
    assert conflict.value.sentence == "Jisoo answered at 10:01: in the backlog, SHOP-412"


def test_a_conflict_is_told_in_the_language_of_who_pressed() -> None:
    with pytest.raises(Conflict, match="백로그에 있음, SHOP-412"):
        decide(after(RequestAction.IN_BACKLOG), press(NEW, RequestAction.NOT_DOING), Locale.of("ko", "Asia/Seoul"))


def test_a_button_drawn_before_a_hand_over_is_stale_after_it() -> None:
    back = after(RequestAction.HAND_OVER, RequestAction.GIVE_BACK)
    with pytest.raises(Conflict, match="gave this back"):
        decide(back, press(back, RequestAction.IN_BACKLOG, version=NEW.version), EN)


def test_a_button_drawn_before_a_reminder_or_a_snooze_still_answers() -> None:
    for passed in (RequestAction.REMIND, RequestAction.SNOOZE, RequestAction.SEE):
        later = after(passed)
        assert decide(later, press(later, RequestAction.IN_BACKLOG, version=NEW.version), EN).answered


def test_a_version_that_never_was_is_refused() -> None:
    for version in (0, -1, 99):
        with pytest.raises(Conflict):
            decide(NEW, press(NEW, RequestAction.IN_BACKLOG, version=version), EN)


def test_a_hand_over_needs_agreement_before_the_owner_changes() -> None:
    offered = after(RequestAction.HAND_OVER)
    assert (offered.owner, offered.asks) == (JISOO, HANA)
    assert after(RequestAction.HAND_OVER, RequestAction.GIVE_BACK).owner == JISOO
    assert after(RequestAction.HAND_OVER, RequestAction.ACCEPT).owner == HANA
    assert after(RequestAction.HAND_OVER, RequestAction.IN_BACKLOG).owner == HANA, "answering is agreeing"


@pytest.mark.parametrize(
    ("action", "lacking"),
    [
        (RequestAction.IN_BACKLOG, {"ticket": " "}),
        (RequestAction.NOT_DOING, {"reason": ""}),
        (RequestAction.HAND_OVER, {"to": None}),
        (RequestAction.HAND_OVER, {"to": JISOO}),
        (RequestAction.SNOOZE, {"until": None}),
        (RequestAction.SNOOZE, {"until": NEW.asked_at - timedelta(days=1)}),
    ],
)
def test_a_press_that_lacks_something_says_what_and_changes_nothing(
    action: RequestAction, lacking: dict[str, Any]
) -> None:
    with pytest.raises(Misunderstood):
        decide(NEW, press(NEW, action, **lacking), EN)


def test_a_fix_is_as_old_as_its_ticket_says_and_no_older_than_what_named_it() -> None:
    backlog = after(RequestAction.IN_BACKLOG)
    assert backlog.last
    named, seen = backlog.last.at, backlog.last.at + timedelta(minutes=1)
    for told, fixed_at in ((None, seen), (named + timedelta(seconds=9), named + timedelta(seconds=9))):
        assert decide(backlog, press(backlog, RequestAction.DONE, fixed_at=told), EN).fixed_at == fixed_at
    long_ago, to_come = named - timedelta(days=30), named + timedelta(days=30)
    assert decide(backlog, press(backlog, RequestAction.DONE, fixed_at=long_ago), EN).fixed_at == named
    assert decide(backlog, press(backlog, RequestAction.DONE, fixed_at=to_come), EN).fixed_at == seen


def test_a_ticket_that_is_opened_again_or_closed_takes_the_finding_with_it() -> None:
    for outcome in FixOutcome:
        found = after(RequestAction.IN_BACKLOG, RequestAction.DONE, RequestAction.VERIFY, outcome=outcome)
        assert found.check
        assert found.check.outcome is outcome
        for action in (RequestAction.REOPEN, RequestAction.CLOSE):
            assert (after(action, request=found).check, after(action, request=found).fixed_at) == (None, None)


def test_a_check_of_a_fix_that_was_undone_while_it_ran_proves_nothing_about_the_next_one() -> None:
    first = after(RequestAction.IN_BACKLOG, RequestAction.DONE)
    running = press(first, RequestAction.VERIFY)
    next_fix = after(RequestAction.REOPEN, RequestAction.DONE, request=first)
    for late in (after(RequestAction.REOPEN, request=first), next_fix, after(RequestAction.CLOSE, request=first)):
        with pytest.raises(Conflict):
            decide(late, running, EN)
    assert decide(next_fix, press(next_fix, RequestAction.VERIFY), EN).check


def test_of_two_looks_at_once_the_later_numbers_hold_whichever_comes_first() -> None:
    done = after(RequestAction.IN_BACKLOG, RequestAction.DONE)
    early = press(done, RequestAction.VERIFY)
    assert early.check
    found = msgspec.structs.replace(early.check, outcome=FixOutcome.NOT_IMPROVED, at=early.at + timedelta(minutes=2))
    late = msgspec.structs.replace(early, at=found.at, check=found)
    both = decide(decide(done, early, EN), late, EN)
    assert both.check == found
    slow = decide(done, late, EN)
    with pytest.raises(Conflict, match="Not improved"):
        decide(slow, early, EN)


@pytest.mark.parametrize("action", [RequestAction.DONE, RequestAction.CLOSE, RequestAction.REOPEN])
def test_what_was_read_of_a_ticket_before_it_moved_again_moves_nothing(action: RequestAction) -> None:
    ways = {
        RequestAction.DONE: (RequestAction.DONE, RequestAction.REOPEN),
        RequestAction.CLOSE: (RequestAction.CLOSE, RequestAction.REOPEN),
        RequestAction.REOPEN: (RequestAction.REOPEN, RequestAction.DONE),
    }
    start = (RequestAction.IN_BACKLOG, *([RequestAction.DONE] if action is RequestAction.REOPEN else []))
    read = after(*start)
    moved = after(*ways[action], request=read)
    with pytest.raises(Conflict):
        decide(moved, press(read, action), EN)


def test_asking_again_forgets_the_ticket_that_did_not_help() -> None:
    settled = in_state(RequestState.NOT_IMPROVED)
    again = after(RequestAction.ASK_AGAIN, request=settled)
    assert (settled.ticket, again.ticket, again.ticket_link) == ("SHOP-412", "", "")
    assert after(RequestAction.NOT_DOING, request=again).ticket == ""
    assert any("SHOP-412" in happened(entry, entry.at, EN) for entry in again.history), "its story is kept"


def test_looking_a_hundred_times_leaves_one_line_and_no_longer_record() -> None:
    request = after(RequestAction.IN_BACKLOG, RequestAction.DONE, *[RequestAction.VERIFY] * 100)
    assert [entry.action for entry in request.history][2:] == [RequestAction.VERIFY]
    assert request.version == 103


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("state", STATES)
def test_a_request_follows_its_ticket_wherever_it_goes_and_only_once(state: RequestState, status: Status) -> None:
    action = follow_ticket(state, status)
    if action:
        assert follow_ticket(after(action, request=in_state(state)).state, status) is None
    else:
        open_, closed = {Status.OPEN, Status.IN_PROGRESS}, {Status.CLOSED}
        same = {RequestState.IN_BACKLOG: open_, RequestState.CLOSED: closed}
        assert state not in WITH_TICKET or status in same.get(state, {Status.DONE})


def test_a_record_from_before_checks_had_an_outcome_is_read_as_done_and_checked_anew() -> None:
    done = after(RequestAction.IN_BACKLOG, RequestAction.DONE)
    kept = msgspec.json.decode(msgspec.json.encode(done))
    del kept["fixed_at"]
    kept |= {"state": "verified", "reason": "2,596 signals a day before, 3 after", "version": 4}
    kept["history"].append({"at": kept["history"][-1]["at"], "who": {"id": "clock", "name": "Replaybook"},
                            "action": "verify", "version": 4, "note": kept["reason"]})  # fmt: skip
    read = msgspec.json.decode(msgspec.json.encode(kept), type=Request)
    assert done.last
    assert (read.state, read.fixed_at, read.reason) == (RequestState.DONE, done.last.at, "")
    assert read.last
    assert "3 after" in happened(read.last, read.last.at, EN)
    assert after(RequestAction.VERIFY, request=read, outcome=FixOutcome.IMPROVED).state is RequestState.IMPROVED


@given(st.lists(st.tuples(st.sampled_from(RequestAction), st.integers(-3, 1)), max_size=25))
@example([(RequestAction.IN_BACKLOG, 0), (RequestAction.PLAN, 0), (RequestAction.PLAN, 0)])
def test_whatever_is_pressed_the_record_stays_true(presses: list[tuple[RequestAction, int]]) -> None:
    request = NEW
    for action, age in presses:
        before = request
        try:
            request = decide(request, press(request, action, version=request.version + age), EN)
        except Conflict:
            assert request is before
            continue
        except Misunderstood:
            assert (action, before.plan) == (RequestAction.PLAN, PLAN), "nothing is changed by it"
            continue
        assert request.version == before.version + 1
        looks = [entry.action for entry in request.history].count(RequestAction.VERIFY)
        assert len(request.history) == len({entry.version for entry in request.history})
        assert len(request.history) == request.version - 1 or looks
        assert request.floor <= request.version
        assert request.floor > before.floor or action not in ANSWERS
        assert age == 0 or action not in TIMED
        assert (request.state is RequestState.HANDED_OVER) <= (request.to is not None)
        assert (request.state is RequestState.SNOOZED) == (request.until is not None)
        assert bool(request.ticket) or request.state not in WITH_TICKET
        assert (request.check is not None) == (str(request.state) in set(map(str, FixOutcome)))
        assert (request.fixed_at is not None) == (request.state in FINISHED)
    assert msgspec.json.decode(msgspec.json.encode(request), type=Request) == request
