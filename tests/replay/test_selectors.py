"""Selectors are those of the Datadog SDK: each part is tested together with the path below it."""

from __future__ import annotations

import pytest

from bot.replay.detect.detector import detect
from bot.replay.detect.selectors import escaped
from tests.replay.sessions import Json, Session, element, text


def selector(clicked: int, *body: Json) -> str:
    return detect(Session(*body).click(1_000, clicked).recording(3_000))[0].selector


def row(number: int, *inside: Json, **attributes: str) -> Json:
    return element(number, "div", *inside, **attributes)


@pytest.mark.parametrize(
    ("clicked", "body", "expected"),
    [
        # A sibling without the path below it is no rival.
        (5, [row(4, element(5, "button")), row(6, element(7, "i"))], "BODY>DIV>BUTTON"),
        (5, [row(4, element(5, "button")), row(6, element(7, "button"))], "BODY>DIV:nth-of-type(1)>BUTTON"),
        (7, [row(4, element(5, "button")), row(6, element(7, "button"), class_="b")], "BODY>DIV.b>BUTTON"),
        (7, [row(4, row(5, element(6, "b"))), row(8, element(7, "b"))], "BODY>DIV>B"),
        # An attribute or id that two have ends the path where only one of them leads to the target.
        (5, [row(4, element(5, "b"), id="x"), row(6, element(7, "i"), id="x")], "#x>B"),
        (
            5,
            [row(4, element(5, "b"), data_component="Row"), row(6, element(7, "i"), data_component="Row")],
            'DIV[data-component="Row"]>B',
        ),
        (
            5,
            [row(4, element(5, "b"), data_component="Row"), row(6, element(7, "b"), data_component="Row")],
            "BODY>DIV:nth-of-type(1)>B",
        ),
        # The first stable attribute that is there is the only one that is tried; then the id.
        (4, [row(4, data_testid="a", data_qa="one"), row(6, data_testid="a")], "BODY>DIV:nth-of-type(1)"),
        (4, [row(4, data_testid="a", id="one"), row(6, data_testid="a")], "#one"),
        (4, [row(4, data_testid=""), row(6)], 'DIV[data-testid=""]'),
        # The first class without a digit is the only one that is tried.
        (4, [row(4, class_="c1 card big"), row(6, class_="card")], "BODY>DIV:nth-of-type(1)"),
        (4, [row(4, class_="c1 big card"), row(6, class_="card")], "BODY>DIV.big"),
        # Generated ids are none.
        (4, [element(4, "button", id="b50"), element(5, "button", id="b300")], "BODY>BUTTON:nth-of-type(1)"),
        # The place counts among elements of the same tag.
        (6, [element(4, "b"), element(5, "i"), element(6, "b")], "BODY>B:nth-of-type(2)"),
        # A text is clicked where its element is.
        (5, [element(4, "p", text(5, "words"))], "BODY>P"),
        # Names that CSS can't have as they are.
        (4, [row(4, data_testid="1-buy now €")], 'DIV[data-testid="\\31 -buy\\ now\\ €"]'),
        (4, [element(4, "fb:like")], "BODY>FB\\:LIKE"),
    ],
)
def test_paths(clicked: int, body: list[Json], expected: str) -> None:
    assert selector(clicked, *body) == expected


def test_what_is_drawn_keeps_its_case() -> None:
    drawing = {**element(5, "svg", {**element(6, "path"), "isSVG": True}), "isSVG": True}
    assert selector(6, element(4, "button", drawing)) == "BODY>BUTTON>svg>path"


def shadow(host: int, *inside: Json, **attributes: str) -> Json:
    return {
        **element(host, "shop-card", *({**node, "isShadow": True} for node in inside), **attributes),
        "isShadowHost": True,
    }


def test_each_shadow_root_is_a_page_of_its_own() -> None:
    two = [shadow(4, element(5, "button", id="buy")), shadow(6, element(7, "button", id="buy"))]
    assert selector(7, *two) == "BODY>SHOP-CARD:nth-of-type(2)::shadow #buy"
    deep = shadow(4, shadow(5, element(6, "i"), element(7, "b")), id="cart")
    assert selector(7, deep) == "#cart::shadow SHOP-CARD::shadow B"


def test_what_is_in_a_frame_is_not_on_the_page() -> None:
    document = {"type": 0, "id": 5, "childNodes": [element(6, "html", element(7, "body", element(8, "b", id="x")))]}
    assert selector(8, element(4, "iframe", document), element(9, "b", id="x")) == "#x"


def test_an_attribute_that_is_taken_away_counts_no_more() -> None:
    session = Session(row(4, id="one"), row(5))
    session.change(500, 0, adds=[], removes=[], texts=[], attributes=[{"id": 4, "attributes": {"id": None}}])
    assert detect(session.click(1_000, 4).recording(3_000))[0].selector == "BODY>DIV:nth-of-type(1)"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("buy", "buy"),
        ("a b", "a\\ b"),
        ("a.b:c", "a\\.b\\:c"),
        ("1st", "\\31 st"),
        ("-1", "-\\31 "),
        ("-", "\\-"),
        ("--x", "--x"),
        ("구매 🛒", "구매\\ 🛒"),
        ("tab\there", "tab\\9 here"),
        ("\0", "\ufffd"),
    ],
)
def test_names_are_escaped_as_css_escape_does(name: str, written: str) -> None:
    assert escaped(name) == written


def test_a_long_list_costs_no_more_than_a_few_looks_at_it() -> None:
    rows = [row(10 + 3 * n, element(11 + 3 * n, "span", text(12 + 3 * n, "x"))) for n in range(5_000)]
    session = Session(*rows)
    for n in range(200):
        session.click(1_000 + 20 * n, 11 + 3 * (25 * n), held=5)
    assert detect(session.recording())[199].selector == "BODY>DIV:nth-of-type(4976)>SPAN"
