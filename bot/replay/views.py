"""The pages of a session: where each begins, its address and its size."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.replay.recording import Event, EventKind, JsonObject, RecordedView

MIN_SIDE, MAX_SIDE = 1, 16_384
"""Viewports outside of this come from broken or hostile recordings; the size is moved to the nearest bound."""
DEFAULT_SIZE = (1280, 720)
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


def side(value: object) -> int:
    """A width or height in CSS px as a browser can have it."""
    number = value if isinstance(value, int | float) else 0
    return round(min(max(number, MIN_SIDE), MAX_SIDE))


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
            views.append(RecordedView(str(len(views)), start_ms, shape.href, side(shape.width), side(shape.height)))
    return tuple(views)


def _shape(event: Event) -> _Shape:
    text = msgspec.json.encode(event.raw) if isinstance(event.raw, dict) else event.raw
    try:
        return _STARTS.decode(text).data
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Shape()
