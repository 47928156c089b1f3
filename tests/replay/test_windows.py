"""The windows of a session are read apart, and signals are found in each of them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from bot.replay.detect.detector import detect, window_at
from bot.replay.read_recording import read, read_path
from bot.replay.recording import Recording
from bot.signals.question import Signal
from tests.replay.sessions import RECORDINGS, START, Json, Session, element, text
from tests.replay.test_taps import datadog

RAGE, DEAD = Signal.RAGE, Signal.DEAD
BUY = 4


def calm() -> list[Json]:
    session = Session(element(BUY, "p", text(5, "101")), href="https://shop.example/prices")
    for at in range(0, 12_000, 500):
        session.mutation(at, BUY)
    return session.events


def angry() -> list[Json]:
    session = Session(element(BUY, "button", text(5, "Pay now")), href="https://shop.example/pay")
    events = session.clicks(5_000, BUY, 3, 200).custom(9_000, "end").events
    return [{**event, "timestamp": max(event["timestamp"], START + 3_000)} for event in events]


def lines(of: Callable[[str, Json], object]) -> bytes:
    events = [(name, event) for name, its in (("calm", calm()), ("angry", angry())) for event in its]
    mixed = sorted(events, key=lambda pair: pair[1]["timestamp"])
    return b"\n".join(json.dumps(of(name, event)).encode() for name, event in mixed)


WAYS: dict[str, bytes] = {
    "lines of name and event": lines(lambda name, event: [name, event]),
    "lines with window_id": lines(lambda name, event: {"window_id": name, "data": [event]}),
    "windowId on each event": lines(lambda name, event: {**event, "windowId": name}),
    "window_id on each event": lines(lambda name, event: {**event, "window_id": name}),
    "lines with windowId": lines(lambda name, event: {"windowId": name, "data": [event]}),
    "an export": b'{"version": "2023-04-28", "data": {"snapshots": ['
    + lines(lambda name, event: {**event, "windowId": name}).replace(b"\n", b",")
    + b"]}}",
}


@pytest.mark.parametrize("way", WAYS)
def test_signals_are_found_in_every_window(way: str) -> None:
    recording = read([WAYS[way]])
    assert recording.window == "calm"
    assert [other.window for other in recording.others] == ["angry"]
    (action,) = detect(recording)
    assert (action.types, action.clicks, action.name, action.window) == ((RAGE, DEAD), 3, "Pay now", "angry")
    assert (action.at_ms, action.view_href) == (5_000, "https://shop.example/pay")


def test_all_windows_count_their_time_from_the_same_moment() -> None:
    recording = read([WAYS["an export"]])
    shown = recording.in_window("angry")
    assert shown.start_epoch_ms == recording.start_epoch_ms == START
    assert [view.start_ms for view in shown.views] == [3_000]
    assert recording.in_window("calm") is recording.in_window("no such window") is recording


@pytest.mark.parametrize(("at", "window"), [(5_000, "angry"), (5_900, "angry"), (1_000, "calm"), (99_000, "calm")])
def test_a_moment_is_shown_in_the_window_where_it_failed(at: int, window: str) -> None:
    assert window_at(read([WAYS["an export"]]), START + at).window == window


def test_an_export_of_posthog() -> None:
    (action,) = [it for it in detect(read(read_path(RECORDINGS / "signals" / "two-windows-posthog.json"))) if it.types]
    assert (action.types, action.clicks, action.name, action.window) == ((RAGE, DEAD), 3, "Pay now", "win-b")


def segment(view: str, begin: int, *records: tuple[int, int, int], end: int = 9_000) -> bytes:
    """The view `view` of a session at Datadog, open from `begin` to `begin + end`."""
    made = json.loads(datadog(*records))
    for record in made["records"]:
        record["timestamp"] += begin
    made["records"][-1]["timestamp"] = START + begin + end
    return json.dumps({**made, "start": START + begin, "end": START + begin + end, "view": {"id": view}}).encode()


CLICK = ((1_000, 1, BUY), (1_050, 0, BUY), (1_052, 2, BUY))
OTHER = ((1_020, 1, 6), (1_060, 0, 6), (1_070, 2, 6))


def clicked(recording: Recording) -> list[tuple[str, str]]:
    return [(action.name, action.window) for action in detect(recording)]


def test_views_of_datadog_that_were_open_at_once_were_in_two_windows() -> None:
    recording = read([segment("a", 0, *CLICK), segment("b", 500, *OTHER), segment("c", 9_500, *CLICK)])
    assert len(recording.others) == 1
    names = clicked(recording)
    assert [name for name, _ in names] == ["Pay now", "2 items", "Pay now"]
    assert names[0][1] != names[1][1]
    assert recording.skipped == {"event of another window": 6}


def test_views_that_follow_each_other_are_in_one_window() -> None:
    recording = read([segment("a", 0, *CLICK, end=9_000), segment("b", 8_800, *OTHER)])
    assert recording.others == ()
    assert clicked(recording) == [("Pay now", ""), ("2 items", "")]


def test_what_rum_says_of_a_view_stays_with_its_window() -> None:
    rum = [
        {"type": "action", "date": START + 1_550, "view": {"id": view}, "action": {"type": "click", "id": view,
         "target": {"name": f"in {view}"}, "frustration": {"type": ["error_click"]}}}
        for view in ("a", "b")
    ]  # fmt: skip
    told = b"\n".join(json.dumps(event).encode() for event in rum)
    recording = read([segment("a", 500, *CLICK), segment("b", 530, *OTHER), told])
    assert [(it.name, it.types) for it in detect(recording)] == [
        ("in a", (Signal.ERROR,)),
        ("in b", (Signal.ERROR,)),
    ]


def test_windows_may_be_numbered() -> None:
    numbers = {"calm": 1, "angry": 2}
    for data in (
        lines(lambda name, event: {**event, "windowId": numbers[name]}),
        lines(lambda name, event: {"window_id": numbers[name], "data": [event]}),
        lines(lambda name, event: [numbers[name], event]),
    ):
        recording = read([data])
        assert (recording.window, [other.window for other in recording.others]) == ("1", ["2"])
        assert [(action.types, action.window) for action in detect(recording)] == [((RAGE, DEAD), "2")]


@pytest.mark.parametrize("named", [{0}, {1}, {0, 1}, set(range(0, 99, 2)), set(range(1, 99, 3)), set(range(2, 99))])
def test_events_without_a_window_are_of_the_only_one_that_is_named(named: set[int]) -> None:
    events = [{**event, "windowId": "a" if at in named else None} for at, event in enumerate(angry())]
    recording = read([json.dumps({"data": {"snapshots": events}}).encode()])
    assert (recording.others, recording.window, dict(recording.skipped)) == ((), "", {})
    assert [(action.types, action.clicks) for action in detect(recording)] == [((RAGE, DEAD), 3)]


def test_an_event_that_may_be_of_any_of_several_windows_is_left_out_and_counted() -> None:
    unnamed = {"type": 3, "timestamp": START + 5_000, "data": {"source": 3, "id": 1, "x": 0, "y": 9}}
    recording = read([WAYS["windowId on each event"] + b"\n" + json.dumps(unnamed).encode()])
    known = read([WAYS["windowId on each event"]]).skipped["event of another window"]
    assert recording.skipped["event of another window"] == known + 1
    assert [(action.types, action.clicks) for action in detect(recording)] == [((RAGE, DEAD), 3)]
