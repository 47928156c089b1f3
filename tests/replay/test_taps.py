"""One press of a finger is one click, in every way that recorders write it down; swipes and menus are none."""

from __future__ import annotations

import json

import pytest

from bot.replay.detect.detector import detect
from bot.replay.read_recording import read, read_path
from bot.signals.question import Signal
from tests.replay.sessions import RECORDINGS, START, Session, element, text

RAGE, DEAD = Signal.RAGE, Signal.DEAD
UP, DOWN, CLICK, MENU, DOUBLE, TOUCH, LIFT, CANCEL = 0, 1, 2, 3, 4, 7, 9, 10
BUY, NOTE = 4, 6
EVERY_WAY = {
    "rrweb 1": (TOUCH, LIFT, DOWN, UP, CLICK),
    "rrweb 2": (TOUCH, LIFT, CLICK),
    "Datadog": (TOUCH, UP, LIFT, DOWN, CLICK),
    "a mouse that comes late": (TOUCH, LIFT, CLICK, DOWN, UP),
    "the pointer first": (DOWN, TOUCH, UP, LIFT, CLICK),
    "the release last": (TOUCH, CLICK, LIFT),
    "mouse": (DOWN, UP, CLICK),
    "mouse of Datadog 5": (DOWN, UP),
}
TAPS = {name: EVERY_WAY[name] for name in ("rrweb 1", "rrweb 2", "Datadog")}
"""Those that end with the browser's click event."""


def page() -> Session:
    return Session(element(BUY, "button", text(5, "Pay now"), id="pay"), element(NOTE, "p", text(7, "2 items")))


def press(session: Session, at: int, kinds: tuple[int, ...], number: int = BUY, moved: int = 0) -> Session:
    """What a press of 70 ms that begins at `at` writes; all but its first event come at the end, 2 ms apart."""
    for step, kind in enumerate(kinds):
        x = 60 + (moved if step else 0)
        session.change(at + (70 + 2 * step if step else 0), 2, type=kind, id=number, x=x, y=100)
    return session


def found(session: Session, until: int = 20_000) -> list[tuple[tuple[Signal, ...], int]]:
    return [(action.types, action.clicks) for action in detect(session.recording(until))]


@pytest.mark.parametrize("kinds", EVERY_WAY.values(), ids=EVERY_WAY)
def test_one_press_is_one_click(kinds: tuple[int, ...]) -> None:
    session = page()
    press(session, 1_000, kinds)
    press(session, 1_450, kinds)
    assert found(session) == [((DEAD,), 1), ((DEAD,), 1)]


@pytest.mark.parametrize("kinds", EVERY_WAY.values(), ids=EVERY_WAY)
def test_three_fast_presses_are_rage(kinds: tuple[int, ...]) -> None:
    session = page()
    for at in (1_000, 1_300, 1_600):
        press(session, at, kinds)
    assert found(session) == [((RAGE, DEAD), 3)]


@pytest.mark.parametrize("kinds", EVERY_WAY.values(), ids=EVERY_WAY)
def test_a_press_to_which_the_page_reacts_is_not_dead(kinds: tuple[int, ...]) -> None:
    assert found(press(page(), 1_000, kinds).mutation(1_120)) == [((), 1)]


@pytest.mark.parametrize("kinds", TAPS.values(), ids=TAPS)
def test_the_late_click_of_a_page_that_can_be_zoomed_belongs_to_its_tap(kinds: tuple[int, ...]) -> None:
    session = press(page(), 1_000, kinds[:-1])
    session.change(1_380, 2, type=CLICK, id=BUY, x=60, y=100)
    assert found(session) == [((DEAD,), 1)]


@pytest.mark.parametrize("kinds", TAPS.values(), ids=TAPS)
def test_a_touch_that_no_click_follows_is_none(kinds: tuple[int, ...]) -> None:
    swipe = tuple(kind for kind in kinds if kind in (TOUCH, LIFT))
    session = page()
    for at in (1_000, 1_330, 1_660):
        press(session, at, swipe, NOTE)
    assert found(session) == []


@pytest.mark.parametrize("kinds", TAPS.values(), ids=TAPS)
def test_a_finger_that_moved_made_no_tap(kinds: tuple[int, ...]) -> None:
    assert found(press(page(), 1_000, kinds, moved=-270)) == []
    assert found(press(page(), 1_000, kinds, moved=12)) == [((DEAD,), 1)]


def test_swipes_between_taps_change_nothing_about_the_taps() -> None:
    session = page()
    press(session, 1_000, TAPS["rrweb 2"])
    press(session, 1_200, (TOUCH, LIFT), moved=200)
    press(session, 1_500, TAPS["rrweb 2"])
    assert found(session) == [((DEAD,), 1), ((DEAD,), 1)]


def test_two_fingers_a_cancelled_touch_and_a_long_press_are_no_clicks() -> None:
    pinch = page().change(1_000, 2, type=TOUCH, id=BUY, x=10, y=10).change(1_020, 2, type=TOUCH, id=BUY, x=99, y=10)
    pinch.change(1_300, 2, type=LIFT, id=BUY, x=10, y=10).change(1_310, 2, type=LIFT, id=BUY, x=99, y=10)
    cancelled = press(press(page(), 1_000, (TOUCH, CANCEL)), 1_200, (LIFT,))
    long_press = page().change(1_000, 2, type=TOUCH, id=BUY, x=60, y=100)
    long_press.change(1_500, 2, type=MENU, id=BUY, x=60, y=100).change(1_700, 2, type=LIFT, id=BUY, x=60, y=100)
    assert [found(session) for session in (pinch, cancelled, long_press)] == [[], [], []]


