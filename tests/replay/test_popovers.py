"""What opens over a page: popovers, which no recorder writes down, and dialogs."""

from __future__ import annotations

import pytest

from bot.replay.stage.stage import Stage
from tests.browser import IN_A_BROWSER
from tests.replay.camera_sessions import filmed
from tests.replay.sessions import Json, Session, element, text
from tests.replay.test_page_replayer import seen

pytestmark = IN_A_BROWSER

OPENER, MENU, ITEM, ELSEWHERE, DIALOG, BEHIND = 4, 6, 8, 10, 12, 14
AWAY = "position:fixed;inset:auto;margin:0;border:0;left:400px;top:300px;width:200px;height:100px"
OPEN = "page.querySelector('[popover]').matches(':popover-open')"


def menu(popover: str = "auto", **opener: str) -> Session:
    called = opener or {"popovertarget": "menu"}
    return Session(
        {**element(OPENER, "button", text(5, "Menu")), "attributes": called},
        element(MENU, "div", element(ITEM, "p", text(9, "Log out")), id="menu", popover=popover, style=AWAY),
        element(ELSEWHERE, "p", text(11, "Elsewhere")),
    )


def moved(made: Session, at: int, number: int, x: float = 100, y: float = 100) -> Session:
    return made.change(at, 1, positions=[{"x": x, "y": y, "id": number, "timeOffset": 0}])


@pytest.mark.parametrize(
    "opener",
    [
        {"popovertarget": "menu"},
        {"popovertarget": "menu", "popovertargetaction": "show"},
        {"commandfor": "menu", "command": "toggle-popover"},
    ],
    ids=["target", "action", "command"],
)
async def test_a_click_on_its_button_opens_a_popover(stage: Stage, opener: dict[str, str]) -> None:
    assert await seen(stage, menu(**opener).click(300, OPENER), 600, OPEN) is True


@pytest.mark.parametrize("opener", [{"commandfor": "menu", "command": "request-close"}, {"popovertarget": "another"}])
async def test_other_buttons_open_none(stage: Stage, opener: dict[str, str]) -> None:
    assert await seen(stage, menu(**opener).click(300, OPENER), 600, OPEN) is False


async def test_it_is_closed_by_its_button(stage: Stage) -> None:
    assert await seen(stage, menu().click(300, OPENER).click(900, OPENER), 1200, OPEN) is False


@pytest.mark.parametrize(("popover", "stays"), [("auto", False), ("", False), ("manual", True)])
async def test_it_is_closed_by_a_press_elsewhere_unless_by_hand(stage: Stage, popover: str, stays: bool) -> None:
    assert await seen(stage, menu(popover).click(300, OPENER).click(900, ELSEWHERE), 1200, OPEN) is stays


async def test_one_that_a_script_opened_is_open_where_somebody_points_at_what_is_in_it(stage: Stage) -> None:
    made = moved(menu(), 300, ITEM, 450, 320)
    assert await seen(stage, made, 600, OPEN) is True


async def test_one_that_a_script_closed_is_closed_where_somebody_points_at_what_was_under_it(stage: Stage) -> None:
    made = moved(menu().click(300, OPENER), 600, ELSEWHERE, 100, 100)
    assert await seen(stage, made, 800, OPEN) is True
    await stage._evaluate("stage.clear()")
    assert await seen(stage, moved(made, 900, ELSEWHERE, 450, 320), 1200, OPEN) is False


async def test_a_picture_is_taken_when_it_opens(stage: Stage) -> None:
    assert 3 in (await filmed(stage, menu().click(300, OPENER), 1000, failed=None)).pictures


async def test_a_form_whose_fields_have_the_names_of_properties_does_no_harm(stage: Stage) -> None:
    names = ("parentNode", "nodeType", "matches", "hasAttribute", "getRootNode", "ownerDocument", "host", "isConnected")
    fields = [element(20 + n, "input", name=name) for n, name in enumerate(names)]
    made = Session(element(OPENER, "form", element(ITEM, "p", text(9, "Buy")), *fields)).click(300, ITEM)
    assert await seen(stage, made, 600, "page.querySelector('p').textContent") == "Buy"


def asking(mode: str) -> Session:
    ask: Json = element(DIALOG, "dialog", element(ITEM, "button", text(9, "Close")), open="")
    ask["attributes"]["rr_open_mode"] = mode
    return Session(ask, element(BEHIND, "button", text(15, "Buy")))


@pytest.mark.parametrize("mode", ["modal", "non-modal"])
async def test_what_stood_behind_a_dialog_can_have_the_focus_when_it_was_closed(stage: Stage, mode: str) -> None:
    made = asking(mode)
    shut = [{"id": DIALOG, "attributes": {"open": None, "rr_open_mode": mode}}]
    made.change(300, 0, adds=[], removes=[], texts=[], attributes=shut)
    made.change(600, 2, type=5, id=BEHIND)
    assert await seen(stage, made, 900, "page.activeElement.textContent") == "Buy"


OTHER_MENU = element(20, "div", element(22, "p", text(23, "Settings")), id="other", popover="auto", style=AWAY)
STEPS = 150  # changes, more than are played on the page itself when a clip begins after them


def busy(made: Session) -> Session:
    """Changes before, between and after what was done: it becomes one long step, played on a copy of the page."""
    for step in range(STEPS):
        made.mutation(10 * step)
    made.events.sort(key=lambda event: event["timestamp"])
    return made


async def test_one_that_was_opened_during_a_long_step_is_open(stage: Stage) -> None:
    made = busy(menu().click(305, OPENER))
    assert await seen(stage, made, 1600, OPEN, "jump") is True
    await stage._evaluate("stage.clear()")
    assert await seen(stage, busy(menu().click(305, OPENER).click(905, ELSEWHERE)), 1600, OPEN, "jump") is False


async def test_one_that_was_closed_during_a_long_step_by_a_press_on_what_has_gone_since_is_closed(stage: Stage) -> None:
    made = menu().click(305, OPENER).click(905, ELSEWHERE)
    made.change(1205, 0, adds=[], removes=[{"parentId": 3, "id": ELSEWHERE}], texts=[], attributes=[])
    assert await seen(stage, busy(made), 1600, OPEN, "jump") is False


async def test_what_was_opened_on_a_page_before_a_long_step_s_last_one_is_closed(stage: Stage) -> None:
    made = busy(menu().click(305, OPENER).page(1005, "https://shop.example/thanks"))
    assert await seen(stage, made, 1600, OPEN, "jump") is False


async def test_what_the_browser_closed_itself_can_be_opened_again(stage: Stage) -> None:
    made = menu()
    made.add(100, 3, OTHER_MENU)
    made = moved(moved(moved(made, 300, ITEM, 450, 320), 600, 22, 450, 320), 900, ITEM, 450, 320)
    assert await seen(stage, made, 1200, OPEN) is True


async def test_the_page_is_not_searched_for_popovers(stage: Stage) -> None:
    made = menu().click(300, OPENER)
    for at in range(310, 800, 10):
        made = moved(made, at, ELSEWHERE, 100, 100 + at % 7)
    await stage._evaluate(
        "(() => { globalThis.searched = 0; const find = Document.prototype.querySelectorAll;"
        "Document.prototype.querySelectorAll = function (what) {"
        "if (what.includes('popover')) searched += 1; return find.call(this, what) } })()"
    )
    assert await seen(stage, made, 1200, OPEN) is True
    assert await stage._evaluate("searched") == 0
