"""What the page's makers opted out, and what a mask leaves of names and verdicts."""

from __future__ import annotations

import pytest

from bot.replay.detect.detector import detect
from bot.signals.question import Signal
from tests.replay.sessions import Json, Session, element, text

RAGE, DEAD, ERROR = Signal.RAGE, Signal.DEAD, Signal.ERROR
BUY = 5


def within(**attributes: str) -> Session:
    return Session(element(4, "div", element(BUY, "button", text(6, "+1")), **attributes))


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, [(RAGE, DEAD, ERROR)]),
        ({"data_dd_ignore_frustration": ""}, [()] * 3),
        ({"data_dd_ignore_frustration": "all"}, [()] * 3),
        ({"data_dd_ignore_frustration": "rage-click"}, [(DEAD,), (DEAD,), (DEAD, ERROR)]),
        ({"data_dd_ignore_frustration": "dead-click"}, [(RAGE, ERROR)]),
        ({"data_dd_ignore_frustration": "error-click dead-click"}, [(RAGE,)]),
        ({"data_dd_ignore_frustration": "rage-click error-click"}, [(DEAD,)] * 3),
        ({"data_dd_ignore_frustration": "nothing"}, [(RAGE, DEAD, ERROR)]),
        ({"class_": "counter ph-no-rageclick"}, [(DEAD,), (DEAD,), (DEAD, ERROR)]),
        ({"class_": "ph-no-deadclick"}, [(RAGE, ERROR)]),
    ],
)
def test_the_pages_makers_may_opt_out(attributes: dict[str, str], expected: list[tuple[Signal, ...]]) -> None:
    session = within(**attributes).clicks(1_000, BUY, 3, 200).error(1_450)
    assert [action.types for action in detect(session.recording(9_000))] == expected


@pytest.mark.parametrize("hidden", [{"data_dd_privacy": "hidden"}, {"class_": "card dd-privacy-hidden"}])
def test_clicks_on_what_is_hidden_are_not_counted(hidden: dict[str, str]) -> None:
    assert detect(within(**hidden).clicks(1_000, BUY, 3, 200).recording(9_000)) == []


def name(clicked: int, *body: Json) -> str:
    return detect(Session(*body).click(1_000, clicked).recording(3_000))[0].name


SIZES = (element(6, "option", text(7, "Small")), element(8, "option", text(9, "Large")))
MASKED = (element(6, "option", text(7, "***")), element(8, "option", text(9, "***")))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (element(4, "p", element(5, "select", *SIZES)), "Small"),
        (element(4, "label", text(10, "Size "), element(5, "select", *MASKED)), "Size"),
        (element(4, "p", element(5, "select", *MASKED, name="size")), "size"),
        (element(4, "p", text(10, "Which size? "), element(5, "select", *MASKED)), "Which size?"),
        (element(4, "p", element(5, "select", *MASKED)), ""),
        (element(4, "p", element(5, "button", text(6, "xxx xxxx"))), "Masked Element"),
        (element(4, "p", element(5, "button", text(6, "*** ****"))), "Masked Element"),
        (element(4, "p", element(5, "button", text(6, "x"))), "x"),
        (element(4, "p", element(5, "button", text(6, "x2 *"))), "x2 *"),
        (element(4, "p", element(5, "button", text(6, "Visa 4111")), data_dd_privacy="mask"), "Masked Element"),
        (element(4, "p", element(5, "button", text(6, "Visa 4111")), class_="dd-privacy-mask"), "Masked Element"),
        (element(4, "p", element(5, "b", text(6, "+"), data_dd_privacy="allow"), data_dd_privacy="mask"), "+"),
        (element(4, "p", element(5, "b", data_dd_action_name="Pay"), data_dd_privacy="mask"), "Pay"),
        (element(4, "div", element(5, "b", text(6, "my words")), contenteditable=""), ""),
        (element(4, "p", element(5, "i", text(6, "a")), element(7, "b", text(8, "b"), data_dd_action_name="c")), "a"),
    ],
)
def test_names_under_masks(body: Json, expected: str) -> None:
    assert name(5, body) == expected


@pytest.mark.parametrize(
    ("body", "clicked", "expected"),
    [
        (element(4, "input", type="checkbox", value="on"), 4, (DEAD,)),
        (element(4, "input", type="checkbox", value="***"), 4, ()),
        (element(4, "input", type="radio", value="***"), 4, ()),
        (element(4, "label", text(5, "News"), element(6, "input", type="checkbox", value="***")), 4, ()),
        (element(4, "label", element(5, "b", text(6, "News")), element(7, "input", type="radio", value="***")), 5, ()),
        (element(4, "input", type="submit", value="***"), 4, (DEAD,)),
        (element(4, "select", *MASKED), 4, ()),
    ],
)
def test_a_field_whose_changes_are_masked_is_never_dead(body: Json, clicked: int, expected: tuple[Signal, ...]) -> None:
    assert [action.types for action in detect(Session(body).click(1_000, clicked).recording(3_000))] == [expected]
