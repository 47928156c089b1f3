"""Requests that recorders write down after the fact are reactions to the click before them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.replay.detect.detector import detect
from bot.replay.read_recording import read, read_path
from bot.signals.question import Signal
from tests.replay.sessions import RECORDINGS, START, Session, element, text

DEAD, ERROR = Signal.DEAD, Signal.ERROR
BUY = 4


def shop() -> Session:
    return Session(element(BUY, "button", text(5, "Buy"), id="buy")).click(1_000, BUY)


def posthog(session: Session, at: int, *requests: dict[str, Any]) -> Session:
    payload = {"requests": list(requests)}
    return session.event(at, 6, {"plugin": "rrweb/network@1", "payload": payload})


def fetched(start: int, duration: float = 350, **more: Any) -> dict[str, Any]:
    usual = {"name": "https://shop.example/api", "entryType": "resource", "initiatorType": "fetch"}
    return {**usual, "timestamp": START + start, "startTime": start + 0.4, "duration": duration, **more}


def span(session: Session, start: int, end: int, op: str = "resource.fetch") -> Session:
    at = {"startTimestamp": (START + start) / 1000, "endTimestamp": (START + end) / 1000}
    data = {"method": "POST", "statusCode": 200}
    return session.custom(end, "performanceSpan", op=op, description="https://shop.example/api", data=data, **at)


def dated(at: int) -> str:
    return datetime.fromtimestamp((START + at) / 1000, UTC).isoformat()


def types(session: Session) -> list[tuple[Signal, ...]]:
    return [action.types for action in detect(session.recording(20_000))]


@pytest.mark.parametrize(
    "session",
    [
        posthog(shop(), 1_500, fetched(1_010)),
        posthog(shop(), 9_000, fetched(1_010, initiatorType="xmlhttprequest")),
        posthog(shop(), 1_500, {**fetched(1_010), "timestamp": None, "timeOrigin": START}),
        posthog(shop(), 1_500, fetched(1_010, 0.3)),
        # A file that arrives in time counts when it is there.
        posthog(shop(), 1_500, fetched(900, 150, initiatorType="img")),
        shop().event(1_500, 6, {"plugin": "rrweb/network@1", "payload": {"kind": "xhr", "timestamp": START + 1_020}}),
        shop().event(1_500, 6, {"plugin": "rrweb/network@1", "payload": [fetched(1_010)]}),
        shop().event(1_500, 6, {"plugin": "rrweb/network", "payload": {"requests": [fetched(1_010)]}}),
        posthog(shop(), 1_500, {**fetched(1_010), "timestamp": str(START + 1_010)}),
        posthog(shop(), 1_500, {**fetched(1_010), "timestamp": dated(1_010)}),
        posthog(shop(), 1_500, {**fetched(1_010), "timestamp": dated(1_010).removesuffix("+00:00")}),
        posthog(shop(), 1_500, {"name": "/api", "initiatorType": "fetch", "timeOrigin": START, "fetchStart": 1_010}),
        span(shop(), 1_010, 1_400),
        shop().custom(1_500, "performanceSpan", op="resource.fetch", startTimestamp=(START + 1_010) / 1000),
        span(shop(), 1_010, 1_400, "resource.xhr"),
        span(shop(), 600, 1_050, "resource.script"),
    ],
)
def test_a_request_after_the_click_is_a_reaction(session: Session) -> None:
    assert types(session) == [()]


@pytest.mark.parametrize(
    "session",
    [
        posthog(shop(), 2_500, fetched(1_101)),
        posthog(shop(), 1_500, fetched(900, 150)),
        posthog(shop(), 1_500, fetched(1_010, entryType="paint")),
        posthog(shop(), 1_500, fetched(900, 300, initiatorType="img")),
        posthog(shop(), 1_050, {"name": "x", "initiatorType": "fetch", "startTime": 1_010}),
        posthog(shop(), 1_500, {"timestamp": "soon"}, fetched(1_500)),
        posthog(shop(), 1_500, {"timestamp": dated(1_101)}, {"timestamp": "nan"}, {"timestamp": "inf"}),
        shop().event(1_050, 6, {"plugin": "rrweb/network@1", "payload": [None, 7, []]}),
        posthog(shop(), 1_500, {"timestamp": 1e300, "duration": 1e300}, {"startTime": [], "timestamp": True}),
        posthog(shop(), 1_500, {**fetched(1_300), "duration": 1e300, "endTime": -1e300}),
        shop().event(1_050, 6, {"plugin": "rrweb/network@1", "payload": "?"}),
        span(shop(), 1_010, 1_050, "navigation.push"),
        shop().custom(1_050, "performanceSpan", op="resource.fetch"),
    ],
)
def test_what_is_no_request_of_that_time_is_none(session: Session) -> None:
    assert types(session) == [(DEAD,)]


def test_an_error_while_the_request_is_on_its_way_is_the_clicks() -> None:
    late = posthog(shop().error(1_600), 2_000, fetched(1_010, 600))
    assert types(late) == [(ERROR,)]
    assert types(posthog(shop().error(1_800), 2_000, fetched(1_010, 600))) == [()]


def test_a_request_from_before_the_recording_moves_no_clock() -> None:
    recording = posthog(shop(), 1_500, fetched(-60_000)).recording(3_000)
    assert (recording.start_epoch_ms, recording.duration_ms) == (START, 3_000)


def test_a_recording_of_posthog() -> None:
    actions = detect(read(read_path(RECORDINGS / "signals" / "request-posthog.json")))
    assert [(action.types, action.name) for action in actions] == [((), "Subscribe")]


def test_requests_stay_in_their_window() -> None:
    lines = [["a", event] for event in shop().events]
    lines += [["b", event] for event in posthog(Session(element(BUY, "p")), 1_500, fetched(1_010)).events]
    actions = detect(read([b"\n".join(json.dumps(line).encode() for line in lines)]))
    assert [(action.types, action.window) for action in actions] == [((DEAD,), "a")]
