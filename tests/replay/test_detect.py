"""Signals are found as the Datadog SDK finds them: on its own recordings, and rule by rule."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from bot.replay.detect.detector import detect
from bot.replay.model import DetectedAction
from bot.replay.read_recording import read, read_path
from bot.signals.question import Signal
from tests.replay.sessions import SDK_6, SDK_7, SHOP, Session, element, text

RAGE, DEAD, ERROR = Signal.RAGE, Signal.DEAD, Signal.ERROR
BUY, LINK, FIELD, LABEL, BOX = 4, 6, 8, 9, 11


def shop() -> Session:
    return Session(
        element(BUY, "button", text(5, "Buy"), id="buy"),
        element(LINK, "a", text(7, "Home"), href="/"),
        element(FIELD, "input", id="mail"),
        element(LABEL, "label", text(10, "Mail"), for_="mail"),
        element(BOX, "div", text(12, "Box"), element(13, "b", text(14, "bold"))),
    )


def types(session: Session, until: int = 30_000) -> list[tuple[Signal, ...]]:
    return [action.types for action in detect(session.recording(until))]


def sdk_verdicts(folder: Path) -> list[dict]:
    lines = (folder / "rum-events.ndjson").read_text().splitlines()
    actions = [event for event in map(json.loads, lines) if event["type"] == "action"]
    return sorted((it for it in actions if it["action"]["type"] == "click"), key=lambda it: it["date"])


def without_verdicts(folder: Path) -> list[bytes]:
    """The segments and what RUM says about errors and requests, but not what it says about clicks."""
    *segments, rum = read_path(folder)
    return [*segments, b"\n".join(line for line in rum.splitlines() if b'"type":"action"' not in line)]


SOURCES = {
    "rrweb beside SDK 7": ([(SDK_7 / "rrweb.json").read_bytes()], SDK_7),
    "Change records of SDK 7": (without_verdicts(SDK_7), SDK_7),
    "V1 records of SDK 6": (without_verdicts(SDK_6), SDK_6),
    "SDK 7 with its verdicts": (read_path(SDK_7), SDK_7),
    "SDK 6 with its verdicts": (read_path(SDK_6), SDK_6),
}


@pytest.mark.parametrize("name", SOURCES)
def test_it_agrees_with_the_sdk_on_every_action(name: str) -> None:
    pieces, folder = SOURCES[name]
    found, verdicts = detect(read(pieces)), sdk_verdicts(folder)
    assert len(found) == len(verdicts) == 19
    for action, verdict in zip(found, verdicts, strict=True):
        assert abs(action.epoch_ms - verdict["date"]) <= 20
        assert {signal.value for signal in action.types} == set(verdict["action"]["frustration"]["type"])


def test_without_its_errors_only_error_clicks_are_missed() -> None:
    *segments, _ = read_path(SDK_7)
    for action, verdict in zip(detect(read(segments)), sdk_verdicts(SDK_7), strict=True):
        expected = set(verdict["action"]["frustration"]["type"]) - {"error_click"}
        assert {signal.value for signal in action.types} == expected


def test_names_and_selectors_are_those_of_the_sdk() -> None:
    """SDK 7 names what it masks "Masked Element"; rrweb has no such mask."""
    found = detect(read([(SDK_7 / "rrweb.json").read_bytes()]))
    for action, verdict in zip(found, sdk_verdicts(SDK_7), strict=True):
        name = verdict["action"]["target"]["name"]
        assert name in (action.name, "Masked Element")
        assert action.selector == verdict["_dd"]["action"]["target"]["selector"]


def test_the_shop_recording_holds_two_bursts_of_rage() -> None:
    found = [action for action in detect(read(read_path(SHOP))) if action.types]
    assert [(it.at_ms, it.types, it.clicks, it.name, it.selector) for it in found] == [
        (26_146, (RAGE,), 9, "Buy", "#buy"),
        (29_300, (RAGE,), 7, "Buy", "#buy"),
    ]


def test_an_action_says_when_where_and_on_which_page() -> None:
    session = shop().click(2_000, BUY, x=30, y=40).mutation(2_010).error(2_020)
    action = detect(session.recording(9_000))[0]
    assert action == DetectedAction(
        2_000, session.events[0]["timestamp"] + 2_000, (ERROR,), "#buy", "Buy", 1, 30, 40,
        "https://shop.example/cart", "TypeError: cart is undefined",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        (shop().click(1_000, BUY), [(DEAD,)]),
        (shop().click(1_000, BUY).mutation(1_100), [()]),
        (shop().click(1_000, BUY).mutation(1_101), [(DEAD,)]),
        (shop().click(1_000, BUY, held=80).mutation(990), [()]),
        (shop().click(1_000, BUY, held=300).mutation(760), [()]),
        (shop().click(1_000, BUY, held=300).mutation(900), [(DEAD,)]),
        (shop().click(1_000, BUY).change(1_500, 3, id=1, x=0, y=50), [()]),
        (shop().click(1_000, BUY).change(2_500, 3, id=1, x=0, y=50), [(DEAD,)]),
        (shop().click(1_000, FIELD), [()]),
        (shop().click(1_000, LABEL), [()]),
        (shop().click(1_000, LINK), [()]),
        (shop().click(1_000, 13), [(DEAD,)]),
        (shop().click(1_000, BUY).custom(1_050, "window_open"), [()]),
        (shop().click(1_000, BUY).custom(1_050, "request", phase="start", id="1"), [()]),
        (shop().custom(900, "request", phase="start", id="1").click(1_000, BUY), [(DEAD,)]),
        (shop().click(1_000, BUY, held=300).custom(750, "request", phase="start", id="1"), [()]),
        (
            shop().custom(100, "request", phase="start", id="1").click(1_000, BUY)
            .custom(1_050, "request", phase="end", id="1"),
            [(DEAD,)],
        ),
    ],
)  # fmt: skip
def test_dead_clicks(session: Session, expected: list[tuple[Signal, ...]]) -> None:
    assert types(session) == expected


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        (shop().click(1_000, BUY).error(1_100), [(DEAD, ERROR)]),
        (shop().click(1_000, BUY).error(1_101), [(DEAD,)]),
        (shop().click(1_000, BUY).mutation(1_050).error(1_150), [(ERROR,)]),
        (shop().click(1_000, BUY).mutation(1_050).error(1_151), [()]),
        (shop().click(1_000, BUY).mutation(1_050).mutation(1_140).error(1_240), [(ERROR,)]),
        (shop().click(1_000, BUY).custom(1_050, "request", phase="start", id="1").error(9_000), [(ERROR,)]),
        (shop().click(1_000, BUY).custom(1_050, "request", phase="start", id="1").error(11_001), [()]),
        (
            shop().click(1_000, BUY).custom(1_050, "request", phase="start", id="1")
            .custom(3_000, "request", phase="end", id="1").error(3_101),
            [()],
        ),
        (shop().error(990).click(1_000, BUY).mutation(1_010), [()]),
    ],
)  # fmt: skip
def test_error_clicks(session: Session, expected: list[tuple[Signal, ...]]) -> None:
    assert types(session) == expected


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        (shop().clicks(1_000, BUY, 3, 500), [(RAGE, DEAD)]),
        (shop().clicks(1_000, BUY, 3, 501), [(DEAD,)] * 3),
        (shop().clicks(1_000, BUY, 2, 100), [(DEAD,)] * 2),
        (shop().clicks(1_000, BUY, 3, 300).change(1_700, 3, id=1, x=0, y=9), [(DEAD,), (DEAD,), ()]),
        (shop().clicks(1_000, BUY, 3, 300).error(2_500), [(RAGE, DEAD, ERROR)]),
        (shop().clicks(1_000, BUY, 3, 300).error(2_601), [(RAGE, DEAD)]),
        (shop().click(1_000, BUY).click(1_200, LINK).click(1_400, BUY), [(DEAD,), (), (DEAD,)]),
        (shop().click(1_000, BUY, x=0).click(1_200, BUY, x=101).click(1_400, BUY, x=0), [(DEAD,)] * 3),
        (shop().clicks(1_000, BUY, 2, 200).page(1_250, "/pay").click(1_400, BUY), [(DEAD,), (), (DEAD,)]),
    ],
)  # fmt: skip
def test_rage_clicks(session: Session, expected: list[tuple[Signal, ...]]) -> None:
    assert types(session) == expected


def test_selecting_text_by_three_clicks_is_no_frustration() -> None:
    session = shop()
    chosen = [{"start": 12, "startOffset": 0, "end": 12, "endOffset": 3}]
    session.click(1_000, BOX).click(1_150, BOX).change(1_160, 14, ranges=chosen).click(1_300, BOX)
    assert types(session) == [(), (), ()]


def test_a_click_belongs_to_the_page_where_it_was_made() -> None:
    session = shop().click(1_000, BUY).page(1_080, "https://shop.example/pay").click(1_300, BUY)
    assert [action.view_href[20:] for action in detect(session.recording(9_000))] == ["/cart", "/pay"]


def test_a_burst_still_going_on_at_the_end_is_judged() -> None:
    assert types(shop().clicks(1_000, BUY, 4, 100), until=0) == [(RAGE, DEAD)]


def test_changes_under_an_excluded_element_are_no_activity() -> None:
    clock = element(20, "div", element(21, "i"), data_dd_excluded_activity_mutations="")
    session = Session(element(BUY, "button", text(5, "Buy")), clock)
    assert types(session.click(1_000, BUY).mutation(1_010, 21)) == [(DEAD,)]


def test_a_button_drawn_anew_on_each_click_is_no_rage() -> None:
    session = shop()
    for number, at in ((BUY, 1_000), (40, 1_300), (42, 1_600)):
        session.click(at, number)
        fresh = element(number + 36 if number == BUY else number + 2, "button")
        removes = [{"parentId": 3, "id": number}]
        adds = [{"parentId": 3, "nextId": None, "node": fresh}]
        session.change(at + 5, 0, adds=adds, removes=removes, texts=[], attributes=[])
    assert types(session) == [(), (), ()]


def test_errors_come_from_the_console_plugin_and_from_breadcrumbs_too() -> None:
    console = {"plugin": "rrweb/console@1", "payload": {"level": "error", "payload": ['"Uncaught Error: no stock"']}}
    plain = shop().click(1_000, BUY).event(1_010, 6, console)
    crumb = shop().click(1_000, BUY).custom(1_010, "breadcrumb", category="console", level="error", message="no stock")
    assert detect(plain.recording(9_000))[0].error == "Error: no stock"
    assert detect(crumb.recording(9_000))[0].error == "no stock"


@pytest.mark.parametrize(
    ("tag", "payload"),
    [
        ("$pageview", {"href": "https://shop.example/#/pay"}),
        ("$url_changed", {"href": "https://shop.example/#/pay"}),
        ("breadcrumb", {"category": "navigation", "data": {"from": "/cart", "to": "/#/pay"}}),
    ],
)
def test_routes_that_other_recorders_report_are_pages(tag: str, payload: dict) -> None:
    session = shop().click(1_000, BUY).custom(1_050, tag, **payload).click(3_000, BUY)
    actions = detect(session.recording(9_000))
    assert [action.view_href[20:] for action in actions] == ["/cart", "/#/pay"]
    assert [action.types for action in actions] == [(), (DEAD,)]
    calm = shop().custom(900, "$pageview", href="https://shop.example/cart").click(1_000, BUY)
    assert types(calm.custom(1_050, "breadcrumb", category="navigation")) == [(DEAD,)]


NAMED = [
    (element(4, "button", element(5, "span", text(6, " Buy \n now "))), 5, "Buy now", "BODY>BUTTON>SPAN"),
    (element(4, "div", element(5, "i"), data_dd_action_name="Pay"), 5, "Pay", 'DIV[data-dd-action-name="Pay"]>I'),
    (element(4, "label", text(5, "Size"), element(6, "input", type="radio")), 6, "Size", "BODY>LABEL>INPUT"),
    (element(4, "input", type="submit", value="Go"), 4, "Go", "BODY>INPUT"),
    (element(4, "img", alt="Lamp", class_="big x1"), 4, "Lamp", "BODY>IMG.big"),
    (
        element(4, "a", element(5, "svg"), aria_label="Close", data_testid="close"),
        5,
        "Close",
        'A[data-testid="close"]>svg',
    ),
    (element(4, "button", text(5, "구매하기"), id="buy-1"), 4, "구매하기", "BODY>BUTTON"),
    (element(4, "div", element(5, "p", text(6, "one")), element(7, "p", text(8, "two"))), 4, "one two", "BODY>DIV"),
    (element(4, "p", text(5, "x" * 300)), 4, "x" * 100 + " [...]", "BODY>P"),
    (element(4, "ul", element(5, "li"), element(6, "li", text(7, "b"))), 6, "b", "BODY>UL>LI:nth-of-type(2)"),
]


@pytest.mark.parametrize(("body", "clicked", "name", "selector"), NAMED)
def test_names_and_selectors(body: dict, clicked: int, name: str, selector: str) -> None:
    action = detect(Session(body).click(1_000, clicked).recording(3_000))[0]
    assert (action.name, action.selector) == (name, selector)


def test_it_takes_time_in_proportion_to_the_recording() -> None:
    """Two thousand frantic clicks during requests that never end would be a million steps if each met each."""
    session = shop()
    for number in range(2_000):
        session.click(1_000 + number * 5, (BUY, BOX)[number % 2], held=1)
        session.custom(1_001 + number * 5, "request", phase="start", id=str(number))
    assert len(detect(session.recording())) == 2_000


def test_verdicts_of_the_sdk_need_no_segments_to_be_compressed() -> None:
    pieces = [zlib.decompress(piece) if piece[:1] == b"x" else piece for piece in read_path(SDK_6)]
    assert detect(read(pieces)) == detect(read(read_path(SDK_6)))
