"""Recordings and events from disk."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.kernel.errors import Missing
from bot.providers.local.event_store import EventStore
from bot.providers.local.import_ import import_paths
from bot.providers.local.local_source import LocalSource
from bot.replay.detect.detector import detect
from bot.replay.read_recording import read
from bot.signals.question import Period, Question

FOLDERS = [Path("tests/recordings/datadog") / name for name in ("sdk-6.33.0-shop-v1", "sdk-7.16.2-shop-paired-rrweb")]
WINDOWS = Path("tests/recordings/signals/two-windows-posthog.json")
RAGE = Path("tests/recordings/rrweb/shop-rage.json.gz")


def sent_by_sdk(folder: Path) -> tuple[list[dict[str, Any]], int]:
    """Its events, and how many segments."""
    lines = (folder / "rum-events.ndjson").read_text().splitlines()
    return [json.loads(line) for line in lines], len(list((folder / "segments").glob("*.deflate")))


def two_windows() -> tuple[str, list[dict[str, Any]]]:
    text = WINDOWS.read_text()
    return text, json.loads(text)["data"]["snapshots"]


def rage() -> list[dict[str, Any]]:
    recorded = json.loads(gzip.decompress(RAGE.read_bytes()))
    return recorded["events"] if isinstance(recorded, dict) else recorded


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
async def test_what_the_sdk_sent_in_a_session_is_one_session(store: EventStore, folder: Path) -> None:
    """The SDK's own verdicts are counted, not ours, and importing twice changes nothing."""
    events, segments = sent_by_sdk(folder)
    clicks = [event for event in events if event["type"] == "action" and event["action"]["type"] == "click"]
    types = [kind for event in clicks for kind in event["action"]["frustration"]["type"]]
    for _ in range(2):
        done = await import_paths(store, [folder])
        assert (len(done.sessions), done.refused) == (1, [])
        counted = "SELECT count(*), sum(rage_click::INT + dead_click::INT + error_click::INT) FROM actions"
        assert await store.query(counted) == [(len(clicks), len(types))]
    assert len(await store.recordings.recording(done.sessions.pop())) == segments


async def test_segments_without_events_are_searched_by_us(store: EventStore, tmp_path: Path) -> None:
    shutil.copytree(FOLDERS[0] / "segments", tmp_path / "segments")
    await import_paths(store, [tmp_path])
    found = await store.query("SELECT count(*) FILTER (rage_click), count(*) FROM actions WHERE derived")
    assert found[0][0] >= 3


@pytest.mark.parametrize("form", ["array", "object", "lines", "gzip"])
async def test_a_bare_recording_gets_a_session_of_its_own(store: EventStore, tmp_path: Path, form: str) -> None:
    events = rage()
    text = {
        "array": lambda: json.dumps(events).encode(),
        "object": lambda: json.dumps({"events": events}).encode(),
        "lines": lambda: "\n".join(map(json.dumps, events)).encode(),
        "gzip": lambda: gzip.compress(json.dumps(events).encode()),
    }[form]()
    (tmp_path / "one.json").write_bytes(text)
    done = await import_paths(store, [tmp_path])
    assert (done.refused, done.events) == ([], len(events))
    (session,) = done.sessions
    assert len(read(await store.recordings.recording(session)).events) == len(events)
    assert await store.query("SELECT count(*) FROM actions WHERE rage_click") == [(2,)]


@pytest.mark.parametrize("form", ["export", "lines"])
async def test_signals_are_found_in_every_window_of_a_session(store: EventStore, tmp_path: Path, form: str) -> None:
    """A busy one that only changes, and one in which somebody clicks; PostHog's export, and its lines by window."""
    text, events = two_windows()
    if form == "lines":
        windows = sorted({event["windowId"] for event in events})
        text = "\n".join(
            json.dumps({"window_id": window, "data": [event for event in events if event["windowId"] == window]})
            for window in windows
        )
    (tmp_path / "export.json").write_text(text)
    for _ in range(2):
        done = await import_paths(store, [tmp_path])
        assert (done.refused, done.events, len(done.sessions)) == ([], len(events), 1)
    rows = await store.query("SELECT target, clicks, rage_click, dead_click, view_path, session_id FROM actions")
    (session,) = done.sessions
    assert rows == [("Pay now", 3, True, True, "/checkout", session)]
    day = Period(datetime(2023, 11, 14, tzinfo=UTC), datetime(2023, 11, 16, tzinfo=UTC))
    (moment,) = await LocalSource(store).moments(Question(day), [])
    assert moment.complete
    recording = read(await store.recordings.recording(session))
    failed = [action for action in detect(recording) if action.types]
    assert [action.epoch_ms for action in failed] == [round(moment.at.timestamp() * 1000)]
    shown = recording.in_window(failed[0].window)
    assert [view.href for view in shown.views] == ["https://shop.example/checkout"]


async def test_what_is_no_recording_is_told_and_the_rest_is_taken(store: EventStore, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"name": "package"}')
    (tmp_path / "b.json").write_text(json.dumps(rage()))
    (tmp_path / "c.png").write_bytes(b"\x89PNG")
    told: list[tuple[int, int, str]] = []
    done = await import_paths(store, [tmp_path], lambda *step: told.append(step))
    assert told == [(0, 2, "a.json"), (1, 2, "b.json")]
    assert (done.files, [path.name for path, _ in done.refused]) == (1, ["a.json"])
    first, second = str(done).splitlines()
    assert first == f"Files: 1, events: {len(rage()):,}, sessions: 1."
    assert second.startswith(f"Left out {tmp_path / 'a.json'}: This ")


async def test_a_path_where_nothing_is_raises(store: EventStore, tmp_path: Path) -> None:
    with pytest.raises(Missing, match="nothing at"):
        await import_paths(store, [tmp_path / "nowhere"])
