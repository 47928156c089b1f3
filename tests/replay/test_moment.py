"""The clip begins before the failure, on a page at rest, and ends when its consequence was seen."""

from __future__ import annotations

import pytest

from bot.replay.detect.detector import detect
from bot.replay.model import Window
from bot.replay.read_recording import read, read_path
from bot.replay.recording import Recording
from bot.replay.script.moment import (
    IDLE_MS,
    LIMIT_MS,
    LONGEST_MS,
    USUAL_SPAN_MS,
    idle_stretches,
    shown_ms,
    window_for,
)
from tests.replay.sessions import SDK_6, SDK_7, SHOP, Session, element, text

BUY, OTHER = 4, 6
FAILED = 20_000


def shop() -> Session:
    return Session(element(BUY, "button", text(5, "Buy")), element(OTHER, "button", text(7, "Help")))


def busy(session: Session, first: int, last: int) -> Session:
    """Moves of the pointer, so that nothing is idle."""
    for at in range(first, last, 500):
        session.moves(at, (at % 700, 9, 0))
    return session


def around(session: Session, at: int = FAILED, longest: int = LONGEST_MS, until: int = 60_000) -> Window:
    session.events.sort(key=lambda event: event["timestamp"])
    return window_for(session.recording(until), at, longest)


@pytest.mark.parametrize("path", [SHOP, SDK_6, SDK_7, SDK_7 / "rrweb.json"], ids=lambda path: path.name)
def test_windows_of_real_recordings(path) -> None:
    recording = read(read_path(path))
    failed = [action for action in detect(recording) if action.types]
    assert failed
    for action in failed:
        window = window_for(recording, action)
        assert window.failed_ms == action.at_ms
        assert 2_000 <= action.at_ms - window.start_ms <= 4_000
        assert action.at_ms < window.end_ms <= recording.duration_ms
        assert shown_ms(recording, window) <= LONGEST_MS


def test_it_starts_three_seconds_before_on_a_calm_page() -> None:
    assert around(shop().click(FAILED, BUY)).start_ms == FAILED - 3_000


def test_it_starts_where_the_page_has_settled() -> None:
    session = shop().click(FAILED, BUY)
    for at in range(FAILED - 4_500, FAILED - 2_600, 100):
        session.mutation(at)
    assert FAILED - 2_300 <= around(session).start_ms <= FAILED - 2_000


def test_it_starts_with_the_page_when_the_failure_is_at_its_very_beginning() -> None:
    assert around(shop().click(700, BUY), at=700).start_ms == 0


def test_an_error_ends_it_with_time_to_read() -> None:
    window = around(shop().click(FAILED, BUY).error(FAILED + 1_500))
    assert (window.end_ms, window.reason) == (FAILED + 4_000, "error")


def test_a_banner_ends_it_with_time_to_read() -> None:
    window = around(shop().click(FAILED, BUY).add(FAILED + 800, 3, element(30, "div", text(31, "Sorry"))))
    assert (window.end_ms, window.reason) == (FAILED + 3_300, "answer")


def told(gone_after: int, **more: object) -> Session:
    """A banner 800 ms after the click, which is taken away again."""
    session = shop().click(FAILED, BUY).add(FAILED + 800, 3, element(30, "div"))
    session.events[-1]["data"]["adds"].append({"parentId": 30, "nextId": None, "node": text(31, "Sorry")})
    removes = [{"parentId": 3, "id": 30}]
    return session.change(
        FAILED + gone_after, 0, **{"adds": [], "removes": removes, "texts": [], "attributes": [], **more}
    )


@pytest.mark.parametrize(
    ("session", "end"),
    [
        (told(2_600), 2_100),
        (told(3_200), 2_700),
        (told(3_400), 3_300),  # it is still there
        (told(1_900), 3_300),  # too soon to be read
        (told(2_600, adds=[{"parentId": 3, "nextId": None, "node": element(40, "div")}]), 3_300),  # something else is
        (told(2_600, removes=[{"parentId": 3, "id": 12}]), 3_300),
        (told(2_600, removes="?"), 3_300),
    ],
)
def test_a_message_that_goes_away_is_there_at_the_end(session: Session, end: int) -> None:
    assert around(session).end_ms == FAILED + end


def test_nothing_is_a_consequence_too() -> None:
    window = around(shop().click(FAILED, BUY))
    assert (window.end_ms, window.reason) == (FAILED + 2_000, "nothing")


def test_all_clicks_of_the_burst_are_in_it() -> None:
    window = around(shop().clicks(FAILED, BUY, 9, 400))
    assert window.end_ms == FAILED + 8 * 400 + 2_000


