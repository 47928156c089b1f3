"""What the sender's own SDK said of a click is kept, also where no click is found."""

from __future__ import annotations

import json
from typing import Any

from bot.replay.detect.detector import detect
from bot.replay.model import DetectedAction
from bot.replay.read_recording import read
from bot.signals.question import Signal
from tests.replay.sessions import START, Session, element, text
from tests.replay.test_taps import datadog

RAGE, DEAD, ERROR = Signal.RAGE, Signal.DEAD, Signal.ERROR
BUY = 4


def shop() -> Session:
    return Session(element(BUY, "button", text(5, "Buy"), id="buy"))


def rum(at: int, *types: str, name: str = "Buy", **action: Any) -> bytes:
    """What the SDK said of the click at `at`."""
    about = {"type": "click", "target": {"name": name}, "frustration": {"type": list(types)}, **action}
    target = {"target": {"selector": "#sdk"}}
    return json.dumps({"type": "action", "date": START + at, "action": about, "_dd": {"action": target}}).encode()


def found(session: Session, *verdicts: bytes, until: int = 20_000) -> list[DetectedAction]:
    session.custom(until, "end")
    return detect(read([json.dumps(session.events).encode(), b"\n".join(verdicts)]))


def brief(actions: list[DetectedAction]) -> list[tuple[int, tuple[Signal, ...], int]]:
    return [(action.at_ms, action.types, action.clicks) for action in actions]


def test_it_replaces_ours() -> None:
    (action,) = found(shop().click(1_000, BUY), rum(1_003, "error_click"))
    assert (action.types, action.name, action.selector, action.clicks) == ((ERROR,), "Buy", "#sdk", 1)


def test_a_field_that_is_null_or_of_another_type_costs_nothing_but_itself() -> None:
    odd = json.loads(rum(1_003, "error_click", name="Pay")) | {"error": None, "resource": [], "view": {"id": 7}}
    odd["_dd"] = {"action": {"target": {"selector": None}}}
    (action,) = found(shop().click(1_000, BUY), json.dumps(odd).encode())
    assert (action.types, action.name, action.selector) == ((ERROR,), "Pay", "#buy")


def test_it_is_kept_where_no_click_is_found() -> None:
    session = shop().click(5_000, BUY)
    actions = found(session, rum(1_000, "rage_click", name="Pay"), rum(5_000, "dead_click"), rum(9_000, name="Home"))
    assert brief(actions) == [(1_000, (RAGE,), 3), (5_000, (DEAD,), 1), (9_000, (), 1)]
    assert [(it.name, it.selector, it.view_href) for it in actions[::2]] == [
        ("Pay", "#sdk", "https://shop.example/cart"),
        ("Home", "#sdk", "https://shop.example/cart"),
    ]


def test_clicks_that_the_sdk_took_for_one_burst_are_not_counted_beside_it() -> None:
    session = shop().click(1_000, BUY).click(1_400, BUY).click(2_100, BUY)
    assert brief(found(session, rum(1_000, "rage_click"), rum(8_000))) == [
        (1_000, (RAGE,), 3),
        (1_400, (), 1),
        (2_100, (), 1),
        (8_000, (), 1),
    ]


def test_before_its_first_and_after_its_last_word_ours_stand() -> None:
    session = shop().click(1_000, BUY).click(5_000, BUY).click(9_000, BUY)
    assert brief(found(session, rum(5_000))) == [(1_000, (DEAD,), 1), (5_000, (), 1), (9_000, (DEAD,), 1)]


def test_of_an_action_sent_twice_the_newest_counts() -> None:
    twice = rum(1_000, id="a1"), rum(1_000, "error_click", id="a1")
    assert brief(found(shop().click(1_000, BUY), *twice)) == [(1_000, (ERROR,), 1)]


def frustrated(*records: dict[str, Any]) -> list[DetectedAction]:
    """Of a segment with two clicks, at 1050 and 5050, and these records about them."""
    clicks = [(at + step, kind, BUY) for at in (1_000, 5_000) for step, kind in ((0, 1), (50, 0), (52, 2))]
    segment = json.loads(datadog(*clicks))
    segment["records"][-1:-1] = records
    return detect(read([json.dumps(segment).encode()]))


def record(at: int, kind: str, *numbers: int) -> dict[str, Any]:
    data = {"frustrationTypes": [kind], "recordIds": list(numbers)}
    return {"type": 9, "timestamp": START + at, "data": data}


def test_the_replays_own_records_of_frustrations_are_verdicts_too() -> None:
    actions = frustrated(record(1_050, "error_click", 7), record(7_000, "rage_click", 11, 12, 13, 14))
    assert brief(actions) == [(1_050, (ERROR,), 1), (5_050, (), 1), (7_000, (RAGE,), 4)]
    assert [action.name for action in actions] == ["Pay now", "Pay now", ""]


def test_nonsense_is_no_verdict_of_anything() -> None:
    (first, second) = frustrated({"type": 9, "timestamp": START + 1_050, "data": {"frustrationTypes": 7}})
    assert (first.types, second.types) == ((), (DEAD,))
