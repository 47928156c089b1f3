"""Thirty-three things that people do, click by click: verdicts, names and selectors are all those of the SDK.

`edge.json.gz` is our recorder's session of a page made for this, driven by a real mouse. `edge-verdicts.ndjson` holds
what SDK 7.16.2, which ran in the same page at the same time, sent of each click: verdict, name, selector and time (see
docs/detection.md). SDK 6.33.0 judged all of them alike.
"""

from __future__ import annotations

import gzip
import json

import pytest

from bot.replay.detect.detector import detect
from bot.replay.model import DetectedAction
from bot.replay.read_recording import read
from tests.replay.sessions import RECORDINGS, Json

EVENTS: list[Json] = json.loads(gzip.decompress((RECORDINGS / "rrweb" / "edge.json.gz").read_bytes()))
VERDICTS: list[Json] = [
    json.loads(line) for line in (RECORDINGS / "rrweb" / "edge-verdicts.ndjson").read_text().splitlines()
]
SELECTION, CUSTOM = 14, 5
APART_MS = 50
"""The SDK and the recorder hear of a click one after the other, in a page that is busy with both."""


def is_custom(event: Json, *tags: str) -> bool:
    return event["type"] == CUSTOM and event["data"]["tag"] in tags


def differing(events: list[Json], form: str = "rrweb") -> set[str]:
    """The steps whose verdicts are not those of the SDK; all else about each click has to be equal."""
    recording = read([json.dumps(events).encode()])
    recording.format = form
    actions = detect(recording)
    assert len(actions) == len(VERDICTS) == 49
    assert [(action.name, action.selector) for action in actions] == [(it["name"], it["selector"]) for it in VERDICTS]
    assert all(abs(action.epoch_ms - it["at"]) <= APART_MS for action, it in zip(actions, VERDICTS, strict=True))
    pairs = zip(actions, VERDICTS, strict=True)
    return {it["step"][:3] for action, it in pairs if signals(action) != set(it["types"])}


def signals(action: DetectedAction) -> set[str]:
    return {signal.value for signal in action.types}


def test_every_click_is_judged_as_the_sdk_judges_it() -> None:
    assert differing(EVENTS) == set()


def test_without_requests_and_new_windows_only_their_clicks_are_missed() -> None:
    plain = [event for event in EVENTS if not is_custom(event, "request", "window_open")]
    assert differing(plain) == {"E11", "E16", "E21"}


def test_segments_with_their_errors_and_requests_miss_only_the_new_window() -> None:
    """Datadog's segments hold no selections of text; a paragraph clicked three times is known all the same."""
    segments = [
        event for event in EVENTS if not is_custom(event, "window_open") and event["data"].get("source") != SELECTION
    ]
    assert differing(segments, "datadog") == {"E21"}


@pytest.mark.parametrize(("step", "clicks"), [("E17", 3), ("E24", 3), ("E30", 5)])
def test_rage_is_one_action_of_all_its_clicks(step: str, clicks: int) -> None:
    actions = detect(read([json.dumps(EVENTS).encode()]))
    found = [action for action, it in zip(actions, VERDICTS, strict=True) if it["step"].startswith(step)]
    assert [action.clicks for action in found] == [clicks]
