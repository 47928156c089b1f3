"""RUM events as the Datadog browser SDK sends them, decoded into types.

Only the fields that are kept are named; the decoder skips the rest of an event. Field names: DataDog/rum-events-format,
schemas/rum. A line that is no such event is only counted: one bad line must not cost the batch.
"""

from __future__ import annotations

from typing import Any

import msgspec

from bot.kernel.errors import Unfilmable
from bot.kernel.lenient import convert_leniently
from bot.replay.formats.jsontext import parse


class SdkPart(msgspec.Struct, gc=False):
    """An object of which only the id matters."""

    id: str = ""


class SdkSession(msgspec.Struct, gc=False):
    id: str
    type: str = "user"
    has_replay: bool = False


class SdkCount(msgspec.Struct, gc=False):
    count: int = 0


class SdkView(msgspec.Struct, gc=False):
    """`time_spent` is in nanoseconds."""

    id: str
    url: str | None = ""
    name: str | None = ""
    time_spent: float = 0
    is_active: bool = True
    action: SdkCount = msgspec.field(default_factory=SdkCount)
    error: SdkCount = msgspec.field(default_factory=SdkCount)
    frustration: SdkCount = msgspec.field(default_factory=SdkCount)


class Target(msgspec.Struct, gc=False):
    name: str | None = ""


class SdkFrustration(msgspec.Struct, gc=False):
    type: list[str] = []


class SdkAction(msgspec.Struct, gc=False):
    """On errors, `id` may be the list of all actions that were in progress."""

    id: str | list[str] = ""
    type: str = ""
    target: Target = msgspec.field(default_factory=Target)
    error: SdkCount = msgspec.field(default_factory=SdkCount)
    frustration: SdkFrustration = msgspec.field(default_factory=SdkFrustration)


class Error(msgspec.Struct, gc=False):
    id: str = ""
    message: str = ""
    source: str = ""
    type: str = ""


class SdkSelector(msgspec.Struct, gc=False):
    selector: str = ""


class Position(msgspec.Struct, gc=False):
    x: float = 0
    y: float = 0


class ActionDetails(msgspec.Struct, gc=False):
    target: SdkSelector = msgspec.field(default_factory=SdkSelector)
    position: Position = msgspec.field(default_factory=Position)


class SdkConfiguration(msgspec.Struct, gc=False):
    """The share of all sessions that the page sends, in percent."""

    session_sample_rate: float = 100


class SdkInternal(msgspec.Struct, gc=False):
    document_version: int = 0
    configuration: SdkConfiguration = msgspec.field(default_factory=SdkConfiguration)
    action: ActionDetails | None = None


class SdkName(msgspec.Struct, gc=False):
    name: str | None = ""


class Device(msgspec.Struct, gc=False):
    type: str = ""


class Geo(msgspec.Struct, gc=False):
    country_iso_code: str = ""


class SdkEvent(msgspec.Struct, gc=False):
    """One RUM event. `date` is in epoch milliseconds."""

    type: str
    date: float
    session: SdkSession
    view: SdkView
    application: SdkPart = msgspec.field(default_factory=SdkPart)
    action: SdkAction | None = None
    error: Error | None = None
    resource: SdkPart | None = None
    long_task: SdkPart | None = None
    vital: SdkPart | None = None
    service: str | None = ""
    version: str | None = ""
    ddtags: str | None = ""
    usr: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    browser: SdkName | None = None
    os: SdkName | None = None
    device: Device | None = None
    geo: Geo | None = None
    internal: SdkInternal = msgspec.field(default_factory=SdkInternal, name="_dd")


_EVENTS = msgspec.json.Decoder(SdkEvent)
"""Made at the import, because deliveries are read in threads; see `bot.kernel.lenient`."""


def decode(body: bytes) -> tuple[list[SdkEvent], int]:
    """Returns the events of an NDJSON body, and how many lines were no events."""
    try:
        return _EVENTS.decode_lines(body), 0
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _one_by_one(body)


def _one_by_one(body: bytes) -> tuple[list[SdkEvent], int]:
    events, skipped = [], 0
    for line in filter(None, map(bytes.strip, body.splitlines())):
        try:
            events.append(_event(line))
        except (msgspec.DecodeError, RecursionError, Unfilmable):
            skipped += 1
    return events, skipped


def _event(line: bytes) -> SdkEvent:
    """Reads a field that is null or of another type as one that isn't there. Raises DecodeError for what is no event.

    Without its kind, time, session or view it is none. Half an emoji in a text costs that half.
    """
    try:
        return _EVENTS.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return convert_leniently(parse(line), SdkEvent)
