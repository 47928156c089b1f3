"""Finds the actions of a session and their frustration signals in its recording, in one pass.

The documentation lists what can't be seen: requests, `window.open` and handled errors are known only where the
sender reports them (see `custom_events`), and a text selection only where rrweb recorded it.
"""

from __future__ import annotations

from bot.kernel.errors import Unfilmable
from bot.replay.detect.click_rules import VALIDATION_MS, Chain, Click
from bot.replay.detect.custom_events import custom_event
from bot.replay.detect.dom import DomNode, DomPage
from bot.replay.detect.pointer import Pointer
from bot.replay.detect.sdk_verdicts import SdkVerdict, joined
from bot.replay.formats.addresses import absolute
from bot.replay.model import DetectedAction
from bot.replay.recording import MOVES, Event, EventKind, IncrementalSource, JsonObject, Recording
from bot.replay.views import starts_page

NEAR_MS = 1_000
"""Clocks and merging leave a source and the recording up to a second apart."""
_MAX_OPEN = 50
"""Chains that may wait at once; more than a person can make in ten seconds."""
_MAX_CHAIN = 1_000


def detect(recording: Recording) -> list[DetectedAction]:
    """Returns every click action of every window in order of time; `types` is empty where nothing frustrated.

    The sender's own verdicts replace ours where the recording holds them.
    """
    actions = [action for window in (recording, *recording.others) for action in _detect(window)]
    return sorted(actions, key=lambda action: action.epoch_ms) if recording.others else actions


def window_at(recording: Recording, epoch_ms: float) -> Recording:
    """Returns the window of the session where a click failed at that moment, or where there was one; else this one."""
    if not recording.others:
        return recording
    near = [action for action in detect(recording) if abs(action.epoch_ms - epoch_ms) <= NEAR_MS]
    best = min(near, key=lambda action: (not action.types, abs(action.epoch_ms - epoch_ms)), default=None)
    return recording.in_window(best.window) if best else recording


def _detect(recording: Recording) -> list[DetectedAction]:
    watcher = Watcher(recording)
    for event in recording.events:
        if event.source not in MOVES:
            watcher.see(event)
    return joined(watcher.finished(), watcher.verdicts)


class Watcher:
    """Follows the page, the pointer and other events, and judges each chain of clicks when it is over."""

    def __init__(self, recording: Recording) -> None:
        self._start, self._window = recording.start_epoch_ms, recording.window
        self.page = DomPage()
        # Datadog's segments hold no selections of text; what a double click does to text is inferred there.
        self._pointer = Pointer(self.page, selections_recorded=recording.format != "datadog")
        self._chains: list[Chain] = []
        self._href = ""
        self._actions: list[DetectedAction] = []
        self.verdicts: list[SdkVerdict] = []

    def see(self, event: Event) -> None:
        """Takes the next event; they come in the order of time. A damaged one is passed over."""
        self._judge(event.at)
        try:
            if event.type == EventKind.CHANGE:
                self._change(event)
            elif event.type in (EventKind.META, EventKind.FULL):
                self._new_page(event)
            elif event.type in (EventKind.CUSTOM, EventKind.PLUGIN):
                self._custom_event(event)
        except Unfilmable:
            return

    def finished(self) -> list[DetectedAction]:
        """Returns every action, also of the clicks that were still waiting at the end."""
        self._report(self._chains)
        self._chains = []
        return sorted(self._actions, key=lambda action: action.epoch_ms)

    def _change(self, event: Event) -> None:
        if event.source == IncrementalSource.MUTATION:
            touched = self.page.mutate(event.data)
            if any(not _excluded(node) for node in touched):
                self._activity(event.at)
        elif event.source == IncrementalSource.MOUSE:
            click = self._pointer.see(event.at, event.data)
            if click is not None:
                self._add(click)
        elif event.source == IncrementalSource.SCROLL:
            self._pointer.user.scroll = True
        elif event.source == IncrementalSource.INPUT:
            self._pointer.user.input = True
        elif event.source == IncrementalSource.SELECTION:
            self._pointer.select(_selects(event.data))

    def _add(self, click: Click) -> None:
        click.href = self._href
        last = self._chains[-1] if self._chains else None
        if last is None or len(last.clicks) >= _MAX_CHAIN or not last.takes(click):
            self._chains.append(Chain([click]))

    def _activity(self, at: int) -> None:
        """The page did something: for the clicks that are open, and for the pointer pressed a moment ago."""
        for click in self._open(at):
            click.page_activity(at)
        self._activity_on_press(at)

    def _activity_on_press(self, at: int) -> None:
        self._pointer.activity(at, VALIDATION_MS)
        for chain in self._chains:
            last = chain.clicks[-1]
            last.active |= at <= last.pressed + VALIDATION_MS

    def _open(self, at: int) -> list[Click]:
        return [click for chain in self._chains for click in chain.clicks if click.closes_at >= at]

    def _custom_event(self, event: Event) -> None:
        seen = custom_event(event)
        if seen.kind == "error":
            for click in self._open(event.at):
                click.error = click.error or seen.message
            for chain in self._chains:
                chain.error = chain.error or seen.message
        elif seen.kind == "request":
            for click in self._open(event.at):
                click.request(seen.request, event.at, start=seen.start)
            if seen.start:
                self._activity_on_press(event.at)
        elif seen.kind == "activity":
            self._activity(event.at)
        elif seen.kind == "view_end":
            self._end_view(event.at)
        elif seen.kind == "address":
            self._go_to(event.at, absolute(self._href, seen.message))
        elif seen.kind in ("action", "frustration") and seen.payload is not None:
            at_ms = event.at - self._start
            self.verdicts.append(SdkVerdict.of(seen.payload, event.at, at_ms, self._href, self._window))

    def _new_page(self, event: Event) -> None:
        data = event.data
        if event.type == EventKind.META:
            href = data.get("href")
            if isinstance(href, str):
                self._go_to(event.at, href)
            return
        if starts_page(data):
            self._end_view(event.at)
        self.page.load(data.get("node"))

    def _go_to(self, at: int, href: str) -> None:
        if href != self._href:
            self._end_view(at)
            self._href = href

    def _end_view(self, at: int) -> None:
        for chain in self._chains:
            chain.stop(at)

    def _judge(self, now: int) -> None:
        if not self._chains:
            return
        over = [chain for chain in self._chains if chain.over(now)]
        over += [chain for chain in self._chains[: max(0, len(self._chains) - _MAX_OPEN)] if chain not in over]
        if over:
            self._report(over)
            self._chains = [chain for chain in self._chains if chain not in over]

    def _report(self, chains: list[Chain]) -> None:
        for chain in chains:
            for clicks, types, error in chain.verdicts():
                first = clicks[0]
                at = first.at - self._start
                self._actions.append(
                    DetectedAction(
                        at,
                        first.at,
                        types,
                        first.selector,
                        first.name,
                        len(clicks),
                        first.x,
                        first.y,
                        first.href,
                        error,
                        self._window,
                    )
                )


def _excluded(node: DomNode) -> bool:
    return any("data-dd-excluded-activity-mutations" in above.attributes for above in node.lineage())


def _selects(data: JsonObject) -> bool:
    ranges = data.get("ranges")
    selections = [selection for selection in ranges if isinstance(selection, dict)] if isinstance(ranges, list) else []
    return any(
        (selection.get("start"), selection.get("startOffset")) != (selection.get("end"), selection.get("endOffset"))
        for selection in selections
    )
