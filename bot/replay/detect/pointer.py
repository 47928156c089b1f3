"""The presses of a mouse, a pen or a finger, and which of them are clicks.

A tap is recorded twice by some recorders, as a touch and as the mouse that browsers emulate after it, and once by
others; a swipe and a long press are recorded as touches, too. Browsers tell which is which: after a tap, and only then,
comes their own click event.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

from bot.replay.detect.action_names import name_of
from bot.replay.detect.click_rules import Click, UserActivity
from bot.replay.detect.dom import DomNode, DomPage
from bot.replay.detect.selectors import selector_of
from bot.replay.detect.target_rules import ignored_signals, never_dead, privacy, selectable
from bot.replay.recording import JsonObject

TAP_PX = 40
"""A finger that moved farther than this made no tap; browsers allow about 15 px."""
LONGEST_TOUCH_MS = 5_000
"""A touch whose end was not recorded is over by then."""
EMULATED_MS = 500
"""The emulated mouse and the click event follow a tap at once, or after 300 ms where the page can be zoomed."""
AFTER_CLICK_MS = 50
"""A mouse that is pressed so soon after the click event of a tap is the emulated one, written down late."""
MENU_MS = 50
"""Where the menu opens on release, it does so within this time."""
_FARTHEST = 1_000_000


class Interaction(IntEnum):
    """rrweb's kinds of interaction, as far as they make clicks."""

    MOUSE_UP = 0
    MOUSE_DOWN = 1
    CLICK = 2
    CONTEXT_MENU = 3
    DOUBLE_CLICK = 4
    TOUCH_START = 7
    TOUCH_END = 9
    TOUCH_CANCEL = 10


@dataclass(slots=True)
class Press:
    """A button or a finger that is down. What was pressed is named as it was then."""

    at: int
    name: str
    selector: str
    x: float
    y: float
    touch: bool
    active: bool = False
    menu: bool = False
    clicked: bool = False
    """The browser's click event was written down before the release."""


class Pointer:
    """Follows the pointer's events; `see` gives the click that ends with an event.

    `user` is what the user did since the last press. The click of a tap is void until the browser's click event.
    """

    def __init__(self, page: DomPage, *, selections_recorded: bool) -> None:
        self._page = page
        self._selections_recorded = selections_recorded
        self.press: Press | None = None
        self.user = UserActivity()
        self._selected = self._selected_before = False
        """Whether text is selected now, and whether some was when the pointer went down."""
        self._last: Click | None = None
        self._touched_until = 0
        self._labels: dict[int, tuple[str, str]] = {}
        self._labels_version = -1

    def see(self, at: int, data: JsonObject) -> Click | None:
        kind = data.get("type")
        node = self._page.nodes.get(_id(data))
        emulated = at <= self._touched_until
        if kind == Interaction.TOUCH_START or (kind == Interaction.MOUSE_DOWN and not emulated):
            self._down(at, data, node, touch=kind == Interaction.TOUCH_START)
        elif kind == Interaction.TOUCH_END or (kind == Interaction.MOUSE_UP and not emulated):
            return self._up(at, data, node, touch=kind == Interaction.TOUCH_END)
        elif kind == Interaction.TOUCH_CANCEL:
            self.press, self._touched_until = None, 0
        elif kind == Interaction.CLICK:
            self._confirm(at, data)
        elif kind == Interaction.CONTEXT_MENU:
            self._menu(at, _id(data))
        elif kind == Interaction.DOUBLE_CLICK and not self._selections_recorded and selectable(node):
            self.user.selection = True
        return None

    def select(self, selected: bool) -> None:
        """The selection of text changed. To give one up is a use of the selection, too."""
        self.user.selection |= selected or self._selected_before
        self._selected = selected

    def activity(self, at: int, within_ms: int) -> None:
        """The page did something: for the press that began a moment ago."""
        if self.press and at <= self.press.at + within_ms:
            self.press.active = True

    def _down(self, at: int, data: JsonObject, node: DomNode | None, *, touch: bool) -> None:
        second_finger = touch and self.press is not None and self.press.touch and at <= self._touched_until
        if touch:
            self._touched_until = at + LONGEST_TOUCH_MS
        self.user, self._selected_before = UserActivity(), self._selected
        if second_finger or (node and privacy(node) == "hidden"):
            self.press = None
            return
        name, selector = self._named(node) if node else ("", "")
        self.press = Press(at, name, selector, *_place(data), touch)

    def _named(self, node: DomNode) -> tuple[str, str]:
        """Name and selector; those of a page that did not change need not be made again."""
        if self._labels_version != self._page.version:
            self._labels, self._labels_version = {}, self._page.version
        if node.id not in self._labels:
            self._labels[node.id] = name_of(self._page, node), selector_of(self._page, node)
        return self._labels[node.id]

    def _up(self, at: int, data: JsonObject, node: DomNode | None, *, touch: bool) -> Click | None:
        press, self.press = self.press, None
        if touch:
            self._touched_until = min(self._touched_until, at + EMULATED_MS)
        if press is None or press.touch != touch or press.menu:
            return None
        x, y = _place(data, press.x, press.y)
        if touch and math.hypot(x - press.x, y - press.y) > TAP_PX:
            return None
        immune = never_dead(self._page, node) if node else False
        click = Click(press.at, at, _id(data), x, y, press.name, press.selector, immune, self.user)
        click.active, click.void = press.active, touch and not press.clicked
        click.awaited_until = self._touched_until if touch else 0
        click.ignored = ignored_signals(node) if node else frozenset()
        self._last = click
        return click

    def _confirm(self, at: int, data: JsonObject) -> None:
        """The browser's click event: of the last tap, or of a finger whose release is written down after it."""
        last, press = self._last, self.press
        if last and last.void and at <= last.awaited_until:
            if _same_place(data, last):
                last.void, self._last = False, None
                self._touched_until = self._touched_until if press else at + AFTER_CLICK_MS
        elif press and press.touch:
            press.clicked = True
        else:
            self._last, self._touched_until = None, 0

    def _menu(self, at: int, number: int) -> None:
        """A right click or a long press opens the browser's menu, which is not recorded: it is no click."""
        if self.press:
            self.press.menu = True
        elif self._last and number == self._last.node and at <= self._last.at + MENU_MS:
            self._last.void = True


def _place(data: JsonObject, x: float = 0.0, y: float = 0.0) -> tuple[float, float]:
    """In CSS px of the viewport; `x` and `y` where nothing is said, and 0 for what can't be a coordinate."""
    return _coordinate(data.get("x", x)), _coordinate(data.get("y", y))


def _same_place(data: JsonObject, tap: Click) -> bool:
    """Whether a click event may come from a tap: it is on the same element, or at the same place.

    The keyboard clicks anywhere, and where the page changed under the finger the event is on another element.
    """
    x, y = _place(data, tap.x, tap.y)
    return _id(data) == tap.node or math.hypot(x - tap.x, y - tap.y) <= TAP_PX


def _id(data: JsonObject) -> int:
    """The number of the element; -1 where none is named."""
    return data["id"] if isinstance(data.get("id"), int) else -1


def _coordinate(value: object) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) < _FARTHEST else 0.0
