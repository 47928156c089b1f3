"""The order of events. Time decides, as long as it can be trusted: pieces come in any order, and senders repeat them.

Where the clock was set back while somebody recorded, time would put changes before what they change. Then the order of
the file wins, and times go on from where they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from bot.kernel.errors import Unfilmable
from bot.replay.recording import Event, EventKind, IncrementalSource, JsonObject

JUMP_MS = 100
"""Events that are closer than this to their place in time are sorted, and nothing more is asked."""
_PASSES = 4
"""Recorders write additions so that one pass is enough; more help with what was shuffled."""
META_MS = 10_000
"""A snapshot is written at once after its Meta, but a slow phone works on it for seconds."""
_PAGES = frozenset({EventKind.FULL, EventKind.META})
_RECORDED = frozenset({EventKind.FULL, EventKind.CHANGE, EventKind.META})
"""Others may rightly tell of something that was before."""


def ordered(events: Sequence[Event], skipped: Counter[str]) -> list[Event]:
    """Returns the events in the order in which they happened, each once; what is left out is counted."""
    if _jumps_back(events):
        events = _by_trusted_time(list(_distinct(events)), skipped)
    return _without_metas_of_frames(list(_once(sorted(events, key=lambda event: event.at))), skipped)


def _once(events: Sequence[Event]) -> Iterator[Event]:
    """The events without repeats, which senders make when they got no answer. Repeats have the same time."""
    for _, group in groupby(events, key=lambda event: event.at):
        together = list(group)
        if len(together) == 1:
            yield together[0]
        else:
            yield from _distinct(together)


def _distinct(events: Sequence[Event]) -> Iterator[Event]:
    seen: set[tuple[int, bytes]] = set()
    for event in events:
        key = event.at, bytes(event.raw) if not isinstance(event.raw, dict) else repr(event.raw).encode()
        if key not in seen:
            seen.add(key)
            yield event


def _jumps_back(events: Sequence[Event]) -> bool:
    latest = 0
    for event in events:
        if event.at >= latest:
            latest = event.at
        elif event.at < latest - JUMP_MS and event.type in _RECORDED:
            return True
    return False


def _by_trusted_time(events: list[Event], skipped: Counter[str]) -> list[Event]:
    """Sets the times right where the order of the file makes more sense of the changes than their times do."""
    if not _jumps_back(events):
        return events
    strays = _strays(events)
    if strays >= _strays(sorted(events, key=lambda event: event.at)):
        return events
    if strays:
        skipped["change to an element that is not there"] += strays
    return _set_right(events)


def _set_right(events: list[Event]) -> list[Event]:
    """Each time the clock was set back, what follows goes on 1 ms after the latest event before."""
    latest = offset = 0
    for event in events:
        if event.type in _RECORDED and event.at + offset < latest - JUMP_MS:
            offset = latest + 1 - event.at
        event.at += offset
        latest = max(latest, event.at) if event.type in _RECORDED else latest
    return events


def _strays(events: Sequence[Event]) -> int:
    """How many changes are about elements that aren't there, if events happen in this order."""
    known: set[int] = set()
    strays = 0
    for event in events:
        if event.type != EventKind.FULL and event.source != IncrementalSource.MUTATION:
            continue
        try:
            data = event.data
        except Unfilmable:
            continue
        if event.type == EventKind.FULL:
            known = set(_numbers(data.get("node")))
        else:
            strays += _applied(data, known)
    return strays


def _applied(change: JsonObject, known: set[int]) -> int:
    """Takes the change over into the numbers that are known; returns how much of it is about others."""
    named = [number for name in ("removes", "texts", "attributes") for number in _named(change, name, "id")]
    strays = sum(number not in known for number in named)
    known.difference_update(_named(change, "removes", "id"))
    waiting = list(zip(_named(change, "adds", "parentId"), _parts(change, "adds"), strict=True))
    for _ in range(_PASSES):
        later = []
        for parent, add in waiting:
            if parent in known:
                known.update(_numbers(add.get("node")))
            else:
                later.append((parent, add))
        if len(later) in (0, len(waiting)):
            return strays + len(later)
        waiting = later
    return strays + len(waiting)


def _named(change: JsonObject, name: str, key: str) -> list[int]:
    """The numbers of elements in one part of a change; -1 for what is none."""
    numbers = (part.get(key) for part in _parts(change, name))
    return [number if isinstance(number, int) else -1 for number in numbers]


def _parts(change: JsonObject, name: str) -> list[JsonObject]:
    parts = change.get(name)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _numbers(root: Any) -> Iterator[int]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("id"), int):
                yield node["id"]
            children = node.get("childNodes")
            waiting.extend(children if isinstance(children, list) else ())


def _without_metas_of_frames(events: list[Event], skipped: Counter[str]) -> list[Event]:
    """A recorder inside a frame writes the frame's Meta among the page's events; no snapshot follows it."""
    pages = [event for event in events if event.type in _PAGES]
    lone = {
        id(meta)
        for meta, after in zip(pages, [*pages[1:], None], strict=True)
        if meta.type == EventKind.META
        and (after is None or after.type != EventKind.FULL or after.at > meta.at + META_MS)
    }
    if not lone:
        return events
    skipped["page without a snapshot"] += len(lone)
    return [event for event in events if id(event) not in lone]
