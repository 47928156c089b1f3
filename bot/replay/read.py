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
    if sorter.segments:
        sorter.windows[""].extend(datadog_segments.events_of(sorter.segments, sorter.skipped))
    events, skipped = _one_window(sorter.windows, sorter.skipped)
    if not events:
        raise Unfilmable(_why_nothing(skipped, empty=empty))
    if not any(event.type == EventKind.FULL for event in events):
        raise Unfilmable(size_limits.MOBILE if skipped["mobile snapshot"] else size_limits.NO_SNAPSHOT)
    events = list(_once(sorted(events, key=lambda event: event.at)))
    # A RUM event from before or after the recording must not move its clock.
    events += [event for event in sorter.beside if events[0].at <= event.at <= events[-1].at]
    events.sort(key=lambda event: event.at)
    return Recording(events, views_of(events), _format(sorter), skipped)


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


def _one_window(windows: dict[str, list[Event]], skipped: Counter[str]) -> tuple[list[Event], Counter[str]]:
    """Returns the window (browser tab) with most events that can be replayed; the others are counted as skipped."""
    if len(windows) < 2:
        return next(iter(windows.values()), []), skipped
    playable = {
        name: events for name, events in windows.items() if any(event.type == EventKind.FULL for event in events)
    }
    best = max(playable or windows, key=lambda name: len(windows[name]))
    for name, events in windows.items():
        if name != best:
            skipped["event of another window"] += len(events)
    return windows[best], skipped


def _format(sorter: DocumentSorter) -> str:
    return next((name for name in ("datadog", "posthog", "packed") if sorter.formats[name]), "rrweb")
