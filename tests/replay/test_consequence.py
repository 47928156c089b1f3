"""What comes of a click is in the clip to its end: a message that is taken away, or what is said in its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kernel.errors import Unfilmable
from bot.replay.encode.frame_plans import clicks, touches
from bot.replay.model import Window
from bot.replay.read_recording import read
from bot.replay.script.camera_plan import camera_plan
from bot.replay.script.moment import fast_stretches, idle_stretches, shown_ms, window_for
from tests.replay.sessions import Json, Session, adds_of, element, text

BUY, OTHER, STATUS = 4, 6, 30
CLICKED = 5_000
NOTHING: Json = {"adds": [], "removes": [], "texts": [], "attributes": []}
GONE: Json = {"removes": [{"parentId": 3, "id": STATUS}]}


def status(number: int, words: str, tag: str = "div") -> list[Json]:
    return adds_of(3, element(number, tag, text(number + 1, words)))


def changed(session: Session, at: int, **change: Any) -> Session:
    return session.change(at, 0, **{**NOTHING, **change})


def loading() -> Session:
    page = Session(element(BUY, "button", text(5, "Buy")), element(OTHER, "button", text(7, "Help")))
    waits = adds_of(3, element(STATUS, "div", element(33, "svg"), element(34, "span", text(31, "Loading…"))))
    return changed(page.click(CLICKED, BUY), 5_100, adds=waits)


def end(session: Session, until: int = 60_000) -> int:
    session.events.sort(key=lambda event: event["timestamp"])
    return window_for(session.recording(until), CLICKED).end_ms


@pytest.mark.parametrize(
    ("gone", "said"), [(6_300, 7_050), (7_300, 7_301), (6_300, 6_300), (7_200, 7_900), (9_000, 9_000), (9_000, 9_700)]
)
def test_it_ends_on_what_is_said_in_the_place_of_another_message(gone: int, said: int) -> None:
    made = changed(loading(), gone, **GONE)
    assert end(changed(made, said, adds=status(40, "Payment failed"))) == said + 2_500


@pytest.mark.parametrize("nested", [False, True])
def test_what_is_put_in_its_place_in_one_change_is_in_it(nested: bool) -> None:
    result = element(40, "div", text(41, "Payment failed"))
    adds = [{"parentId": 3, "nextId": None, "node": result}] if nested else adds_of(3, result)
    assert end(changed(loading(), 7_300, adds=adds, **GONE)) == 9_800


@pytest.mark.parametrize("more", [{}, {"removes": [{"parentId": STATUS, "id": 33}]}], ids=["text", "and icon"])
def test_other_words_in_the_same_place_are_another_message(more: Json) -> None:
    made = changed(loading(), 7_300, texts=[{"id": 31, "value": "Payment failed"}], **more)
    assert end(made) == 9_800


def test_other_numbers_in_the_same_place_are_the_same_message() -> None:
    made = Session(element(BUY, "button", text(5, "Buy"))).click(CLICKED, BUY)
    changed(made, 5_100, adds=status(STATUS, "Try again in 9 s"))
    for second in range(1, 9):
        changed(made, 5_100 + 1_000 * second, texts=[{"id": STATUS + 1, "value": f"Try again in {9 - second} s"}])
    assert end(made) == 7_600


def test_words_that_are_wiped_out_are_gone() -> None:
    assert end(changed(loading(), 6_300, texts=[{"id": 31, "value": " "}])) == 5_800


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"adds": adds_of(3, element(40, "div", element(42, "svg")))},
        {"adds": status(40, "body{margin:0}", "style")},
        {"adds": [{"parentId": 3, "nextId": None, "node": {"type": 5, "id": 40, "textContent": "here"}}]},
        {"adds": status(40, "   ")},
        {"texts": [{"id": 5, "value": "Buy now"}]},
    ],
    ids=["nothing", "an image", "a style", "a comment", "no words", "another text"],
)
def test_it_ends_on_a_message_that_goes_where_nothing_is_said_in_its_place(more: Json) -> None:
    made = changed(loading(), 6_300, **GONE)
    assert end(changed(made, 7_050, **more)) == 5_800


def test_what_is_said_long_after_it_went_is_not_waited_for() -> None:
    made = changed(loading(), 6_300, **GONE)
    assert end(changed(made, 9_000, adds=status(40, "Have you seen our lamps?"))) == 5_800


def test_a_message_that_goes_after_its_replacement_is_told_by_that_one() -> None:
    made = changed(changed(loading(), 6_000, **GONE), 6_100, adds=status(40, "Payment failed"))
    assert end(changed(made, 7_900, removes=[{"parentId": 3, "id": 40}])) == 7_400


def test_messages_that_follow_each_other_without_an_end_are_not_all_waited_for() -> None:
    made = loading()
    for turn in range(20):
        removes = [{"parentId": 3, "id": 40 + 2 * turn - 2 if turn else STATUS}]
        changed(made, 6_000 + 1_000 * turn, adds=status(40 + 2 * turn, f"Offer {turn}"), removes=removes)
    assert end(made) == CLICKED + 5_000 + 2_500


def test_what_is_said_after_a_click_elsewhere_is_not_waited_for_and_hidden_by_nothing() -> None:
    made = changed(loading(), 6_300, **GONE).click(6_500, OTHER)
    assert end(changed(made, 7_050, adds=status(40, "How can we help?"))) == 7_600


def test_a_message_that_only_moves_is_still_there() -> None:
    moved = adds_of(3, element(STATUS, "div", element(34, "span", text(31, "Loading…"))))
    assert end(changed(loading(), 7_300, adds=moved, **GONE)) == 7_600


def test_a_message_is_followed_when_something_without_words_is_added_after_it() -> None:
    made = changed(loading(), 5_200, adds=adds_of(3, element(50, "i")))
    assert end(changed(changed(made, 6_300, **GONE), 7_050, adds=status(40, "Payment failed"))) == 9_550


@pytest.mark.parametrize(
    "odd",
    [
        {"adds": 5},
        {"adds": [5]},
        {"adds": [{"parentId": [], "node": {"id": 40, "type": 3, "textContent": "x"}}]},
        {"adds": [{"node": {"id": [], "type": [], "textContent": {}, "tagName": 4, "childNodes": 7}}]},
        {"adds": [{"node": {"id": 40, "childNodes": [None, [], {"id": {}}]}}]},
        {"adds": [{"parentId": at, "node": {"id": 99 - at, "type": 3, "textContent": "x"}} for at in (49, 50)]},
        {"removes": [{"id": []}]},
        {"removes": {"id": 30}},
        {"texts": [{"id": {}, "value": 3}, 7]},
        {"texts": [{"id": 31, "value": ["x"]}]},
    ],
)
def test_changes_of_odd_shapes_have_a_window(odd: Json) -> None:
    for at in (5_050, 6_300):
        assert end(changed(loading(), at, **odd)) > CLICKED


@pytest.mark.parametrize("kind", [[], {}, None, 10**400, "1"])
def test_what_is_no_kind_of_interaction_is_passed_over(kind: object) -> None:
    made = Session(element(BUY, "button", text(5, "Buy"))).click(18_000, BUY)
    for at in range(3_000, 15_000, 500):
        made.change(at, 3, id=1, x=0, y=at)
    made.change(15_100, 2, type=kind, id=[], x={}, y=10**400)
    made.events.sort(key=lambda event: event["timestamp"])
    recording = made.recording(30_000)
    assert fast_stretches(recording, Window(2_000, 20_000, 18_000)) == ((3_000, 14_500, 4),)


ODD = st.recursive(
    st.none() | st.booleans() | st.sampled_from([-1, 0, 1, 2, 3, 5, 31, 40, 10**30, 10**400, 0.5, "", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "node", "parentId", "type", "textContent", "childNodes", "tagName", "value", "isStyle"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
PARTS = ("adds", "removes", "texts", "attributes", "type", "id", "x", "y", "positions", "payload", "tag", "plugin")


@settings(max_examples=80, deadline=10_000)
@given(
    st.lists(
        st.tuples(
            st.integers(1_000, 12_000),
            st.sampled_from([2, 3, 3, 3, 3, 5, 6]),
            st.integers(0, 16),
            st.dictionaries(st.sampled_from(PARTS), ODD | st.lists(ODD, max_size=3)),
        ),
        max_size=8,
    )
)
def test_whatever_a_recording_says_it_has_a_window_or_is_refused(odd: list[tuple[int, int, int, Json]]) -> None:
    made = changed(changed(loading(), 6_300, **GONE), 7_050, adds=status(40, "Payment failed"))
    for at, kind, source, data in odd:
        made.event(at, kind, {"source": source, **data})
    made.custom(20_000, "end")
    try:
        recording = read([json.dumps(made.events).encode()])
        for failed in (CLICKED, 0, 19_000):
            window = window_for(recording, failed)
            assert 0 <= window.start_ms <= window.end_ms <= recording.duration_ms
            idle_stretches(recording, window)
            fast_stretches(recording, window)
            shown_ms(recording, window)
        events = [event.decode() for event in recording.events]
    except Unfilmable:
        return
    clicks(events, recording.start_epoch_ms)
    touches(events, recording.start_epoch_ms, 390)
    camera_plan(events, [0, 5_000, 9_000], [1, 1, 1], failed=CLICKED, pages=())


def advert(number: int, label: str = "Advertisement", words: str = "Win a sofa", **attributes: str) -> Json:
    offer = element(number + 3, "a", text(number + 4, words), **attributes)
    return element(number, "div", element(number + 1, "span", text(number + 2, label)), offer)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize(
    ("node", "is_answer"),
    [
        (advert(40), False),
        (advert(40, " AD "), False),
        (advert(40, "광고", "소파를 받아 가세요"), False),
        (advert(40, "", rel="nofollow sponsored"), False),
        (element(40, "div", element(41, "ins", text(42, "Win a sofa"))), False),
        (advert(40, "Sorry"), True),
        (advert(40, "Advertisement", "Your order could not be placed. " * 20), True),
        (advert(40, "Ads manager"), True),
    ],
)
def test_an_advert_answers_no_click_whatever_it_is_named(node: Json, is_answer: bool, nested: bool) -> None:
    adds = [{"parentId": 3, "nextId": None, "node": node}] if nested else adds_of(3, node)
    made = changed(Session(element(BUY, "button", text(5, "Buy"))).click(CLICKED, BUY), 6_500, adds=adds)
    assert end(made) == (9_000 if is_answer else 7_000)


@pytest.mark.parametrize(
    ("names", "is_answer"),
    [
        ({"aria-describedby": "other tip"}, False),
        ({"aria-describedby": "tip", "aria-invalid": "true"}, True),
        ({"aria-describedby": "other"}, True),
        ({"aria-describedby": None}, True),
    ],
)
def test_what_comes_to_describe_something_is_a_tooltip(names: Json, is_answer: bool) -> None:
    made = Session(element(BUY, "button", text(5, "Buy"))).click(CLICKED, BUY)
    tip = adds_of(3, element(40, "div", text(41, "Buys it"), id="tip"))
    changed(made, 6_500, adds=tip, attributes=[{"id": BUY, "attributes": names}])
    assert end(made) == (9_000 if is_answer else 7_000)
