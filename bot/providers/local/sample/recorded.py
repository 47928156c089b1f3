"""The sessions that were really recorded in the shop, moved to the hours since the sample's deploy."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from bot.kernel.ids import as_uuid
from bot.providers.local import recording_pieces
from bot.providers.local.batch import Surroundings
from bot.providers.local.recording_pieces import DescribedPiece
from bot.providers.local.rows import Rows
from bot.providers.local.sample.story import Story

FOLDER = Path(__file__).parent / "sessions"


def recorded(story: Story, rows: Rows, folder: Path = FOLDER) -> Iterator[list[DescribedPiece]]:
    """The pieces of one session after another, one for each view, as the intake would have got them."""
    files = sorted(folder.glob("*.json.gz"))
    for number, path in enumerate(files):
        body = msgspec.json.decode(gzip.decompress(path.read_bytes()))
        _move(body["events"], story, (number + 1) / (len(files) + 1))
        yield [
            recording_pieces.rrweb(delivery, delivery, Surroundings(), rows, sample=True)
            for delivery in _deliveries(body)
        ]


def _move(events: list[dict[str, Any]], story: Story, share: float) -> None:
    """Shifts the session so that it begins `share` of the way from the deploy to the anchor, and ends before it."""
    begin, end = (round(moment.timestamp() * 1000) for moment in (story.deploy, story.anchor))
    first, last = events[0]["timestamp"], events[-1]["timestamp"]
    room = end - begin - (last - first)
    shift = (begin + round(room * share) if room > 0 else begin + room) - first
    for event in events:
        event["timestamp"] += shift


def _deliveries(body: dict[str, Any]) -> Iterator[bytes]:
    events, views = body["events"], body.get("views") or [{"id": body.get("view", ""), "start": 0}]
    start = events[0]["timestamp"]
    ends = [start + view["start"] for view in views[1:]] + [float("inf")]
    begin = float("-inf")
    for seq, (view, end) in enumerate(zip(views, ends, strict=True)):
        part = [event for event in events if begin <= event["timestamp"] < end]
        begin = end
        if part:
            head = {key: value for key, value in body.items() if key not in ("events", "views", "title")}
            ids = {"session": as_uuid(body["session"]), "view": as_uuid(view["id"])}
            yield msgspec.json.encode({**head, **ids, "seq": seq, "events": part})
