"""What the camera is told before a clip is filmed."""

from __future__ import annotations

import pytest

from bot.replay.model import Masks, Style, Window
from bot.replay.scene import scene_of
from bot.replay.script.camera_plan import CameraPlan, recorded_clicks
from tests.replay.sessions import Session, element, text

BUTTON, OTHER = 4, 6
CLOSE = Style(camera=True)


def session() -> Session:
    return Session(element(BUTTON, "button", text(5, "Buy")), element(OTHER, "a", text(7, "Home")))


def plan(made: Session, window: Window, style: Style = CLOSE) -> CameraPlan | None:
    return scene_of(made.recording(window.end_ms), window, style, Masks()).camera


def test_the_view_goes_a_second_before_the_first_click_and_holds_to_the_last_of_the_burst() -> None:
    made = session().clicks(3000, BUTTON, 4, 900).click(9000, OTHER, 400, 20)
    found = plan(made, Window(0, 10_000, 3000))
    assert found is not None
    assert (found.lead, found.first, found.last) == (20, 30, 57)
    assert (found.node, found.point) == (BUTTON, (100, 100))
    assert found.elsewhere == ((90, 400, 20),)


def test_a_click_on_something_else_just_before_is_seen_first() -> None:
    made = session().click(2500, OTHER, 400, 20).click(3000, BUTTON)
    found = plan(made, Window(0, 5000, 3000))
    assert found is not None
    assert (found.lead, found.first) == (28, 30)
    made = session().click(2900, OTHER, 400, 20).click(3000, BUTTON)
    found = plan(made, Window(0, 5000, 3000))
    assert found is not None
    assert (found.lead, found.first) == (30, 30)


def test_times_count_in_the_clip_where_idle_parts_are_left_out() -> None:
    made = session().click(3000, BUTTON).click(15_000, OTHER, 400, 20)
    found = plan(made, Window(0, 17_000, 3000))
    assert found is not None
    [(index, *_)] = found.elsewhere
    assert found.shown[index] - found.shown[found.first] < 8000
    assert found.shown[0] == 0


def test_pages_that_begin_later_are_known() -> None:
    made = session().click(3000, BUTTON).page(5000, "https://shop.example/thanks", element(9, "p", text(10, "Thanks")))
    found = plan(made, Window(1000, 7000, 3000))
    assert found is not None
    assert found.pages == (40,)


def test_without_a_failed_click_only_a_burst_is_gone_to() -> None:
    assert plan(session().clicks(3000, BUTTON, 2, 300), Window(0, 5000)) is None
    found = plan(session().click(1000, OTHER, 400, 20).clicks(3000, BUTTON, 3, 300), Window(0, 5000))
    assert found is not None
    assert found.node == BUTTON


@pytest.mark.parametrize("window", [Window(0, 5000, 4000), Window(4000, 5000, 3000), Window(0, 2000, 3000)])
def test_a_failed_click_that_is_not_in_the_clip_is_not_gone_to(window: Window) -> None:
    assert plan(session().click(2500, BUTTON), window) is None


def test_a_setting_keeps_the_whole_page() -> None:
    assert plan(session().click(3000, BUTTON), Window(0, 5000, 3000), Style()) is None


@pytest.mark.parametrize("x", ["12", None, float("nan"), float("inf"), -1e9, 1e308, 10**400, {}, [3]])
def test_clicks_without_a_place_are_left_out(x: object) -> None:
    click = {"type": 3, "timestamp": 5, "data": {"source": 2, "type": 2, "id": 4, "x": x, "y": 9}}
    assert recorded_clicks([click, {**click, "data": "?"}, {"type": 3, "timestamp": 9}]) == []


def test_when_the_page_says_something_is_known() -> None:
    made = session().click(3000, BUTTON)
    for at, node in ((4000, text(20, "Loading…")), (4010, text(21, "Sorry")), (5000, element(22, "i"))):
        made.add(at, 3, node)
    written = [{"id": 7, "value": "Home page"}]
    made.change(5500, 0, adds=[], removes=[], texts=written, attributes=[]).add(6000, 3, text(23, " "))
    found = plan(made, Window(1000, 7000, 3000))
    assert found is not None
    assert found.said == (30, 31, 45)


def test_when_the_page_shows_what_it_hid_is_known() -> None:
    made = Session(element(BUTTON, "button", text(5, "Buy")), element(20, "p", text(21, "Sorry"), hidden=""))
    made.click(3000, BUTTON)
    for at, hidden in ((4000, None), (5000, ""), (6000, None)):
        attributes = [{"id": 20, "attributes": {"hidden": hidden}}]
        made.change(at, 0, adds=[], removes=[], texts=[], attributes=attributes)
    found = plan(made, Window(1000, 7000, 3000))
    assert found is not None
    assert found.said == (30, 50)
