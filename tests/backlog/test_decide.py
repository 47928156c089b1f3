"""Every action in every state: done once, or refused with what already happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backlog.request import Request, RequestAction, RequestState
from bot.backlog.transitions import ANSWERS, TABLE, TIMED, decide
from bot.kernel.errors import Conflict, Misunderstood
from bot.kernel.locale import Locale
from tests.backlog.examples import EN, HANA, JISOO, MINSEO, NEW, PATHS, after, in_state, press

WAITING = (RequestState.ASKED, RequestState.SEEN, RequestState.ESCALATED, RequestState.HANDED_OVER)
OPEN = {
    RequestState.ASKED,
    RequestState.SEEN,
    RequestState.SNOOZED,
    RequestState.ESCALATED,
    RequestState.HANDED_OVER,
    RequestState.EXPIRED,
}
EXPECTED: dict[RequestAction, dict[RequestState, RequestState]] = {
    RequestAction.IN_BACKLOG: dict.fromkeys(OPEN, RequestState.IN_BACKLOG),
    RequestAction.NOT_DOING: dict.fromkeys(OPEN, RequestState.NOT_DOING),
    RequestAction.HAND_OVER: dict.fromkeys(OPEN, RequestState.HANDED_OVER),
    RequestAction.ACCEPT: {RequestState.HANDED_OVER: RequestState.SEEN},
    RequestAction.GIVE_BACK: {RequestState.HANDED_OVER: RequestState.ASKED},
    RequestAction.SNOOZE: dict.fromkeys(OPEN - {RequestState.HANDED_OVER}, RequestState.SNOOZED),
    RequestAction.SEE: {RequestState.ASKED: RequestState.SEEN},
    RequestAction.WAKE: {RequestState.SNOOZED: RequestState.ASKED},
    RequestAction.REMIND: {state: state for state in WAITING},
    RequestAction.ESCALATE: dict.fromkeys((RequestState.ASKED, RequestState.SEEN), RequestState.ESCALATED),
    RequestAction.EXPIRE: dict.fromkeys(WAITING, RequestState.EXPIRED),
    RequestAction.DONE: {RequestState.IN_BACKLOG: RequestState.DONE},
    RequestAction.REOPEN: dict.fromkeys((RequestState.DONE, RequestState.VERIFIED), RequestState.IN_BACKLOG),
    RequestAction.VERIFY: {RequestState.DONE: RequestState.VERIFIED},
}  # fmt: skip


def test_every_state_can_be_reached_and_every_action_has_a_row() -> None:
    assert set(PATHS) == set(RequestState)
    assert set(TABLE) == set(RequestAction)
    assert all(in_state(state).state is state for state in RequestState)


@pytest.mark.parametrize("state", RequestState)
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
        assert done.history == (*request.history, done.last)


@pytest.mark.parametrize("state", RequestState)
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
    assert conflict.value.sentence == "Jisoo answered 10:01: in the backlog, SHOP-412"


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


@given(st.lists(st.tuples(st.sampled_from(RequestAction), st.integers(-3, 1)), max_size=25))
def test_whatever_is_pressed_the_record_stays_true(presses: list[tuple[RequestAction, int]]) -> None:
    request = NEW
    for action, age in presses:
        before = request
        try:
            request = decide(request, press(request, action, version=request.version + age), EN)
        except Conflict:
            assert request is before
            continue
        assert request.version == before.version + 1 == before.history.__len__() + 2
        assert request.floor <= request.version
        assert request.floor > before.floor or action not in ANSWERS
        assert age == 0 or action not in TIMED
        assert (request.state is RequestState.HANDED_OVER) <= (request.to is not None)
        assert (request.state is RequestState.SNOOZED) == (request.until is not None)
        assert bool(request.ticket) or request.state not in {
            RequestState.IN_BACKLOG,
            RequestState.DONE,
            RequestState.VERIFIED,
        }
    assert msgspec.json.decode(msgspec.json.encode(request), type=Request) == request
