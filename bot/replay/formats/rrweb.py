"""rrweb 1 and 2: the events as they are. Only a few numbers of each are decoded; the rest stays a slice of the text."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.replay.formats.jsontext import Slice, repaired
from bot.replay.recording import Event, EventKind, IncrementalSource

_SECONDS = (10**9, 10**11)
"""Timestamps that can only be seconds since 1970 (2001 to 5138); Sentry writes such ones."""
_LATEST = 2**53


class RrwebNode(msgspec.Struct):
    id: int = 0


class RrwebData(msgspec.Struct):
    """The parts by which events differ; `node` is the document of a full snapshot."""

    source: int = -1
    node: RrwebNode | None = None
    wireframes: msgspec.Raw = msgspec.Raw(b"")
    width: float | None = None
    height: float | None = None
    plugin: msgspec.Raw = msgspec.Raw(b"")
    tag: msgspec.Raw = msgspec.Raw(b"")


class RecordingHead(msgspec.Struct):
    type: int
    timestamp: int | float | str
    data: RrwebData | str | None = None
    cv: str = ""
    """PostHog's compression version; then parts of `data` are gzip held as text."""
    window_id: Any = None
    older_window_id: Any = msgspec.field(default=None, name="windowId")

    @property
    def window(self) -> str:
        """The browser tab, where the event names it (exports of PostHog)."""
        return window_name(self.window_id) or window_name(self.older_window_id)


def window_name(value: Any) -> str:
    """Returns the name of a browser tab as it was written, some number them; empty for what is no name."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


_HEAD = msgspec.json.Decoder(RecordingHead)


def head_of(raw: Slice) -> RecordingHead | None:
    """The numbers of an event, or None when it is no event at all."""
    try:
        return _HEAD.decode(raw)
    except msgspec.ValidationError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            return _HEAD.decode(repaired(bytes(raw)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None


def event_of(raw: Slice, head: RecordingHead | None) -> Event | str:
    """Returns the event, or why it is left out, as a name for the count of what was skipped."""
    if head is None:
        return "not an event"
    at = milliseconds(head.timestamp)
    if at is None:
        return "event without a time"
    if not EventKind.DOM_READY <= head.type <= EventKind.PLUGIN:
        return f"unknown event type {head.type}" if 0 <= head.type < 1000 else "unknown event type"
    fault = _fault(head)
    if fault:
        return fault
    source = head.data.source if head.type == EventKind.CHANGE and isinstance(head.data, RrwebData) else -1
    return Event(at, head.type, source, raw)


def _fault(head: RecordingHead) -> str:
    """What the replayer would stumble over, empty when it would not."""
    data = head.data
    if head.type in (EventKind.DOM_READY, EventKind.LOAD):
        return ""
    if not isinstance(data, RrwebData):
        return "event without data"
    if head.type == EventKind.FULL and data.node is None:
        return "mobile snapshot" if data.wireframes else "snapshot without a page"
    if head.type == EventKind.META and (data.width is None or data.height is None):
        return "event without data"
    if (
        head.type == EventKind.CHANGE
        and not IncrementalSource.MUTATION <= data.source <= IncrementalSource.CUSTOM_ELEMENT
    ):
        return "unknown change"
    return ""


def milliseconds(timestamp: float | str) -> int | None:
    """Returns a timestamp in epoch ms, in whatever unit or type it was written; None when it is no time."""
    try:
        value = timestamp if isinstance(timestamp, int) else float(timestamp)
    except ValueError:
        return None
    if not 0 <= value < _LATEST:  # not a number fails this, too
        return None
    if _SECONDS[0] <= value < _SECONDS[1]:
        return round(value * 1000)
    return round(value)
