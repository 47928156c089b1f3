"""How the page of a recording changes from a moment on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.replay.detect.dom import DomPage
from bot.replay.recording import Event, EventKind, IncrementalSource, JsonObject, Recording
from bot.replay.script.added_parts import adds_an_answer
from bot.replay.script.revealed import Revealed, Reveals, told_of

BUSY_MS, OFTEN = 10_000, 3
"""What changed so often, in so long before, changes all the time."""
NOTHING = Revealed()


@dataclass(frozen=True, slots=True)
class PageChange:
    """One change, in ms from the first event, and what it shows and hides of what was on the page already."""

    at_ms: int
    event: Event
    revealed: Revealed
    adds: bool
    """Whether it adds anything that may be an answer to a click."""

    @property
    def data(self) -> JsonObject:
        """What changes; decoded whenever it is asked for, since there may be many changes."""
        return self.event.data


@dataclass(slots=True)
class PageChanges:
    """The changes from `start_ms` on. Each is looked at once, however often it is asked for."""

    recording: Recording
    start_ms: int
    end_ms: int
    _known: list[PageChange] = field(default_factory=list)
    _coming: Iterator[PageChange] = field(init=False)

    def __post_init__(self) -> None:
        self._coming = self._read()

    def between(self, start_ms: int, end_ms: int) -> Iterator[PageChange]:
        """Yields those in this time, both ends included."""
        at = 0
        while True:
            if at == len(self._known):
                coming = next(self._coming, None)
                if coming is None:
                    return
                self._known.append(coming)
            change = self._known[at]
            if change.at_ms > end_ms:
                return
            if change.at_ms >= start_ms:
                yield change
            at += 1

    def _read(self) -> Iterator[PageChange]:
        """Until a change shows or hides something nobody needs to know what is on the page."""
        reveals: Reveals | None = None
        for time, event in between(self.recording, self.start_ms, self.end_ms):
            if event.type == EventKind.FULL and reveals is not None:
                reveals = _reveals_before(self.recording, event, self.start_ms)
            if event.source != IncrementalSource.MUTATION:
                continue
            data = event.data
            if reveals is None and any(True for _ in told_of(data)):
                reveals = _reveals_before(self.recording, event, self.start_ms)
            revealed = reveals.apply(data) if reveals is not None else NOTHING
            yield PageChange(time, event, revealed, adds_an_answer(data))


def _reveals_before(recording: Recording, event: Event, start_ms: int) -> Reveals:
    """The page as it was just before an event, from the last full snapshot (or that event) on."""
    events = recording.events
    until = next(index for index in range(_first_at(events, event.at), len(events)) if events[index] is event)
    begin = next((index for index in range(until, -1, -1) if events[index].type == EventKind.FULL), until)
    reveals = Reveals(DomPage())
    busy_from = recording.start_epoch_ms + start_ms
    changes: Counter[int] = Counter()
    for one in events[begin : max(until, begin + 1)]:
        if one.type == EventKind.FULL:
            reveals.page.load(one.data.get("node"))
        elif one.source == IncrementalSource.MUTATION:
            data = one.data
            reveals.apply(data)
            if busy_from - BUSY_MS <= one.at < busy_from:
                changes.update(_changed(data, reveals.page))
    reveals.busy = {number for number, times in changes.items() if times >= OFTEN}
    return reveals


def _first_at(events: list[Event], epoch_ms: int) -> int:
    return bisect_left(events, epoch_ms, key=lambda event: event.at)


def _changed(data: JsonObject, page: DomPage) -> set[int]:
    """What is shown or hidden by a change, and what it stands in: of a carousel each part changes rarely."""
    changed = set(told_of(data))
    parents = (node.parent for number in changed if (node := page.nodes.get(number)) is not None)
    return changed | {parent.id for parent in parents if parent is not None and parent.tag != "body"}


def between(recording: Recording, start_ms: int, end_ms: int) -> Iterator[tuple[int, Event]]:
    """Yields events with their time in ms from the first event, both ends included."""
    origin, events = recording.start_epoch_ms, recording.events
    first = _first_at(events, origin + start_ms)
    for event in events[first : bisect_right(events, origin + end_ms, key=lambda event: event.at)]:
        yield event.at - origin, event