def test_a_mouse_is_heard_again_after_a_tap_and_after_a_touch_whose_end_was_lost() -> None:
    session = press(press(page(), 1_000, TAPS["rrweb 1"]), 1_200, EVERY_WAY["mouse"])
    assert found(session) == [((DEAD,), 1), ((DEAD,), 1)]
    lost = page().change(1_000, 2, type=TOUCH, id=BUY, x=60, y=100)
    assert found(press(lost, 7_000, EVERY_WAY["mouse"])) == [((DEAD,), 1)]


def test_a_tap_that_leads_to_another_view_before_its_click_event_is_kept() -> None:
    session = press(page(), 1_000, (TOUCH, LIFT)).custom(1_073, "view_end")
    session.custom(1_074, "other").change(1_080, 2, type=CLICK, id=BUY, x=60, y=100)
    assert found(session) == [((), 1)]


def test_a_finger_may_come_down_again_before_the_click_event_of_its_first_tap() -> None:
    session = page()
    for at, kind in ((1_000, TOUCH), (1_050, LIFT), (1_300, TOUCH), (1_350, CLICK), (1_360, LIFT), (1_660, CLICK)):
        session.change(at, 2, type=kind, id=BUY, x=60, y=100)
    assert found(session) == [((DEAD,), 1), ((DEAD,), 1)]


def test_a_touch_that_does_not_say_where_it_ended_ended_where_it_began() -> None:
    session = page().change(1_000, 2, type=TOUCH, id=BUY, x=60, y=100)
    session.change(1_060, 2, type=LIFT, id=BUY).change(1_062, 2, type=CLICK, id=BUY)
    assert found(session) == [((DEAD,), 1)]


def test_a_click_event_elsewhere_makes_no_tap_of_a_touch() -> None:
    """It is of the keyboard; unless it is at the place of the tap, where the page put another element."""
    session = press(page(), 1_000, (TOUCH, LIFT), NOTE).change(1_300, 2, type=CLICK, id=BUY, x=400, y=300)
    assert found(session) == []
    moved = press(page(), 1_000, (TOUCH, LIFT), NOTE).change(1_300, 2, type=CLICK, id=BUY, x=60, y=100)
    assert found(moved) == [((DEAD,), 1)]


def test_taps_in_a_frame_are_clicks_of_what_is_in_it() -> None:
    session = Session(element(10, "iframe"), element(BUY, "button", text(5, "Pay now")))
    body = element(22, "body", element(23, "button", text(24, "Refresh")))
    document = {"type": 0, "id": 20, "childNodes": [element(21, "html", body)]}
    session.add(500, 10, document)
    for at in (1_000, 1_300, 1_600):
        press(session, at, TAPS["rrweb 1"], 23)
    (action,) = detect(session.recording(9_000))
    assert (action.types, action.clicks, action.name) == ((RAGE, DEAD), 3, "Refresh")


def test_the_keyboard_makes_no_click() -> None:
    assert found(page().change(1_000, 2, type=CLICK, id=BUY, x=0, y=0)) == []


@pytest.mark.parametrize("kinds", [(DOWN, MENU, UP), (DOWN, UP, MENU)], ids=["Linux and Mac", "Windows"])
def test_a_right_click_is_no_click(kinds: tuple[int, ...]) -> None:
    session = page()
    for at in (1_000, 1_300, 1_600):
        press(session, at, kinds)
    assert found(session) == []
    assert found(press(session, 3_000, EVERY_WAY["mouse"])) == [((DEAD,), 1)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("taps-rrweb-1", [((DEAD,), 1)] * 2),
        ("taps-rrweb-2", [((DEAD,), 1)] * 2),
        ("swipes-rrweb-1", []),
        ("swipes-datadog", []),
    ],
)
def test_recordings_of_phones(name: str, expected: list[tuple[tuple[Signal, ...], int]]) -> None:
    actions = detect(read(read_path(RECORDINGS / "signals" / f"{name}.json")))
    assert [(action.types, action.clicks) for action in actions] == expected


def datadog(*records: tuple[int, int, int]) -> bytes:
    """A segment of SDK 6; records are (ms, kind of interaction, node)."""
    html = element(2, "html", element(3, "body", *page().body))
    snapshot = {"node": {"type": 0, "id": 1, "childNodes": [html]}, "initialOffset": {"left": 0, "top": 0}}
    meta = {"href": "https://shop.example/", "width": 390, "height": 700}
    told = [{"type": 4, "timestamp": START, "data": meta}, {"type": 2, "timestamp": START, "data": snapshot}]
    for at, kind, number in records:
        data = {"source": 2, "type": kind, "id": number, "x": 60, "y": 100}
        told.append({"type": 3, "timestamp": START + at, "data": data})
    told.append({"type": 7, "timestamp": START + 9_000})
    head = {"start": START, "end": START + 9_000, "index_in_view": 0, "source": "browser", "view": {"id": "v"}}
    return json.dumps({**head, "records": told}).encode()


def test_datadogs_segments_tell_of_a_selection_by_its_double_click() -> None:
    def three(number: int) -> list[tuple[Signal, ...]]:
        clicks = [
            (1_000 + 200 * n + step, kind, number) for n in range(3) for step, kind in enumerate((DOWN, UP, CLICK))
        ]
        records = sorted([*clicks, (1_203, DOUBLE, number)])
        return [action.types for action in detect(read([datadog(*records)]))]

    assert three(NOTE) == [(), (), ()]
    assert three(BUY) == [(RAGE, DEAD)]
