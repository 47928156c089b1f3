"""RUM events as the Datadog browser SDK sends them, decoded into types.

Only what is kept is named; the rest of an event is skipped by the decoder. Field names: DataDog/rum-events-format,
schemas/rum. A line that is not such an event is counted, not fatal: one bad line must not cost the batch.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Part(msgspec.Struct, gc=False):
    """An object of which only the id matters."""

    id: str = ""


class Session(msgspec.Struct, gc=False):
    id: str
    type: str = "user"
    has_replay: bool = False


class Count(msgspec.Struct, gc=False):
    count: int = 0


class View(msgspec.Struct, gc=False):
    """`time_spent` is in nanoseconds."""

    id: str
    url: str | None = ""
    name: str | None = ""
    time_spent: float = 0
    is_active: bool = True
    action: Count = msgspec.field(default_factory=Count)
    error: Count = msgspec.field(default_factory=Count)
    frustration: Count = msgspec.field(default_factory=Count)


class Target(msgspec.Struct, gc=False):
    name: str | None = ""


class Frustration(msgspec.Struct):
    type: list[str] = []


class Action(msgspec.Struct):
    """On errors, `id` may be the list of all actions that were in progress."""

    id: str | list[str] = ""
    type: str = ""
    target: Target = msgspec.field(default_factory=Target)
    error: Count = msgspec.field(default_factory=Count)
    frustration: Frustration = msgspec.field(default_factory=Frustration)


class Error(msgspec.Struct, gc=False):
    id: str = ""
    message: str = ""
    source: str = ""
    type: str = ""


class Selector(msgspec.Struct, gc=False):
    selector: str = ""


class Position(msgspec.Struct, gc=False):
    x: float = 0
    y: float = 0


class ActionDetails(msgspec.Struct):
    target: Selector = msgspec.field(default_factory=Selector)
    position: Position = msgspec.field(default_factory=Position)


class Internal(msgspec.Struct):
    document_version: int = 0
    action: ActionDetails | None = None


class Name(msgspec.Struct, gc=False):
    name: str | None = ""


class Device(msgspec.Struct, gc=False):
    type: str = ""


class Geo(msgspec.Struct, gc=False):
    country_iso_code: str = ""


class Event(msgspec.Struct):
    """One RUM event. `date` is in epoch milliseconds."""

    type: str
    date: float
    session: Session
    view: View
    application: Part = msgspec.field(default_factory=Part)
    action: Action | None = None
    error: Error | None = None
    resource: Part | None = None
    long_task: Part | None = None
    vital: Part | None = None
    service: str | None = ""
    version: str | None = ""
    ddtags: str | None = ""
    usr: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    browser: Name | None = None
    os: Name | None = None
    device: Device | None = None
    geo: Geo | None = None
    internal: Internal = msgspec.field(default_factory=Internal, name="_dd")


def decode(body: bytes) -> tuple[list[Event], int]:
    """Events of an NDJSON body, and how many lines were not events."""
    decoder = msgspec.json.Decoder(Event)
    try:
        return decoder.decode_lines(body), 0
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _one_by_one(decoder, body)


def _one_by_one(decoder: msgspec.json.Decoder[Event], body: bytes) -> tuple[list[Event], int]:
    events, skipped = [], 0
    for line in body.splitlines():
        if not line.strip():
            continue
        try:
            events.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            skipped += 1
    return events, skipped
