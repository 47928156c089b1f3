"""A recording as PostHog stores it: blobs of lines `["window", event]`, in which big parts are gzip as text."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

COMPRESSED = "2024-10"
"""The value of `cv` that says so."""
PARTS = ("texts", "attributes", "removes", "adds")
BLOB_EVENTS = 40
_FULL, _CHANGE, _MUTATION = 2, 3, 0  # rrweb's numbers


@dataclass(frozen=True, slots=True)
class SnapshotBlob:
    """`start` and `end` are epoch milliseconds."""

    start: int
    end: int
    data: bytes


@dataclass(frozen=True, slots=True)
class StoredRecording:
    distinct_id: str
    blobs: tuple[SnapshotBlob, ...]

    def sources(self) -> list[dict[str, str]]:
        """As PostHog lists them."""
        return [
            {
                "source": "blob_v2",
                "blob_key": str(number),
                "start_timestamp": as_iso(blob.start),
                "end_timestamp": as_iso(blob.end),
            }
            for number, blob in enumerate(self.blobs)
        ]


def stored(distinct_id: str, events: Sequence[dict[str, Any]], window: str = "w-1") -> StoredRecording:
    """Stores rrweb's events, which are in order."""
    blobs = []
    for first in range(0, len(events), BLOB_EVENTS):
        part = events[first : first + BLOB_EVENTS]
        lines = [json.dumps([window, compressed(event)], ensure_ascii=False) for event in part]
        times = [event["timestamp"] for event in part]
        blobs.append(SnapshotBlob(min(times), max(times), "\n".join(lines).encode() + b"\n"))
    return StoredRecording(distinct_id, tuple(blobs))


def compressed(event: dict[str, Any]) -> dict[str, Any]:
    """As posthog-js sends it: all of a full snapshot is compressed, of a change its lists."""
    data = event.get("data")
    if event["type"] == _FULL:
        return {**event, "data": _packed(data), "cv": COMPRESSED}
    if event["type"] == _CHANGE and isinstance(data, dict) and data.get("source") == _MUTATION:
        packed = {name: _packed(data[name]) for name in PARTS if name in data}
        return {**event, "data": {**data, **packed}, "cv": COMPRESSED}
    return event


def _packed(part: Any) -> str:
    return gzip.compress(json.dumps(part, ensure_ascii=False).encode()).decode("latin-1")


def as_iso(ms: float) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
