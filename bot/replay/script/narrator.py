"""Goes through a window of a recording and notes what the user and the page did, without a word of what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Any

from bot.kernel.errors import Unfilmable
from bot.replay.detect.action_names import name_of
from bot.replay.detect.click_rules import CHAIN_MS, MAX_CLICK_MS
from bot.replay.detect.custom_events import custom_event
from bot.replay.detect.detector import Watcher
from bot.replay.detect.dom import TEXT, DomNode, DomPage
from bot.replay.detect.pointer import Interaction
from bot.replay.detect.sdk_verdicts import joined
from bot.replay.model import DetectedAction, Window
from bot.replay.recording import MOVES, Event, EventKind, IncrementalSource, Recording
from bot.replay.script.consequence import ANSWER_MS, new_words
from bot.replay.script.page_changes import PageChanges
from bot.replay.script.page_parts import is_aside, is_message, stands_aside
from bot.replay.script.revealed import Before, Reveals
from bot.replay.script.trim import snapshot_before
from bot.signals.question import Signal

TOGETHER_MS = 4_000
"""Clicks on one target, and scrolling, this close together make one line."""
SAME_CLICK_MS = 1_000
"""Clocks and merging leave source and recording up to a second apart."""
MAX_EVENTS = 60
MOST_AROUND = 4
"""Elements around a text that may call it a message."""
_RANK = {"error": 0, "alert": 0, "unseen": 0, "input": 2, "scroll": 3}
"""What tells most comes first; clicks and pages are between."""
_ALERT = re.compile(r"\b(alert|banner|err|fail|danger|toast|warning|snackbar|notification|invalid)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """Something that happened. `kind`: click, input, scroll, page, reload, alert, error. `at_ms` from the first event.

    `name` is as recorded: the target, the field, the address or the message. `main` is the click that the clip is
    about; its kind is `unseen` where the source saw it and the recording doesn't show it.
    """

    at_ms: int
    kind: str
    name: str = ""
    times: int = 1
    last_ms: int = 0
    types: tuple[Signal, ...] = ()
    main: bool = False
    answered: bool = False
    """Whether the page said something after it, though late and nowhere where messages stand, or took it away."""

    @property
    def failed(self) -> bool:
        return bool(self.types)

    @property
    def dead(self) -> bool:
        return Signal.DEAD in self.types and not self.answered


def timeline_events(recording: Recording, window: Window) -> list[TimelineEvent]:
    """Returns what happens in the window, in order; at most 60 events. Reads on from the last snapshot before it."""
    origin = recording.start_epoch_ms
    watcher = Watcher(recording)
    narrator = Narrator(watcher.page)
    for event in recording.events[snapshot_before(recording.events, origin + window.start_ms) :]:
        at_ms = event.at - origin
        if at_ms > window.end_ms:
            break
        if event.source in MOVES:
            continue
        if at_ms >= window.start_ms:
            narrator.see(at_ms, event)
        watcher.see(event)
        narrator.note_revealed(at_ms)
    actions = joined(watcher.finished(), watcher.verdicts)
    clicks = _clicks([action for action in actions if window.start_ms <= action.at_ms <= window.end_ms], window)
    pages = [
        TimelineEvent(view.start_ms, "reload" if before.href == view.href else "page", view.href)
        for before, view in pairwise(recording.views)
        if window.start_ms < view.start_ms <= window.end_ms
    ]
    events = sorted([*clicks, *pages, *narrator.events], key=lambda each: each.at_ms)
    error = window.moment.error if window.moment else ""
    told = _merged(_with_error(events, error) if error else events)
    return _most_telling(_with_answers(told, recording, window, narrator.gone))


def _with_answers(
    events: list[TimelineEvent], recording: Recording, window: Window, gone: list[int]
) -> list[TimelineEvent]:
    """The events, with dead clicks that the page answered all the same before the next click on something else.

    `gone` is when something that was clicked went.
    """
    dead = [event for event in events if event.dead]
    if not dead:
        return events
    changes = PageChanges(recording, dead[0].at_ms, window.end_ms)
    words = [change.at_ms for change in changes.between(dead[0].at_ms, window.end_ms) if new_words(change)]
    words += gone
    return [
        replace(event, answered=any(event.at_ms < at <= _answered_until(events[n:]) for at in words))
        if event.dead
        else event
        for n, event in enumerate(events)
    ]


def _answered_until(events: Sequence[TimelineEvent]) -> int:
    """Until when what the page says is the answer to the first of these."""
    last = events[0]
    for event in events[1:]:
        if event.kind == "click" and not continues(event, last):
            return min(event.at_ms, last.last_ms + ANSWER_MS)
        last = event if event.kind == "click" else last
    return last.last_ms + ANSWER_MS


def _most_telling(events: list[TimelineEvent]) -> list[TimelineEvent]:
    """The events without those that tell least, where there are too many."""
    ranked = sorted(range(len(events)), key=lambda n: (not events[n].main, _RANK.get(events[n].kind, 1), n))
    return [events[number] for number in sorted(ranked[:MAX_EVENTS])]


def _clicks(actions: list[DetectedAction], window: Window) -> list[TimelineEvent]:
    """The clicks of a window, the main one as the source counted it."""
    failed, moment = window.failed_ms, window.moment
    clicks = [TimelineEvent(it.at_ms, "click", it.name, it.clicks, it.at_ms, it.types) for it in actions]
    if failed is None:
        return clicks
    near = [click for click in clicks if abs(click.at_ms - failed) <= SAME_CLICK_MS]
    main = min(near, key=lambda click: (abs(click.at_ms - failed), not click.failed), default=None)
    if main is None:
        unseen = (
            TimelineEvent(failed, "unseen", times=moment.clicks, types=moment.signals, main=True) if moment else None
        )
        return [*clicks, unseen] if unseen else clicks
    at = clicks.index(main)
    if moment is None:
        return [*clicks[:at], replace(main, main=True), *clicks[at + 1 :]]
    times, rest = main.times, clicks[at + 1 :]
    while rest and times < moment.clicks and continues(rest[0], main):
        times, main, rest = times + rest[0].times, replace(main, last_ms=rest[0].at_ms), rest[1:]
    return [*clicks[:at], replace(main, times=moment.clicks or times, types=moment.signals, main=True), *rest]


def continues(click: TimelineEvent, before: TimelineEvent) -> bool:
    """Whether clicks that were told apart here are one after the other on the same thing."""
    return click.name == before.name and click.at_ms - before.last_ms <= CHAIN_MS


def _with_error(events: list[TimelineEvent], error: str) -> list[TimelineEvent]:
    """The events with the error that the source joined to the main click.

    The recording's words stay where they hold the source's ("TypeError: …"). Else the source's stand for the error that
    the recording shows in that click, and after the click where it shows none.
    """
    at = next((index for index, event in enumerate(events) if event.main), None)
    if at is None:
        return events
    end = next((n for n in range(at + 1, len(events)) if events[n].kind == "click"), len(events))
    within = [n for n in range(at + 1, end) if events[n].at_ms <= events[at].at_ms + MAX_CLICK_MS]
    shown = sorted((n for n in within if events[n].kind == "error"), key=lambda n: error not in events[n].name)
    if shown and error in events[shown[0]].name:
        return events
    if not shown:
        return [*events[: at + 1], TimelineEvent(events[at].at_ms, "error", error), *events[at + 1 :]]
    return [replace(event, name=error) if n == shown[0] else event for n, event in enumerate(events)]


def _merged(events: list[TimelineEvent]) -> list[TimelineEvent]:
    """Joins events of the same kind and name that follow each other closely."""
    merged: list[TimelineEvent] = []
    for event in events:
        last = merged[-1] if merged else None
        alike = last is not None and (last.kind, last.name) == (event.kind, event.name)
        if last is not None and (last.main or event.main):
            merged.append(replace(event, last_ms=event.at_ms))
        elif last is not None and (last.kind, event.kind) == ("click", "input") and last.name == event.name:
            merged[-1] = replace(event, at_ms=last.at_ms, last_ms=event.at_ms)  # one clicks on a field to fill it in
        elif last is not None and alike and (event.kind == "error" or event.at_ms - last.last_ms <= TOGETHER_MS):
            types = tuple(signal for signal in Signal if signal in last.types or signal in event.types)
            merged[-1] = replace(last, times=last.times + event.times, last_ms=event.at_ms, types=types)
        else:
            merged.append(replace(event, last_ms=event.at_ms))
    return merged


class Narrator:
    """Notes what isn't a click. It looks at the page as it was before each event."""

    def __init__(self, page: DomPage) -> None:
        self._page = page
        self.events: list[TimelineEvent] = []
        self._messages: set[str] = set()
        self._reveals = Reveals(page)
        self._clicked = -1
        self.gone: list[int] = []
        """When what was clicked last was taken from the page, or what it stands in, and nothing put there instead."""
        self._before: list[Before] = []

    def note_revealed(self, at_ms: int) -> None:
        """Notes whether a message that was on the page came to be seen by the event. Called after it."""
        before, self._before = self._before, []
        shown = self._reveals.after(before).shown if before else ()
        if any(is_message(above) for number in shown for above in islice(self._around(number), MOST_AROUND)):
            self.events.append(TimelineEvent(at_ms, "alert"))

    def _around(self, number: int) -> Iterator[DomNode]:
        return (above for above in self._page.nodes[number].lineage() if above.is_element)

    def see(self, at_ms: int, event: Event) -> None:
        try:
            if event.source == IncrementalSource.MOUSE and event.data.get("type") == Interaction.CLICK:
                number = event.data.get("id")
                self._clicked = number if isinstance(number, int) else -1
            elif event.source == IncrementalSource.INPUT:
                self._input(at_ms, event.data)
            elif event.source == IncrementalSource.SCROLL:
                self.events.append(TimelineEvent(at_ms, "scroll"))
            elif event.source == IncrementalSource.MUTATION:
                self._alert(at_ms, event.data)
            elif event.type in (EventKind.CUSTOM, EventKind.PLUGIN):
                self._error(at_ms, event)
        except Unfilmable:
            return

    def _input(self, at_ms: int, data: dict[str, Any]) -> None:
        node = self._page.nodes.get(data["id"]) if isinstance(data.get("id"), int) else None
        self.events.append(TimelineEvent(at_ms, "input", field_name(self._page, node) if node else ""))

    def _alert(self, at_ms: int, data: dict[str, Any]) -> None:
        self._before = self._reveals.before(data)
        adds = data.get("adds")
        if self._takes_target(data):
            self.gone.append(at_ms)
        if any(self._alarms(add) for add in (adds if isinstance(adds, list) else ()) if isinstance(add, dict)):
            self.events.append(TimelineEvent(at_ms, "alert"))

    def _takes_target(self, data: dict[str, Any]) -> bool:
        clicked = self._page.nodes.get(self._clicked)
        if clicked is None:
            return False
        around = {node.id for node in clicked.lineage()}
        adds, removes = (
            [one for one in part if isinstance(one, dict)] if isinstance(part := data.get(name), list) else []
            for name in ("adds", "removes")
        )
        filled = [one.get("parentId") for one in adds]
        return any(one.get("id") in around and one.get("parentId") not in filled for one in removes)

    def _alarms(self, add: dict[str, Any]) -> bool:
        """Whether it adds a message of that kind, or words to a place for them."""
        node, parent = add.get("node"), self._page.nodes.get(add["parentId"]) if _number(add.get("parentId")) else None
        if not isinstance(node, dict) or (parent is not None and stands_aside(parent)):
            return False
        if node.get("type") == TEXT:
            return (
                parent is not None and bool(str(node.get("textContent", "")).strip()) and _alarming(parent.attributes)
            )
        attributes = node.get("attributes")
        if not isinstance(attributes, dict) or is_aside(str(node.get("tagName") or "").lower(), attributes):
            return False
        return _alarming(attributes)

    def _error(self, at_ms: int, event: Event) -> None:
        seen = custom_event(event)
        if seen.kind == "error" and seen.message not in self._messages:  # once is enough for a reader
            self._messages.add(seen.message)
            self.events.append(TimelineEvent(at_ms, "error", seen.message))


def _number(value: Any) -> bool:
    return isinstance(value, int)


def _alarming(attributes: dict[str, Any]) -> bool:
    shown = f"{attributes.get('class', '')} {attributes.get('id', '')}"
    return attributes.get("role") in ("alert", "alertdialog") or bool(_ALERT.search(shown[:500]))


def field_name(page: DomPage, node: DomNode) -> str:
    """What a field is called; never its value. A name as long as a sentence is not the field's own."""
    own = next((node.attr(key) for key in ("aria-label", "placeholder", "title") if node.attr(key)), "")
    name = name_of(page, node)
    return name if name and len(name) <= 30 else own or node.attr("name") or node.attr("id")