def test_a_reload_is_shown() -> None:
    session = busy(shop().click(FAILED, BUY), FAILED, FAILED + 9_000).page(FAILED + 6_000, "https://shop.example/cart")
    window = around(session)
    assert (window.end_ms, window.reason) == (FAILED + 8_000, "page")


def test_what_comes_after_a_click_elsewhere_answers_that_click() -> None:
    session = shop().click(FAILED, BUY).click(FAILED + 1_500, OTHER).error(FAILED + 1_600)
    assert around(session).reason == "nothing"


@pytest.mark.parametrize(
    "kinds",
    [(7, 9), (7, 9, 2), (7, 10), (1, 3, 0), (1, 0, 3)],
    ids=["swipe", "swipe and click event", "cancelled touch", "right click", "right click on Windows"],
)
def test_what_is_no_click_elsewhere_does_not_end_it(kinds: tuple[int, ...]) -> None:
    session = shop().click(FAILED, BUY)
    for step, kind in enumerate(kinds):
        session.change(FAILED + 1_000 + 20 * step, 2, type=kind, id=OTHER, x=100, y=600 - 270 * (step > 0))
    window = around(session.add(FAILED + 1_500, 3, element(30, "div", text(31, "Sorry"))))
    assert (window.end_ms, window.reason) == (FAILED + 4_000, "answer")


def test_a_tap_elsewhere_ends_it_and_taps_on_the_same_button_go_on() -> None:
    def tap(session: Session, at: int, number: int) -> Session:
        for step, kind in enumerate((7, 9, 1, 0, 2)):
            session.change(at - 60 + (60 if step else 0), 2, type=kind, id=number, x=100, y=100)
        return session

    session = tap(tap(tap(shop(), FAILED, BUY), FAILED + 900, BUY), FAILED + 1_800, OTHER).error(FAILED + 1_900)
    assert around(session).reason == "nothing"
    again = tap(tap(shop(), FAILED, BUY), FAILED + 900, BUY).error(FAILED + 1_900)
    assert (around(again).reason, around(again).end_ms) == ("error", FAILED + 4_400)


def test_it_is_fifteen_seconds_at_most_unless_asked_and_sixty_then() -> None:
    endless = busy(shop().clicks(FAILED, BUY, 200, 400), 0, 110_000)
    assert around(endless, until=120_000).span_ms == LONGEST_MS
    assert around(endless, longest=45_000, until=120_000).span_ms == 45_000
    assert around(endless, longest=90_000, until=120_000).span_ms == LIMIT_MS == 60_000


def test_a_longer_clip_that_may_be_made_reaches_a_page_that_comes_later() -> None:
    late = FAILED + USUAL_SPAN_MS + 5_000
    session = busy(shop().clicks(FAILED, BUY, 80, 400), 0, late).page(late, "https://shop.example/cart")
    session.events.sort(key=lambda event: event["timestamp"])
    assert around(session, until=120_000).reason != "page"
    longer = around(session, longest=60_000, until=120_000)
    assert (longer.reason, longer.end_ms) == ("page", late + 2_000)


def test_a_late_reload_is_reached_over_an_idle_stretch() -> None:
    session = busy(shop().click(FAILED, BUY), 10_000, FAILED).page(FAILED + 18_000, "https://shop.example/cart")
    session.events.sort(key=lambda event: event["timestamp"])
    recording = session.recording(60_000)
    window = window_for(recording, FAILED)
    assert (window.end_ms, window.reason) == (FAILED + 20_000, "page")
    assert idle_stretches(recording, window) == ((FAILED + 1_000, FAILED + 17_500),)
    assert shown_ms(recording, window) <= LONGEST_MS


def test_only_long_stretches_are_idle_and_never_the_lead() -> None:
    session = shop().moves(1_000, (1, 1, 0)).moves(1_000 + IDLE_MS - 1, (2, 2, 0)).click(FAILED, BUY)
    recording = session.recording(60_000)
    assert idle_stretches(recording, Window(1_000, 1_000 + IDLE_MS - 1)) == ()
    assert idle_stretches(recording, Window(6_000, FAILED + 1_000, FAILED)) == ((7_000, FAILED - 2_500),)


@pytest.mark.parametrize("at", [-5, 0, 60_000, 10**9])
def test_any_time_gives_a_window_within_the_recording(at: int) -> None:
    window = around(shop().click(FAILED, BUY), at=at)
    assert 0 <= window.start_ms < window.end_ms <= 60_000


def test_a_recording_of_one_instant_has_a_window() -> None:
    recording: Recording = shop().recording()
    window = window_for(recording, 0)
    assert window.start_ms == 0
