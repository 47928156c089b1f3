"""Datadog RUM events that are stored beside a recording, as custom events of the recording.

Errors and requests let the signals be found as the SDK finds them; its own verdict on each action goes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec

from bot.kernel.lenient import convert_leniently
from bot.replay.formats.jsontext import Slice
from bot.replay.formats.recorded_requests import custom_event_text
from bot.replay.recording import JsonObject

_NS_PER_MS = 1_000_000
_REQUESTS = ("fetch", "xhr")


class _Error(msgspec.Struct):
    message: str = ""
    type: str = ""
    source: str = ""

    @property
    def words(self) -> str:
        """As a console has it: "TypeError: cart is undefined"."""
        return f"{self.type}: {self.message}" if self.type and self.type not in self.message else self.message


class _Resource(msgspec.Struct):
    id: str = ""
    type: str = ""
    method: str = ""
    url: str = ""
    status_code: int = 0
    duration: int = 0


class _NamedTarget(msgspec.Struct):
    name: str = ""
    selector: str = ""


class _Frustration(msgspec.Struct):
    type: list[str] = []


class _Action(msgspec.Struct):
    id: Any = ""
    """Of an error it is a list: those of all the actions that it belongs to."""
    type: str = ""
    target: _NamedTarget = msgspec.field(default_factory=_NamedTarget)
    frustration: _Frustration = msgspec.field(default_factory=_Frustration)


class _Own(msgspec.Struct):
    target: _NamedTarget = msgspec.field(default_factory=_NamedTarget)


class _Internal(msgspec.Struct):
    action: _Own = msgspec.field(default_factory=_Own)


class _View(msgspec.Struct):
    id: str = ""


class Rum(msgspec.Struct, rename={"internal": "_dd"}):
    """One RUM event, as far as it matters to a click."""

    type: str
    date: int
    error: _Error = msgspec.field(default_factory=_Error)
    resource: _Resource = msgspec.field(default_factory=_Resource)
    action: _Action = msgspec.field(default_factory=_Action)
    internal: _Internal = msgspec.field(default_factory=_Internal)
    view: _View = msgspec.field(default_factory=_View)


_EVENTS = msgspec.json.Decoder(Rum)
"""Made at the import, because threads use it; see `bot.kernel.lenient`."""


def rum_of(text: Slice) -> Rum | None:
    """The RUM event without what is null or of another type than documented; None when the text is none."""
    try:
        return _EVENTS.decode(text)
    except msgspec.ValidationError:
        with suppress(msgspec.ValidationError):
            return convert_leniently(msgspec.json.decode(text), Rum)
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def custom_events(rum: Rum) -> list[bytes]:
    """Returns the same as JSON of custom events; nothing for views and others that have no meaning for clicks."""
    return [custom_event_text(at, tag, payload) for at, tag, payload in _facts(rum)]


def _facts(rum: Rum) -> Iterator[tuple[int, str, JsonObject]]:
    if rum.type == "error":
        yield rum.date, "error", {"message": rum.error.words, "source": rum.error.source}
    elif rum.type == "action" and rum.action.type == "click":
        name, selector = rum.action.target.name, rum.internal.action.target.selector
        verdict = {"name": name, "selector": selector, "types": rum.action.frustration.type, "id": rum.action.id}
        yield rum.date, "action", verdict
    elif rum.type == "resource":
        yield from _resource(rum.date, rum.resource)


def _resource(start: int, resource: _Resource) -> Iterator[tuple[int, str, JsonObject]]:
    end = start + resource.duration // _NS_PER_MS
    if resource.type not in _REQUESTS:
        yield end, "resource", {"url": resource.url}
        return
    about = {"id": resource.id, "method": resource.method, "url": resource.url}
    yield start, "request", {**about, "phase": "start"}
    yield end, "request", {**about, "phase": "end", "status": resource.status_code}
