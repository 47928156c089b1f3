"""The pages of a session: where each begins, its address and its size."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

import msgspec

from bot.replay.recording import Event, EventKind, JsonObject, RecordedView

MAX_SIDE = 16_384
"""Larger viewports come from broken or hostile recordings."""
DEFAULT_SIZE = (1280, 720)
"""Of a page that has no size in its recording, or none: tabs that were never looked at are 0 × 0."""
_FIRST_ID = 1
"""rrweb numbers the nodes of a page from here; a later checkout of the same page goes on counting."""


class _Root(msgspec.Struct):
    id: int = 0


class _Shape(msgspec.Struct):
    node: _Root | None = None
    href: str = ""
    width: float = 0
    height: float = 0


class _Start(msgspec.Struct):
    data: _Shape


_STARTS = msgspec.json.Decoder(_Start)
"""Made at the import, because threads use it; see `bot.kernel.lenient`."""


def sides(shape: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height in CSS px as a browser can have them; the usual ones where one of both is none."""
    width, height = shape.get("width"), shape.get("height")
    if not _is_side(width) or not _is_side(height):
        return DEFAULT_SIZE
    return min(round(width), MAX_SIDE), min(round(height), MAX_SIDE)


def _is_side(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and 1 <= value < math.inf


def starts_page(snapshot: JsonObject) -> bool:
    """Whether the data of a full snapshot are of a page just loaded, not a checkout of the one before."""
    node = snapshot.get("node")
    return isinstance(node, dict) and node.get("id") == _FIRST_ID


def views_of(events: Sequence[Event]) -> tuple[RecordedView, ...]:
    """A view for every new address and every page load, in order. Checkouts of the same page begin none."""
    views: list[RecordedView] = []
    shape = _Shape(width=DEFAULT_SIZE[0], height=DEFAULT_SIZE[1])
    for event in events:
        if event.type not in (EventKind.META, EventKind.FULL):
            continue
        now = _shape(event)
        if event.type == EventKind.META:
            shape = now
        elif not views or shape.href != views[-1].href or (now.node is not None and now.node.id == _FIRST_ID):
            start_ms = event.at - events[0].at
            size = sides({"width": shape.width, "height": shape.height})
            views.append(RecordedView(str(len(views)), start_ms, shape.href, *size))
    return tuple(views)


def _shape(event: Event) -> _Shape:
    text = msgspec.json.encode(event.raw) if isinstance(event.raw, dict) else event.raw
    try:
        return _STARTS.decode(text).data
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Shape()
