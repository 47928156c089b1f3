"""A message that was on the page all along is an answer when it comes to be seen, and goes when it is hidden."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bot.replay.model import Window
from bot.replay.script.moment import window_for
from tests.replay.sessions import Json, Session, adds_of, element, text
from tests.replay.test_transcript import lines_of

BUY, BOX, WORDS, FORM, FIELD = 4, 30, 31, 40, 41
CLICKED, SHOWN, GONE = 5_000, 8_000, 9_600
NOTHING: Json = {"adds": [], "removes": [], "texts": [], "attributes": []}
NO_ANSWER, READ, CUT = CLICKED + 2_000, SHOWN + 2_500, GONE - 500


def page(tag: str = "div", inside: str = "Payment failed", **attributes: str) -> Session:
    box = element(BOX, tag, text(WORDS, inside), **attributes)
    field = element(FIELD, "input", type="text", class_="field")
    return Session(element(BUY, "button", text(5, "Buy")), element(FORM, "form", field, box)).click(CLICKED, BUY)


def sets(session: Session, at: int, number: int = BOX, **attributes: Any) -> Session:
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return session.change(at, 0, **{**NOTHING, "attributes": [{"id": number, "attributes": named}]})


def end(session: Session) -> int:
    session.events.sort(key=lambda event: int(event["timestamp"]))
    return window_for(session.recording(60_000), CLICKED).end_ms


SWITCHES: list[tuple[str, Json, Json, Json]] = [
    ("div", {"hidden": ""}, {"hidden": None}, {"hidden": ""}),
    ("div", {"aria_hidden": "true"}, {"aria_hidden": "false"}, {"aria_hidden": "true"}),
    ("dialog", {}, {"open": ""}, {"open": None}),
    ("div", {"style": "color:red;display: none"}, {"style": {"display": False}}, {"style": {"display": "none"}}),
    ("div", {"style": "DISPLAY:NONE !important"}, {"style": "display:block"}, {"style": "display:none"}),
    ("div", {"style": "opacity:0"}, {"style": {"opacity": "0.2"}}, {"style": {"opacity": ["0", "important"]}}),
    ("div", {"style": "visibility:hidden"}, {"style": None}, {"style": {"visibility": "hidden"}}),
    ("div", {"class_": "note"}, {"class_": "note is-visible"}, {"class_": "note"}),
    ("div", {"class_": "note d-none"}, {"class_": "note"}, {"class_": "note d-none"}),
    ("div", {"class_": "note"}, {"class_": "note noteShow"}, {"class_": "note noteShow fade-out"}),
    ("div", {"role": "alert"}, {"class_": "x1y"}, {"class_": ""}),
]


@pytest.mark.parametrize(("tag", "before", "shows", "hides"), SWITCHES)
def test_a_message_that_comes_to_be_seen_is_waited_for_and_ends_the_clip_before_it_goes(
    tag: str, before: Json, shows: Json, hides: Json
) -> None:
    assert end(sets(page(tag, **before), SHOWN, **shows)) == READ
    assert end(sets(sets(page(tag, **before), SHOWN, **shows), GONE, **hides)) == CUT


@pytest.mark.parametrize(
    ("number", "before", "after"),
    [(FORM, {"class_": ""}, {"class_": "has-error"}), (FIELD, {}, {"aria_invalid": "true"}),
     (FIELD, {}, {"class_": "field is-invalid"})],
)  # fmt: skip
def test_what_is_said_of_a_form_or_a_field_in_trouble_is_an_answer(number: int, before: Json, after: Json) -> None:
    made = sets(sets(page(class_="help"), 10, number, **before), SHOWN, number, **after)
    assert end(made) == READ


def test_of_a_large_part_in_trouble_only_a_message_counts() -> None:
    assert end(sets(page(inside="Long words. " * 40, class_="help"), SHOWN, FORM, class_="error")) == NO_ANSWER
    assert end(sets(page(inside="Long words. " * 40, role="alert"), SHOWN, FORM, class_="error")) == READ


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (BUY, {"class_": "active"}),  # what stands in the button is no message
        (BOX, {"class_": "x1y"}),  # nobody knows what that does
        (BOX, {"data_state": "open"}),
        (BOX, {"style": {"transform": "none"}}),
        (FORM, {"class_": "loading"}),
        (99, {"hidden": None}),
    ],
)
def test_other_changes_show_nothing(number: int, change: Json) -> None:
    assert end(sets(page(), SHOWN, number, **change)) == NO_ANSWER


def test_what_is_shown_and_hidden_all_the_time_is_no_answer() -> None:
    made = page(class_="slide")
    for turn in range(8):
        sets(made, 500 + 1_000 * turn, class_="slide active" if turn % 2 else "slide")
    assert end(made) == NO_ANSWER


def test_what_stands_in_something_hidden_is_not_seen() -> None:
    made = sets(page(class_="note"), 100, FORM, hidden="")
    assert end(sets(made, SHOWN, class_="note show")) == NO_ANSWER


def test_a_message_that_was_added_goes_when_what_it_stands_in_is_hidden() -> None:
    made = page(inside=" ").add(SHOWN, BOX, element(50, "p", text(51, "Payment failed")))
    assert end(sets(made, GONE, FORM, class_="hide")) == CUT


def test_what_is_shown_in_the_place_of_another_message_is_read_too() -> None:
    made = sets(page(hidden=""), SHOWN, hidden=None)
    sets(made, GONE, hidden="").add(GONE + 200, FORM, element(50, "p", text(51, "Payment refused")))
    assert end(made) == GONE + 200 + 2_500


def test_it_is_known_after_a_checkout_what_is_on_the_page() -> None:
    made = page(hidden="")
    checkout = re.sub(r'"id": (\d+)', lambda one: f'"id": {int(one[1]) + 100}', json.dumps(made.events[1]["data"]))
    assert end(sets(made.event(CLICKED + 500, 2, json.loads(checkout)), SHOWN, BOX + 100, hidden=None)) == READ
    sets(made, CLICKED + 400, class_="seen")  # so that the page is known from before the checkout
    assert end(made) == READ


ASIDE: list[tuple[str, Json, Json]] = [
    ("ul", {"class_": "dropdown-menu"}, {"class_": "dropdown-menu show"}),
    ("div", {"role": "menu", "style": "display:none"}, {"style": {"display": "block"}}),
    ("nav", {"aria_hidden": "true"}, {"aria_hidden": "false"}),
    ("div", {"role": "tooltip", "hidden": ""}, {"hidden": None}),
    ("div", {"class_": "tippy-box", "style": "opacity:0"}, {"style": {"opacity": "1"}}),
    ("div", {"class_": "carousel-item"}, {"class_": "carousel-item active"}),
    ("div", {"class_": "slick-slide", "aria_hidden": "true"}, {"aria_hidden": "false"}),
    ("div", {"id": "cookie-banner", "role": "dialog", "hidden": ""}, {"hidden": None}),
    ("div", {"class_": "ad-slot", "style": "display:none"}, {"style": "display:block"}),
    ("aside", {"class_": "promo-banner", "hidden": ""}, {"hidden": None}),
    ("div", {"class_": "spinner", "role": "status", "hidden": ""}, {"hidden": None}),
    ("div", {"class_": "spinner", "role": "status"}, {"style": {"transform": "rotate(9deg)"}}),
    ("div", {"class_": "spinner", "role": "status"}, {"class_": "spinner hidden"}),
    ("section", {"class_": "reveal"}, {"class_": "reveal in-view"}),
    ("header", {"class_": "headroom"}, {"class_": "headroom visible"}),
    ("div", {"class_": "tab", "role": "tab"}, {"class_": "tab active"}),
    ("li", {"class_": "product"}, {"class_": "product active"}),
    ("div", {"id": "intercom-launcher", "hidden": ""}, {"hidden": None}),
]


@pytest.mark.parametrize(("tag", "before", "after"), ASIDE)
def test_what_answers_no_click_is_no_message(tag: str, before: Json, after: Json) -> None:
    made = sets(page(tag, **before), 6_500, **after)
    assert end(made) == NO_ANSWER
    [clicked] = lines_of(made, Window(2_000, 9_000, CLICKED))
    assert clicked == "0:03 clicks Buy"


@pytest.mark.parametrize(
    "named", [{"id": "cookie-banner", "role": "alertdialog"}, {"class_": "ad-banner"}, {"role": "tooltip"}]
)
def test_what_answers_no_click_is_no_message_when_it_is_added(named: Json) -> None:
    box = element(50, "div", element(51, "p", text(52, "We use cookies")), **named)
    nested, flat = page().add(6_500, 3, box), page().change(6_500, 0, **{**NOTHING, "adds": adds_of(3, box)})
    round_about = [*adds_of(3, box), *adds_of(60, element(61, "p")), *adds_of(61, element(60, "p"))]
    for made in nested, flat:
        assert end(made) == NO_ANSWER
        assert lines_of(made, Window(2_000, 9_000, CLICKED)) == ["0:03 clicks Buy"]
    assert end(page().change(6_500, 0, **{**NOTHING, "adds": round_about})) > NO_ANSWER
    assert end(page().add(6_500, FORM, element(50, "p", text(52, "Payment failed"))).add(6_600, 3, box)) == 9_000


def test_a_message_in_what_answers_no_click_is_one() -> None:
    made = page("nav", hidden="")
    made.add(100, BOX, element(50, "p", text(51, "Payment failed"), role="alert"))
    assert end(sets(made, SHOWN, hidden=None)) == READ


def test_a_page_that_looks_otherwise_says_nothing_new() -> None:
    assert end(sets(page(), SHOWN, 3, class_="modal-open js-focus-visible")) == NO_ANSWER


def test_what_changes_in_turn_in_one_place_is_no_answer() -> None:
    slides = [element(50 + 2 * n, "p", text(51 + 2 * n, f"Sale {n}"), hidden="") for n in range(5)]
    made = Session(element(BUY, "button", text(5, "Buy")), element(40, "div", *slides)).click(CLICKED, BUY)
    for turn in range(4):
        sets(made, 500 + 2_000 * turn, 50 + 2 * turn, hidden="")
        sets(made, 501 + 2_000 * turn, 52 + 2 * turn, hidden=None)
    assert end(made) == NO_ANSWER


def test_a_message_that_comes_after_a_spinner_is_waited_for() -> None:
    made = page(role="alert", hidden="").add(
        100, FORM, element(50, "p", text(51, "Loading"), class_="spinner", hidden="")
    )
    sets(sets(sets(made, CLICKED + 100, 50, hidden=None), SHOWN, 50, hidden=""), SHOWN, hidden=None)
    assert end(made) == READ
    assert lines_of(made, Window(2_000, READ, CLICKED))[-1] == "0:06 a message appears"


STYLED: Json = {"style": {"display": [], "opacity": 5}, "class": 3}


@pytest.mark.parametrize(
    "odd", [[5], {}, [{"id": BOX}], [{"id": "x", "attributes": {"hidden": None}}], [{"id": BOX, "attributes": STYLED}]]
)
def test_changes_of_odd_shapes_show_nothing(odd: Any) -> None:
    assert end(page().change(SHOWN, 0, **{**NOTHING, "attributes": odd})) == NO_ANSWER


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ({"role": "alert", "hidden": ""}, {"hidden": None}),
        ({"class_": "toast"}, {"class": "toast show"}),
        ({"class_": "error", "style": "display:none"}, {"style": {"display": "block"}}),
    ],
)
def test_a_message_that_was_hidden_is_mentioned_when_it_is_shown(before: dict, change: dict) -> None:
    def transcript(**attributes: str) -> list[str]:
        made = Session(element(4, "button", text(5, "Buy")), element(6, "div", text(7, "Failed"), **attributes))
        changed = [{"id": 6, "attributes": change}]
        made.click(3_000, 4).change(3_800, 0, adds=[], removes=[], texts=[], attributes=changed)
        return lines_of(made, Window(0, 6_000, 3_000))

    assert transcript(**before) == ["0:03 clicks Buy", "0:03 a message appears"]
    plain = {**before, "role": "", "class_": "plain"}
    assert transcript(**plain) == ["0:03 clicks Buy", *["0:03 a message appears"] * ("class" in change)]
