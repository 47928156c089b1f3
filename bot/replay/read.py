"""Stored bytes -> a recording. Every format is recognised by its bytes, never by a name.

rrweb 1 and 2 (array, lines, `{"events": [...]}`, packed), Datadog segments in both dialects, PostHog snapshot lines,
Sentry segment arrays; each plain, gzip or zlib, in one piece or many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.kernel.errors import Unfilmable
from bot.replay.formats import datadog_segments, size_limits
from bot.replay.formats.documents import DocumentSorter
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
        text = unpack(piece, sorter.room)
        sorter.room -= len(text)
        for document in documents(text):
            sorter.put(document)
    return _recording(sorter, empty=not any(pieces))


def _recording(sorter: DocumentSorter, *, empty: bool) -> Recording:
    views = _add_datadog(sorter)
    name = _main_window(sorter.windows)
    if not sorter.windows.get(name):
        raise Unfilmable(_why_nothing(sorter.skipped, empty=empty))
    if not _playable(sorter.windows[name]):
        raise Unfilmable(size_limits.MOBILE if sorter.skipped["mobile snapshot"] else size_limits.NO_SNAPSHOT)
    beside = {window: list(requests) for window, requests in sorter.requests.items()}
    for view, event in sorter.rum:
        beside.setdefault(views.get(view, name), []).append(event)
    windows = {
        window: _in_order(events, beside.get(window, ()))
        for window, events in sorter.windows.items()
        if window == name or _playable(events)
    }
    return _together(windows, name, sorter)


def _add_datadog(sorter: DocumentSorter) -> dict[str, str]:
    """Turns the segments into windows; returns in which one each view is."""
    views = {}
    for number, window in enumerate(datadog_segments.windows_of(sorter.segments, sorter.skipped)):
        name = f"tab {number + 1}" if number else ""
        sorter.windows[name].extend(window.events)
        views.update(dict.fromkeys(window.views, name))
    return views


def _playable(events: Sequence[Event]) -> bool:
    return any(event.type == EventKind.FULL for event in events)


def _main_window(windows: dict[str, list[Event]]) -> str:
    """Returns the window (browser tab) with most events, of those that can be replayed where there are any."""
    playable = [name for name, events in windows.items() if _playable(events)]
    return max(playable or windows, key=lambda name: len(windows[name]), default="")


def _in_order(events: Sequence[Event], beside: Sequence[Event]) -> list[Event]:
    ordered = list(_once(sorted(events, key=lambda event: event.at)))
    # What happened before or after the recording must not move its clock.
    ordered += [event for event in beside if ordered[0].at <= event.at <= ordered[-1].at]
    ordered.sort(key=lambda event: event.at)
    return ordered


def _together(windows: dict[str, list[Event]], name: str, sorter: DocumentSorter) -> Recording:
    """Returns the main window, with the others beside it. All begin when the first of them did."""
    start = min(events[0].at for events in windows.values())
    made = {}
    for window, events in windows.items():
        if events[0].at > start:
            events.insert(0, Event(start, EventKind.LOAD, -1, {"type": int(EventKind.LOAD), "data": {}}))
        made[window] = Recording(events, views_of(events), _format(sorter), sorter.skipped, window)
    for window, events in sorter.windows.items():
        if window != name:
            sorter.skipped["event of another window"] += len(events)
    main = made.pop(name)
    main.others = tuple(made.values())
    return main


def _once(events: Sequence[Event]) -> Iterator[Event]:
    """The events without repeats, which senders make when they got no answer. Repeats have the same time."""
    for _, group in groupby(events, key=lambda event: event.at):
        together = list(group)
        if len(together) == 1:
            yield together[0]
            continue
        seen: dict[bytes, Event] = {}
        for event in together:
            seen.setdefault(bytes(event.raw) if not isinstance(event.raw, dict) else repr(event.raw).encode(), event)
        yield from seen.values()


def _why_nothing(skipped: Counter[str], *, empty: bool) -> str:
    if skipped["mobile snapshot"]:
        return size_limits.MOBILE
    if skipped["damaged line"]:
        return size_limits.CUT_OFF
    return size_limits.EMPTY if empty or not skipped else size_limits.NOT_A_RECORDING


def _format(sorter: DocumentSorter) -> str:
    return next((name for name in ("datadog", "posthog", "packed") if sorter.formats[name]), "rrweb")
