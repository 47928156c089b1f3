"""Datadog Session Replay segments -> rrweb events, view after view.

Two dialects share the frame: V1 records (SDK up to 6) and Change records (`format: 1` and type 12; SDK 7). Segments
are ordered by when their view began, then by `index_in_view`; every view begins with a snapshot of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import msgspec

from bot.kernel.errors import Unfilmable
from bot.replay.formats import datadog_mutation as mutation
from bot.replay.formats import size_limits
from bot.replay.formats.addresses import Addresses
from bot.replay.formats.datadog_changes import BROKEN, Changes
from bot.replay.formats.datadog_tree import Tree
from bot.replay.formats.datadog_v1 import V1Pages, common
from bot.replay.formats.jsontext import Slice, parse
from bot.replay.formats.rrweb import event_of, head_of, milliseconds
from bot.replay.recording import Event, EventKind, IncrementalSource, JsonObject

FULL, INCREMENTAL, META, CHANGE = 2, 3, 4, 12
CUSTOM = {7: "view_end", 9: "frustration"}
"""Records that matter and that rrweb has no event for."""
DROPPED = frozenset({6, 8})
"""Focus and visual viewport. Their numbers mean other things in rrweb."""
POINTER = 9
"""A change by this number is a touch of a mobile app; in rrweb it would paint on a canvas."""
_ADD_NODE = 1
OVERLAP_MS = 500
"""The last records of a view may be written this long after the next view of the same window began."""


class _Named(msgspec.Struct):
    id: str = ""


class DatadogSegment(msgspec.Struct):
    records: list[msgspec.Raw]
    start: int | float = 0
    end: int | float = 0
    index_in_view: int = 0
    source: str = "browser"
    view: _Named = msgspec.field(default_factory=_Named)


_SEGMENTS = msgspec.json.Decoder(DatadogSegment)
"""Made at the import, because threads use it; see `bot.kernel.lenient`."""


@dataclass(slots=True)
class DatadogWindow:
    """What one browser tab recorded: its views, one after the other, and when the last of them ended in epoch ms."""

    views: set[str] = field(default_factory=set)
    end: float = 0
    events: list[Event] = field(default_factory=list)


def windows_of(segments: Sequence[Slice], skipped: Counter[str]) -> list[DatadogWindow]:
    """The events of one session's segments by window, in the order of its views. Raises Unfilmable for a mobile app's.

    Segments don't name their window. Views that were open at the same time were in different ones.
    """
    ordered = list(_ordered(segments, skipped))
    if ordered and all(segment.source != "browser" for segment in ordered):
        raise Unfilmable(size_limits.MOBILE)
    windows: list[DatadogWindow] = []
    for _, view in groupby(ordered, key=lambda segment: segment.view.id):
        parts = list(view)
        window = _window_for(windows, parts)
        converter = Converter(skipped)
        for record in (record for segment in parts for record in segment.records):
            window.events.extend(converter.record(record))
        if sum(len(window.events) for window in windows) > size_limits.MAX_EVENTS:
            raise size_limits.too_large("events", size_limits.MAX_EVENTS)
    return windows


def _window_for(windows: list[DatadogWindow], view: Sequence[DatadogSegment]) -> DatadogWindow:
    """Returns the window where the view is next: the one whose last view ended last before it began, else a new one."""
    begin = min(segment.start for segment in view)
    free = [window for window in windows if window.end <= begin + OVERLAP_MS]
    window = max(free, key=lambda window: window.end, default=None)
    if window is None:
        window = DatadogWindow()
        windows.append(window)
    window.views.add(view[0].view.id)
    window.end = max(window.end, *(max(segment.start, segment.end) for segment in view))
    return window


def _ordered(segments: Sequence[Slice], skipped: Counter[str]) -> Iterator[DatadogSegment]:
    decoded: dict[tuple[str, int], DatadogSegment] = {}
    for text in segments:
        try:
            segment = _SEGMENTS.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            skipped["damaged segment"] += 1
            continue
        # The SDK sends a segment again when it got no answer.
        decoded.setdefault((segment.view.id, segment.index_in_view), segment)
    begins: dict[str, float] = {}
    for segment in decoded.values():
        begins[segment.view.id] = min(segment.start, begins.get(segment.view.id, segment.start))
    yield from sorted(decoded.values(), key=lambda one: (begins[one.view.id], one.view.id, one.index_in_view))


class Converter:
    """Turns records into events, one after another; it holds the page as it is after the last one."""

    def __init__(self, skipped: Counter[str]) -> None:
        self._skipped = skipped
        self._tree = Tree()
        self._changes = Changes(self._tree, skipped)
        self._pages = V1Pages()
        self._addresses = Addresses()

    def record(self, text: Slice) -> list[Event]:
        """The events of one record; none when it is unknown or damaged, which is counted."""
        try:
            record = parse(text)
            at = milliseconds(record["timestamp"])
            if at is None:
                raise ValueError("no time")
            events = []
            for kind, data in self._converted(record):
                self._addresses.resolve(kind, data)
                events.append(_event(kind, at, data))
        except RecursionError:
            raise Unfilmable(size_limits.TOO_DEEP) from None
        except BROKEN:
            self._skipped["damaged record"] += 1
            return []
        self._skipped.update(event for event in events if isinstance(event, str))
        return [event for event in events if isinstance(event, Event)]

    def _converted(self, record: JsonObject) -> Iterator[tuple[int, JsonObject]]:
        kind = record["type"]
        data: Any = record.get("data")
        if kind == META:
            yield EventKind.META, {"href": data.get("href", ""), "width": data["width"], "height": data["height"]}
        elif kind == CHANGE or (kind == FULL and record.get("format") == 1):
            yield from self._change(data, full=kind == FULL or self._tree.root is None or _adds_root(data))
        elif kind == FULL:
            yield EventKind.FULL, self._pages.snapshot(data)
            yield from ((EventKind.CHANGE, adoption) for adoption in self._pages.adoptions())
        elif kind == INCREMENTAL:
            yield from self._incremental(data)
        elif kind in CUSTOM:
            yield EventKind.CUSTOM, {"tag": CUSTOM[kind], "payload": data or {}}
        elif kind not in DROPPED:
            self._skipped["unknown record"] += 1

    def _change(self, data: Any, *, full: bool) -> Iterator[tuple[int, JsonObject]]:
        if not full:
            done = self._changes.apply(data)
            yield from ((EventKind.CHANGE, change) for change in mutation.changes(self._tree, done))
            return
        self._tree = Tree()
        self._changes = Changes(self._tree, self._skipped)
        self._changes.apply(data)
        snapshot = mutation.snapshot(self._tree)
        if snapshot is not None:
            yield EventKind.FULL, snapshot
            yield from ((EventKind.CHANGE, adoption) for adoption in mutation.adoptions(self._tree))

    def _incremental(self, data: JsonObject) -> Iterator[tuple[int, JsonObject]]:
        if data["source"] == POINTER:
            self._skipped["mobile pointer"] += 1
        elif data["source"] in (IncrementalSource.MUTATION, IncrementalSource.INPUT):
            yield EventKind.CHANGE, self._pages.change(data)
            yield from ((EventKind.CHANGE, adoption) for adoption in self._pages.adoptions())
        else:
            yield EventKind.CHANGE, common(data)


def _event(kind: int, at: int, data: JsonObject) -> Event | str:
    text = msgspec.json.encode({"type": int(kind), "timestamp": at, "data": data})
    return event_of(text, head_of(text))


def _adds_root(data: Any) -> bool:
    """Some SDKs of line 6 write the first snapshot as a change; it is the one that adds a node without a place."""
    return any(change[0] == _ADD_NODE and len(change) > 1 and change[1][0] is None for change in data)
