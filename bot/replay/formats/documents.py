"""Sorts the documents of a recording: events, packed events, windows of PostHog, arrays of Sentry, Datadog segments."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import msgspec

from bot.replay.formats import posthog, size_limits
from bot.replay.formats.jsontext import Slice, first_byte, items, parse
from bot.replay.formats.packed import unpacked
from bot.replay.formats.recorded_requests import TELLERS, requests_of
from bot.replay.formats.rrweb import RecordingHead, event_of, head_of, window_name
from bot.replay.formats.rum_events import custom_events, rum_of
from bot.replay.recording import Event

_MAX_WRAPPING = 4
"""Arrays within arrays and objects around them, before an event must come."""


NOTHING = msgspec.Raw(b"")
"""A key that isn't there."""


class Envelope(msgspec.Struct):
    """The keys that tell one kind of JSON object from another."""

    type: msgspec.Raw = NOTHING
    records: msgspec.Raw = NOTHING
    events: msgspec.Raw = NOTHING
    snapshots: msgspec.Raw = NOTHING
    data: msgspec.Raw = NOTHING
    window_id: Any = None
    older_window_id: Any = msgspec.field(default=None, name="windowId")
    segment_id: int | None = None


_ENVELOPE = msgspec.json.Decoder(Envelope)


class DocumentSorter:
    """Sorts documents as they come. `room` is how many bytes may still be unpacked."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._sorted: list[tuple[str, Event]] = []
        """Each event with the name of its window, empty where it has none."""
        self.segments: list[Slice] = []
        self.rum: list[tuple[str, Event]] = []
        """Events made of RUM events, each with the id of its view."""
        self._requests: dict[str, list[tuple[Event, int, Event]]] = defaultdict(list)
        """Requests by window, each with the event that tells of it and how many ms it was before or after that."""
        self.skipped: Counter[str] = Counter()
        self.formats: Counter[str] = Counter()
        self._events = 0

    def put(self, document: Slice | None, window: str = "", wrapping: int = 0) -> None:
        """Sorts in one JSON document of any kind; what is not understood is counted in `skipped`."""
        start = first_byte(document) if document is not None else b""
        if document is None or wrapping > _MAX_WRAPPING:
            self.skipped["damaged line" if document is None else "not an event"] += 1
        elif start == b"{":
            self._put_object(document, window, wrapping)
        elif start == b"[":
            self._put_array(document, window, wrapping)
        elif start == b'"':
            self._put_packed(document, window)
        else:
            self.skipped["not an event"] += 1

    def _put_object(self, document: Slice, window: str, wrapping: int) -> None:
        head = head_of(document)
        if head is not None:
            self._put_event(document, head, window)
            return
        try:
            envelope = _ENVELOPE.decode(document)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            envelope = Envelope()
        inner = envelope.events or envelope.snapshots or envelope.data
        if envelope.records:
            self.formats["datadog"] += 1
            self.segments.append(document)
        elif first_byte(envelope.type) == b'"':
            self._put_rum(document)
        elif not envelope.type and first_byte(inner) in (b"{", b"["):
            name = window_name(envelope.window_id) or window_name(envelope.older_window_id)
            self.put(inner, name or window, wrapping + 1)
        elif envelope.segment_id is None:  # the line above a Sentry segment holds its number and nothing else
            self.skipped["not an event"] += 1

    def _put_array(self, document: Slice, window: str, wrapping: int) -> None:
        parts = items(document)
        if len(parts) == 2 and first_byte(parts[0]) not in (b"{", b"[") and first_byte(parts[1]) in (b"{", b"["):
            self.formats["posthog"] += 1
            self.put(parts[1], window_name(parse(parts[0])) or window, wrapping + 1)
            return
        for part in parts:
            self.put(part, window, wrapping + 1)

    def _put_packed(self, document: Slice, window: str) -> None:
        text = unpacked(document, self.room)
        head = head_of(text) if text is not None else None
        if text is None or head is None:
            self.skipped["damaged event"] += 1
            return
        self._charge(len(text))
        self.formats["packed"] += 1
        self._add(text, head, window)

    def _put_rum(self, document: Slice) -> None:
        rum = rum_of(document)
        if rum is None:
            self.skipped["not an event"] += 1
            return
        for text in custom_events(rum):
            event = event_of(text, head_of(text))
            if isinstance(event, Event):
                self.rum.append((rum.view.id, event))

    def _put_event(self, document: Slice, head: RecordingHead, window: str) -> None:
        if not head.cv:
            self._add(document, head, window)
            return
        self.formats["posthog"] += 1
        opened = posthog.uncompressed(document, self.room)
        if isinstance(opened, str):
            self.skipped[opened] += 1
            return
        text = msgspec.json.encode(opened)
        self._charge(len(text))
        self._add(text, head_of(text), window)

    def _add(self, document: Slice, head: RecordingHead | None, window: str) -> None:
        event = event_of(document, head)
        window = (head and head.window) or window
        if isinstance(event, str):
            self.skipped[event] += 1
            return
        self._count_event()
        self._sorted.append((window, event))
        if event.type in TELLERS:
            self._put_requests(event, document, head, window)

    def _put_requests(self, event: Event, document: Slice, head: RecordingHead | None, window: str) -> None:
        for text in requests_of(document, head):
            request = event_of(text, head_of(text))
            if isinstance(request, Event):
                self._count_event()
                self._requests[window].append((event, request.at - event.at, request))

    def _count_event(self) -> None:
        self._events += 1
        if self._events > size_limits.MAX_EVENTS:
            raise size_limits.too_large("events", size_limits.MAX_EVENTS)

    def windows(self) -> dict[str, list[Event]]:
        """Returns the events by the name of their window. Those without a name are of the only one that has one."""
        names = {name for name, _ in self._sorted if name}
        if len(names) == 1:
            (only,) = names
            self._sorted = [(only, event) for _, event in self._sorted]
            self._requests[only] += self._requests.pop("", [])
        windows: dict[str, list[Event]] = defaultdict(list)
        for name, event in self._sorted:
            windows[name].append(event)
        return windows

    def requests_in(self, window: str) -> list[Event]:
        """Returns the requests that other events of the window tell of, at their times by the clock of those."""
        for teller, later_ms, request in self._requests[window]:
            request.at = teller.at + later_ms
        return [request for _, _, request in self._requests[window]]

    def _charge(self, unpacked_bytes: int) -> None:
        self.room -= unpacked_bytes
        if self.room < 0:
            raise size_limits.too_large("bytes", size_limits.MAX_UNPACKED_BYTES)
