"""Sessions that the browser SDK really recorded, moved in time: Datadog forgets after 30 days, and these are older.

A recording is a folder with `rum-events.ndjson` and `segments/*.deflate`, as the SDK sent them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.kernel.errors import Missing
from standins.datadog.shape import JsonObject, recorded
from standins.datadog.world import World


def add(world: World, folder: Path, ends: datetime) -> str:
    """Adds the session as if it had ended at `ends`, and returns its id. Raises Missing where there is no recording."""
    segments = [json.loads(zlib.decompress(path.read_bytes())) for path in sorted(folder.glob("segments/*.deflate"))]
    if not segments:
        raise Missing(f"There is no recording in {folder}: it needs segments/*.deflate and rum-events.ndjson.")
    events = [json.loads(line) for line in (folder / "rum-events.ndjson").read_bytes().splitlines()]
    last = max(segment["end"] for segment in segments)
    by_ms = int(ends.timestamp() * 1000) - last
    for segment in segments:
        key = (segment["session"]["id"], segment["view"]["id"])
        world.segments.setdefault(key, []).append(packed(moved(segment, by_ms)))
    world.events.add(recorded(lines([event | {"date": event["date"] + by_ms} for event in events])))
    return str(segments[0]["session"]["id"])


def moved(segment: JsonObject, by_ms: int) -> JsonObject:
    """Positions of the mouse count from their record, so its own time is all there is to move."""
    records = [record | {"timestamp": record["timestamp"] + by_ms} for record in segment["records"]]
    return segment | {"start": segment["start"] + by_ms, "end": segment["end"] + by_ms, "records": records}


def packed(segment: JsonObject) -> bytes:
    return zlib.compress(json.dumps(segment, separators=(",", ":")).encode() + b"\n")


def lines(events: Sequence[JsonObject]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)
