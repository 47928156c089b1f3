"""A recording: the replay events of one session, whatever format they were stored in."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import msgspec

from bot.replay.formats.jsontext import Slice, parse

JsonObject = dict[str, Any]


class EventKind(IntEnum):
    """rrweb's event types."""

    DOM_READY = 0
    LOAD = 1
    FULL = 2
    CHANGE = 3
    META = 4
    CUSTOM = 5
    PLUGIN = 6


class IncrementalSource(IntEnum):
    """rrweb's sources of an incremental event (type 3)."""

    MUTATION = 0
    MOUSE_MOVE = 1
    MOUSE = 2
    SCROLL = 3
    RESIZE = 4
    INPUT = 5
    TOUCH_MOVE = 6
    MEDIA = 7
    STYLE_RULE = 8
    CANVAS = 9
    FONT = 10
    LOG = 11
    DRAG = 12
    STYLE_DECLARATION = 13
    SELECTION = 14
    ADOPTED_STYLES = 15
    CUSTOM_ELEMENT = 16


MOVES = frozenset({IncrementalSource.MOUSE_MOVE, IncrementalSource.TOUCH_MOVE, IncrementalSource.DRAG})
"""Sources whose events hold a batch of positions."""


@dataclass(slots=True)
class Event:
    """One rrweb event, decoded only when somebody looks inside.

    `at` is in epoch milliseconds; `type` and `source` are rrweb's numbers (source is -1 unless type is 3).
    """

    at: int
    type: int
    source: int
    raw: Slice | JsonObject

    def decode(self) -> JsonObject:
        """The event as rrweb's replayer takes it. The caller may change what it gets. Raises Unfilmable when broken."""
        event = deepcopy(self.raw) if isinstance(self.raw, dict) else parse(self.raw)
        return {**event, "timestamp": self.at}

    @property
    def data(self) -> JsonObject:
        """What the event carries; empty for the events that carry nothing."""
        data = self.decode().get("data")
        return data if isinstance(data, dict) else {}


class Masked(Event):
    """An event out of whose content everything was taken that nobody may see; on its way to the browser."""

    __slots__ = ()

    def decode(self) -> JsonObject:
        copy: JsonObject = msgspec.json.decode(msgspec.json.encode(self.raw))  # faster than deepcopy by far
        return copy


@dataclass(frozen=True, slots=True)
class RecordedView:
    """A page (or a route of one) in the session. `start_ms` counts from the first event."""

    id: str
    start_ms: int
    href: str
    width: int
    height: int


@dataclass(slots=True)
class Recording:
    """Events in the order of their time. All `_ms` values count from the first event unless they say epoch."""

    events: list[Event]
    views: tuple[RecordedView, ...] = ()
    format: str = "rrweb"
    skipped: Counter[str] = field(default_factory=Counter)
    """What was left out on reading, by kind, with how often."""
    window: str = ""
    """The browser tab that it shows, where the session had several."""
    others: tuple[Recording, ...] = ()
    """The session's other windows. All count their time from the same moment."""

    def in_window(self, name: str) -> Recording:
        """Returns the recording of the window of that name, this one where there is none."""
        return next((other for other in self.others if other.window == name), self)

    @property
    def start_epoch_ms(self) -> int:
        return self.events[0].at

    @property
    def duration_ms(self) -> int:
        return self.events[-1].at - self.events[0].at
