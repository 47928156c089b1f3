"""Stored bytes -> a recording. Every format is recognised by its bytes, never by a name.

rrweb 1 and 2 (array, lines, `{"events": [...]}`, packed), Datadog segments in both dialects, PostHog snapshot lines,
Sentry segment arrays; each plain, gzip or zlib, in one piece or many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.kernel.errors import Unfilmable
from bot.replay.formats import datadog_segments, file_kinds, size_limits
from bot.replay.formats.documents import DocumentSorter
from bot.replay.formats.event_order import ordered
from bot.replay.formats.jsontext import documents
from bot.replay.formats.unpack import read_path, unpack
from bot.replay.recording import Event, EventKind, Recording
from bot.replay.views import views_of

__all__ = ["read", "read_path"]


def read(pieces: Sequence[bytes]) -> Recording:
    """Returns the recording in the pieces of one session, in order. Raises Unfilmable when it can't be replayed."""
    if sum(len(piece) for piece in pieces) > size_limits.MAX_STORED_BYTES:
        raise size_limits.too_large("bytes", size_limits.MAX_STORED_BYTES)
    sorter = DocumentSorter(size_limits.MAX_UNPACKED_BYTES)
    for piece in pieces:
        file_kinds.refuse_other(piece)
        text = unpack(piece, sorter.room)
        file_kinds.refuse_other(text)
        sorter.room -= len(text)
        for document in documents(text):
            sorter.put(document)
    return _recording(sorter, empty=not any(pieces))


def _recording(sorter: DocumentSorter, *, empty: bool) -> Recording:
    every = sorter.windows()
    views = _add_datadog(sorter, every)
    name = _main_window(every)
    if not every.get(name):
        raise Unfilmable(_why_nothing(sorter.skipped, empty=empty))
    if not _playable(every[name]):
        raise Unfilmable(size_limits.MOBILE if sorter.skipped["mobile snapshot"] else size_limits.NO_SNAPSHOT)
    windows = {
        window: ordered(events, sorter.skipped)
        for window, events in every.items()
        if window == name or _playable(events)
    }
    for window, events in windows.items():
        rum = [event for view, event in sorter.rum if views.get(view, name) == window]
        _add_beside(events, [*sorter.requests_in(window), *rum])
    for window in every.keys() - {name}:
        sorter.skipped["event of another window"] += len(every[window])
    return _together(windows, name, sorter)


def _add_datadog(sorter: DocumentSorter, windows: dict[str, list[Event]]) -> dict[str, str]:
    """Adds the segments as windows; returns in which one each view is."""
    views = {}
    for number, window in enumerate(datadog_segments.windows_of(sorter.segments, sorter.skipped)):
        name = f"tab {number + 1}" if number else ""
        windows[name].extend(window.events)
        views.update(dict.fromkeys(window.views, name))
    return views


def _playable(events: Sequence[Event]) -> bool:
    return any(event.type == EventKind.FULL for event in events)


def _main_window(windows: dict[str, list[Event]]) -> str:
    """Returns the window (browser tab) with most events, of those that can be replayed where there are any."""
    playable = [name for name, events in windows.items() if _playable(events)]
    return max(playable or windows, key=lambda name: len(windows[name]), default="")


def _add_beside(events: list[Event], beside: Sequence[Event]) -> None:
    """Puts events in their place in time. What was before or after the recording must not move its clock."""
    events += [event for event in beside if events[0].at <= event.at <= events[-1].at]
    events.sort(key=lambda event: event.at)


def _together(windows: dict[str, list[Event]], name: str, sorter: DocumentSorter) -> Recording:
    """Returns the main window, with the others beside it. All begin when the first of them did."""
    start = min(events[0].at for events in windows.values())
    made = {}
    several = len(windows) > 1
    for window, events in windows.items():
        if events[0].at > start:
            events.insert(0, Event(start, EventKind.LOAD, -1, {"type": int(EventKind.LOAD), "data": {}}))
        made[window] = Recording(events, views_of(events), _format(sorter), sorter.skipped, window if several else "")
    main = made.pop(name)
    main.others = tuple(made.values())
    return main


def _why_nothing(skipped: Counter[str], *, empty: bool) -> str:
    if skipped["mobile snapshot"]:
        return size_limits.MOBILE
    if skipped["damaged line"]:
        return size_limits.CUT_OFF
    return size_limits.EMPTY if empty or not skipped else size_limits.NOT_A_RECORDING


def _format(sorter: DocumentSorter) -> str:
    return next((name for name in ("datadog", "posthog", "packed") if sorter.formats[name]), "rrweb")
