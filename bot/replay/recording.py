"""A recording: the replay events of one session, whatever format they were stored in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

JsonObject = dict[str, Any]


@dataclass(slots=True)
class Event:
    """One rrweb event, decoded only when somebody looks inside.

    `at` is in epoch milliseconds; `type` and `source` are rrweb's numbers (source is -1 unless type is 3).
    """

    at: int
    type: int
    source: int
    raw: bytes | JsonObject

    def decode(self) -> JsonObject:
        """The event as rrweb's replayer takes it. The caller may change what it gets."""
        if isinstance(self.raw, dict):
            return self.raw
        event: JsonObject = msgspec.json.decode(self.raw)
        return event


@dataclass(frozen=True, slots=True)
class View:
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
    views: tuple[View, ...] = ()
    format: str = "rrweb"
    skipped: Counter[str] = field(default_factory=Counter)
    """What was left out on reading, by kind, with how often."""

    @property
    def start_epoch_ms(self) -> int:
        return self.events[0].at

    @property
    def duration_ms(self) -> int:
        return self.events[-1].at - self.events[0].at

    def decoded(self) -> Iterator[JsonObject]:
        """Every event decoded, one at a time, so that a long recording is never whole in memory."""
        return (event.decode() for event in self.events)
