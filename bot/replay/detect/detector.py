"""Finds the actions of a session and their frustration signals in its recording, in one pass.

The documentation lists what can't be seen: requests, `window.open` and handled errors are known only where the
sender reports them (see `custom_events`), and a text selection only where rrweb recorded it.
"""

from __future__ import annotations

from bot.kernel.errors import Unfilmable
from bot.replay.detect.action_names import name_of
from bot.replay.detect.click_rules import VALIDATION_MS, Chain, Click, UserActivity
from bot.replay.detect.custom_events import custom_event
from bot.replay.detect.dom import DomNode, DomPage
from bot.replay.detect.sdk_verdicts import joined
from bot.replay.detect.selectors import selector_of
from bot.replay.model import DetectedAction
from bot.replay.recording import MOVES, Event, EventKind, IncrementalSource, JsonObject, Recording
from bot.replay.views import starts_page

DOWN, UP, CANCEL = frozenset({1, 7}), frozenset({0, 9}), 10
"""rrweb's interactions: mouse and touch."""
_MAX_OPEN = 50
"""Chains that may wait at once; more than a person can make in ten seconds."""
_MAX_CHAIN = 1_000
_FARTHEST = 1_000_000
_CHECKED_INPUTS = frozenset({"checkbox", "radio", "button", "submit", "reset", "range"})


def detect(recording: Recording) -> list[DetectedAction]:
    """Returns every click action in order of time; `types` is empty where nothing frustrated.

    The sender's own verdicts replace ours where the recording holds them.
    """
    watcher = Watcher(recording)
    for event in recording.events:
        if event.source not in MOVES:
            watcher.see(event)
    return joined(watcher.finished(), watcher.verdicts)


class Watcher:
    """Follows the page, the pointer and other events, and judges each chain of clicks when it is over."""

    def __init__(self, recording: Recording) -> None:
        self._start = recording.start_epoch_ms
        self.page = DomPage()
        self._chains: list[Chain] = []
        self._press: tuple[int, str, str] | None = None
        self._press_active = False
        self._user = UserActivity()
        self._selected = False
        self._href = ""
        self._actions: list[DetectedAction] = []
        self.verdicts: list[tuple[int, JsonObject]] = []

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
            self._pointer(event.at, event.data)
        elif event.source == IncrementalSource.SCROLL:
            self._user.scroll = True
        elif event.source == IncrementalSource.INPUT:
            self._user.input = True
        elif event.source == IncrementalSource.SELECTION:
            self._selected = _selects(event.data)
            self._user.selection |= self._selected

    def _pointer(self, at: int, data: JsonObject) -> None:
        kind = data.get("type")
        node = self.page.nodes.get(data["id"]) if isinstance(data.get("id"), int) else None
        if kind in DOWN:
            self._user = UserActivity(selection=self._selected)
            name, selector = (name_of(self.page, node), selector_of(self.page, node)) if node else ("", "")
            self._press, self._press_active = (at, name, selector), False
        elif kind in UP and self._press is not None:
            self._click(at, data, node)
            self._press = None
        elif kind == CANCEL:
            self._press = None

    def _click(self, at: int, data: JsonObject, node: DomNode | None) -> None:
        pressed, name, selector = self._press or (at, "", "")
        x, y = _coordinate(data.get("x")), _coordinate(data.get("y"))
        number = node.id if node else -1
        click = Click(pressed, at, number, x, y, name, selector, _never_dead(self.page, node), self._user)
        click.active = self._press_active
        last = self._chains[-1] if self._chains else None
        if last is None or len(last.clicks) >= _MAX_CHAIN or not last.takes(click):
            self._chains.append(Chain([click]))

    def _activity(self, at: int) -> None:
        """The page did something: for the clicks that are open, and for the pointer pressed a moment ago."""
        for click in self._open(at):
            click.page_activity(at)
        self._activity_on_press(at)

    def _activity_on_press(self, at: int) -> None:
        if self._press and at <= self._press[0] + VALIDATION_MS:
            self._press_active = True
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
        elif seen.kind == "action" and seen.payload is not None:
            self.verdicts.append((event.at, seen.payload))

    def _new_page(self, event: Event) -> None:
        data = event.data
        if event.type == EventKind.META:
            href = data.get("href")
            if isinstance(href, str) and href != self._href:
                self._end_view(event.at)
                self._href = href
            return
        if starts_page(data):
            self._end_view(event.at)
        self.page.load(data.get("node"))

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
                        self._href,
                        error,
                    )
                )


def _coordinate(value: object) -> float:
    """CSS px in the viewport; 0 for what can't be one."""
    return float(value) if isinstance(value, int | float) and abs(value) < _FARTHEST else 0.0


def _excluded(node: DomNode) -> bool:
    return any("data-dd-excluded-activity-mutations" in above.attributes for above in node.lineage())


def _selects(data: JsonObject) -> bool:
    ranges = data.get("ranges")
    selections = [selection for selection in ranges if isinstance(selection, dict)] if isinstance(ranges, list) else []
    return any(
        (selection.get("start"), selection.get("startOffset")) != (selection.get("end"), selection.get("endOffset"))
        for selection in selections
    )


def _never_dead(page: DomPage, node: DomNode | None) -> bool:
    """The SDK's list of targets that act without the page's help (DEAD_CLICK_EXCLUDE_SELECTOR)."""
    if node is None:
        return False
    if node.tag == "label" and node.attr("for"):
        node = page.by_id(node.attr("for")) or node
    if node.tag == "input":
        return (node.attr("type") or "text").lower() not in _CHECKED_INPUTS
    if node.tag in ("textarea", "select", "canvas"):
        return True
    return any(
        "contenteditable" in above.attributes or (above.tag == "a" and "href" in above.attributes)
        for above in node.lineage()
    )
