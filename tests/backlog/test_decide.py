"""Every action in every state: done once, or refused with what already happened."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backlog.request import Action, Request, State
from bot.backlog.transitions import ANSWERS, TABLE, TIMED, decide, permitted
from bot.kernel.errors import Conflict, Misunderstood
from bot.kernel.locale import Locale
from tests.backlog.examples import EN, HANA, JISOO, MINSEO, NEW, PATHS, after, in_state, press

OPEN = {State.ASKED, State.SEEN, State.SNOOZED, State.ESCALATED, State.HANDED_OVER, State.EXPIRED}
EXPECTED: dict[Action, dict[State, State]] = {
    Action.IN_BACKLOG: dict.fromkeys(OPEN, State.IN_BACKLOG),
    Action.NOT_DOING: dict.fromkeys(OPEN, State.NOT_DOING),
    Action.HAND_OVER: dict.fromkeys(OPEN, State.HANDED_OVER),
    Action.ACCEPT: {State.HANDED_OVER: State.SEEN},
    Action.GIVE_BACK: {State.HANDED_OVER: State.ASKED},
    Action.SNOOZE: dict.fromkeys(OPEN - {State.HANDED_OVER}, State.SNOOZED),
    Action.SEE: {State.ASKED: State.SEEN},
    Action.WAKE: {State.SNOOZED: State.ASKED},
    Action.REMIND: {
        state: state for state in (State.ASKED, State.SEEN, State.ESCALATED, State.HANDED_OVER)
    },
    Action.ESCALATE: dict.fromkeys((State.ASKED, State.SEEN), State.ESCALATED),
    Action.EXPIRE: dict.fromkeys((State.ASKED, State.SEEN, State.ESCALATED, State.HANDED_OVER), State.EXPIRED),
    Action.DONE: {State.IN_BACKLOG: State.DONE},
    Action.REOPEN: dict.fromkeys((State.DONE, State.VERIFIED), State.IN_BACKLOG),
    Action.VERIFY: {State.DONE: State.VERIFIED},
}  # fmt: skip


def test_every_state_can_be_reached_and_every_action_has_a_row() -> None:
    assert set(PATHS) == set(State)
    assert set(TABLE) == set(Action)
    assert all(in_state(state).state is state for state in State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_an_action_is_done_or_refused_as_the_table_says(state: State, action: Action) -> None:
    request = in_state(state)
    expected = EXPECTED[action].get(state)
    assert (action in permitted(request)) == (expected is not None)
    if expected is None:
        with pytest.raises(Conflict) as conflict:
            decide(request, press(request, action), EN)
        assert conflict.value.sentence
    else:
        done = decide(request, press(request, action), EN)
        assert (done.state, done.version) == (expected, request.version + 1)
        assert done.history == (*request.history, done.last)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("answer", [Action.IN_BACKLOG, Action.NOT_DOING, Action.SNOOZE, Action.HAND_OVER])
def test_the_same_press_twice_is_done_once(state: State, answer: Action) -> None:
    request = in_state(state)
    if answer not in permitted(request):
        return
    same = press(request, answer)
    with pytest.raises(Conflict, match="Jisoo"):
        decide(decide(request, same, EN), same, EN)


def test_the_second_of_two_is_told_what_the_first_one_did() -> None:
    answered = after(Action.IN_BACKLOG)
    with pytest.raises(Conflict) as conflict:
        decide(answered, press(NEW, Action.NOT_DOING, by=MINSEO), EN)
    assert conflict.value.sentence == "Jisoo answered 10:01: in the backlog, SHOP-412"


def test_a_conflict_is_told_in_the_language_of_who_pressed() -> None:
    with pytest.raises(Conflict, match="백로그에 있음, SHOP-412"):
        decide(after(Action.IN_BACKLOG), press(NEW, Action.NOT_DOING), Locale.of("ko", "Asia/Seoul"))


def test_a_button_drawn_before_a_hand_over_is_stale_after_it() -> None:
    back = after(Action.HAND_OVER, Action.GIVE_BACK)
    with pytest.raises(Conflict, match="gave this back"):
        decide(back, press(back, Action.IN_BACKLOG, version=NEW.version), EN)


def test_a_button_drawn_before_a_reminder_or_a_snooze_still_answers() -> None:
    for passed in (Action.REMIND, Action.SNOOZE, Action.SEE):
        later = after(passed)
        assert decide(later, press(later, Action.IN_BACKLOG, version=NEW.version), EN).answered


def test_a_version_that_never_was_is_refused() -> None:
    for version in (0, -1, 99):
        with pytest.raises(Conflict):
            decide(NEW, press(NEW, Action.IN_BACKLOG, version=version), EN)


def test_a_hand_over_needs_agreement_before_the_owner_changes() -> None:
    offered = after(Action.HAND_OVER)
    assert (offered.owner, offered.asks) == (JISOO, HANA)
    assert after(Action.HAND_OVER, Action.GIVE_BACK).owner == JISOO
    assert after(Action.HAND_OVER, Action.ACCEPT).owner == HANA
    assert after(Action.HAND_OVER, Action.IN_BACKLOG).owner == HANA, "answering is agreeing"


@pytest.mark.parametrize(
    ("action", "lacking"),
    [
        (Action.IN_BACKLOG, {"ticket": " "}),
        (Action.NOT_DOING, {"reason": ""}),
        (Action.HAND_OVER, {"to": None}),
        (Action.HAND_OVER, {"to": JISOO}),
        (Action.SNOOZE, {"until": None}),
        (Action.SNOOZE, {"until": NEW.asked_at - timedelta(days=1)}),
    ],
)
def test_a_press_that_lacks_something_says_what_and_changes_nothing(action: Action, lacking: dict[str, object]) -> None:
    with pytest.raises(Misunderstood):
        decide(NEW, press(NEW, action, **lacking), EN)


@given(st.lists(st.tuples(st.sampled_from(Action), st.integers(-3, 1)), max_size=25))
def test_whatever_is_pressed_the_record_stays_true(presses: list[tuple[Action, int]]) -> None:
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
        assert (request.state is State.HANDED_OVER) <= (request.to is not None)
        assert (request.state is State.SNOOZED) == (request.until is not None)
        assert bool(request.ticket) or request.state not in {State.IN_BACKLOG, State.DONE, State.VERIFIED}
    assert msgspec.json.decode(msgspec.json.encode(request), type=Request) == request
