"""Fields, boxes and lists look as they did on the page."""

from __future__ import annotations

import pytest

from bot.replay.stage.stage import Stage
from tests.browser import IN_A_BROWSER
from tests.replay.sessions import Json, Session, element, text
from tests.replay.test_page_replayer import seen

pytestmark = IN_A_BROWSER

WIDGET = 4
FOCUS, BLUR, TOUCH, LIFT, DOWN, UP, CLICK = 5, 6, 7, 9, 1, 0, 2
WIDGETS = {
    "checkbox": element(WIDGET, "input", type="checkbox"),
    "radio": element(WIDGET, "input", type="radio"),
    "select": element(WIDGET, "select", element(6, "option", text(7, "One"))),
    "button": element(WIDGET, "button", text(7, "Buy")),
    "link": element(WIDGET, "a", text(7, "Help"), href="#help"),
}
RING = "[page.activeElement.matches(':focus'), page.activeElement.matches(':focus-visible')]"


def chosen(widget: Json, *kinds: int, wait: int = 0) -> Session:
    """Interactions with a widget, 3 ms apart; the focus comes `wait` ms later than that."""
    made, at = Session(widget), 300
    for kind in kinds:
        at += 3 + (wait if kind == FOCUS else 0)
        made.change(at, 2, type=kind, id=WIDGET, x=10, y=10)
    return made


@pytest.mark.parametrize("name", WIDGETS)
@pytest.mark.parametrize(
    "kinds", [(DOWN, FOCUS, UP, CLICK), (TOUCH, LIFT, DOWN, FOCUS, UP, CLICK), (DOWN, UP, CLICK, FOCUS)]
)
async def test_after_a_press_nothing_rings_what_has_the_focus(stage: Stage, name: str, kinds: tuple[int, ...]) -> None:
    assert await seen(stage, chosen(WIDGETS[name], *kinds), 600, RING) == [True, False]


@pytest.mark.parametrize("name", WIDGETS)
@pytest.mark.parametrize("before", [(), (DOWN, UP, CLICK)])
async def test_the_keyboard_shows_where_it_is(stage: Stage, name: str, before: tuple[int, ...]) -> None:
    made = chosen(WIDGETS[name], *before, FOCUS, wait=1_500)
    assert await seen(stage, made, 2_500, RING) == [True, True]


@pytest.mark.parametrize(
    "field",
    [
        element(WIDGET, "input"),
        element(WIDGET, "input", type="search"),
        element(WIDGET, "textarea"),
        element(WIDGET, "div", text(7, "Note"), contenteditable="true"),
    ],
    ids=["input", "search", "textarea", "editable"],
)
async def test_a_field_for_text_shows_it_either_way(stage: Stage, field: Json) -> None:
    made = chosen(field, DOWN, FOCUS, UP, CLICK)
    assert await seen(stage, made, 600, RING) == [True, True]


async def test_the_focus_goes_when_it_went(stage: Stage) -> None:
    made = chosen(WIDGETS["checkbox"], DOWN, FOCUS, UP, CLICK, BLUR)
    assert await seen(stage, made, 600, "page.activeElement === page.body") is True
