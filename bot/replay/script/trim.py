"""What rrweb's replayer must be given to show one part of a recording, and nothing else."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from bot.kernel.errors import Unfilmable
from bot.replay.formats import size_limits
from bot.replay.recording import MOVES, Event, EventKind, IncrementalSource, JsonObject, Recording
from bot.replay.views import DEFAULT_SIZE, sides

POINTER = MOVES | {IncrementalSource.MOUSE}
"""Where the pointer was long ago changes nothing in the picture; what it did to the page is in other events."""
POINTER_LEAD_MS = 2_000
OVERWRITTEN = {IncrementalSource.SCROLL, IncrementalSource.INPUT}
"""Of these only the last one before the clip matters, for each element: its scroll position, the value of a field."""
BATCH_MS = 500
"""rrweb gathers moves for this long and writes them at the end, so the batch may come after the clip's end."""
COMING_MS = 20_000
"""What somebody is still typing at the end of a clip is mostly typed to its end by then."""
_MUTATION_PARTS = ("adds", "removes", "texts", "attributes")


def playable(recording: Recording, start_ms: int, end_ms: int) -> list[JsonObject]:
    """Events for the replayer, from the last full snapshot at or before `start_ms` to `end_ms`, ordered by time.

    Times are ms from the recording's first event. The first two events are a Meta and a FullSnapshot with the same
    timestamp, so a moment of the clip is `start_epoch_ms + ms - events[0]["timestamp"]` in the replayer's time.
    Moves are one event a position, at the time when the pointer was there. Raises Unfilmable over a limit.
    """
    events = recording.events
    start, end = recording.start_epoch_ms + start_ms, recording.start_epoch_ms + end_ms
    first = snapshot_before(events, start)
    snapshot = events[first]
    played = [_meta(events, first), snapshot.decode()]
    latest: dict[tuple[int, str], JsonObject] = {}
    for event in events[first + 1 :]:
        if event.at > end + BATCH_MS:
            break
        if event.source in POINTER and event.at < start - POINTER_LEAD_MS:
            continue
        if event.source in OVERWRITTEN and event.at <= start:
            change = event.decode()
            latest[event.source, repr(change["data"].get("id"))] = change
        else:
            played.extend(_played(event, snapshot.at, end))
    played += latest.values()
    # The two that begin stay first: the sort is stable and nothing is earlier than the snapshot.
    played.sort(key=lambda event: event["timestamp"])
    _within_limits(played)
    return played


def coming(recording: Recording, end_ms: int) -> Iterator[JsonObject]:
    """Yields how the page changes in the time after a clip, up to the next full snapshot, without what is broken."""
    events, end = recording.events, recording.start_epoch_ms + end_ms
    first = bisect_right(events, end, key=lambda event: event.at)
    for event in events[first : bisect_right(events, end + COMING_MS, key=lambda event: event.at)]:
        if event.type == EventKind.FULL:
            return
        if event.source == IncrementalSource.MUTATION:
            with suppress(Unfilmable):
                yield event.decode()


def snapshot_before(events: Sequence[Event], epoch_ms: int) -> int:
    """The index of the last full snapshot at or before that time, else of the first one. Raises Unfilmable."""
    last = -1
    for index, event in enumerate(events):
        if event.type != EventKind.FULL:
            continue
        if event.at > epoch_ms and last >= 0:
            break
        last = index
    if last < 0:
        raise Unfilmable(size_limits.NO_SNAPSHOT)
    return last


def _meta(events: Sequence[Event], first: int) -> JsonObject:
    """The Meta that belongs to the snapshot, at its time. Without one the replayer shows nothing, so one is made up."""
    data: JsonObject = {"href": "", "width": DEFAULT_SIZE[0], "height": DEFAULT_SIZE[1]}
    for event in reversed(events[:first]):
        if event.type == EventKind.META:
            data |= event.data
            break
    # Such a recorder says of every custom element whether it was defined, and when.
    if any(event.source == IncrementalSource.CUSTOM_ELEMENT for event in events):
        data["definitions"] = True
    return {"type": int(EventKind.META), "timestamp": events[first].at, "data": _clamped(data)}


def _played(event: Event, earliest: int, end: int) -> Iterator[JsonObject]:
    decoded = event.decode()
    if event.source in MOVES:
        yield from _moves(decoded, earliest, end)
    elif event.at <= end:
        if event.source == IncrementalSource.MUTATION:
            decoded["data"] = {part: [] for part in _MUTATION_PARTS} | decoded["data"]
        elif event.type == EventKind.META or event.source == IncrementalSource.RESIZE:
            decoded["data"] = _clamped(decoded["data"])
        yield decoded


def _moves(event: JsonObject, earliest: int, end: int) -> Iterator[JsonObject]:
    positions = event["data"].get("positions")
    for position in positions if isinstance(positions, list) else ():
        offset = position.get("timeOffset") if isinstance(position, dict) else None
        if not isinstance(offset, int | float):
            continue
        at = max(earliest, round(event["timestamp"] + offset))
        if at <= end:
            data = {**event["data"], "positions": [{**position, "timeOffset": 0}]}
            yield {"type": int(EventKind.CHANGE), "timestamp": at, "data": data}


def _clamped(data: JsonObject) -> JsonObject:
    width, height = sides(data)
    return data | {"width": width, "height": height}


def _within_limits(played: Sequence[JsonObject]) -> None:
    """Raises Unfilmable when a snapshot, or all that the clip adds, has too many nodes or too many levels."""
    added = 0
    for event in played:
        if event["type"] == EventKind.FULL:
            _count(event["data"]["node"])
        elif event["type"] == EventKind.CHANGE and event["data"].get("source") == IncrementalSource.MUTATION:
            adds = event["data"]["adds"]
            adds = adds if isinstance(adds, list) else []
            added += sum(_count(add.get("node")) for add in adds if isinstance(add, dict))
            if added > size_limits.MAX_NODES:
                raise size_limits.too_large("page elements", size_limits.MAX_NODES)


def _count(root: Any) -> int:
    """How many nodes the tree has. Level by level, so that a deep tree costs no stack."""
    nodes, depth, level = 0, 0, [root]
    while level:
        nodes, depth = nodes + len(level), depth + 1
        if nodes > size_limits.MAX_NODES:
            raise size_limits.too_large("page elements", size_limits.MAX_NODES)
        if depth > size_limits.MAX_NESTING:
            raise Unfilmable(size_limits.TOO_DEEP)
        level = [child for node in level for child in _children(node)]
    return nodes


def _children(node: Any) -> list[Any]:
    children = node.get("childNodes") if isinstance(node, dict) else None
    return children if isinstance(children, list) else []
