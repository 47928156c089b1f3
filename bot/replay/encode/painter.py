"""What is drawn on the pictures of a page: pointer, marks, counter, card, speed, and the strip below."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

import numpy as np

from bot.replay.encode.draw import (
    INK,
    RED,
    Scale,
    Sprite,
    Strip,
    arrow,
    badge,
    blend,
    centred,
    outline,
    outline_reach,
    ring,
    touch,
)
from bot.replay.encode.frame_plans import DrawnClick, FramePlan
from bot.replay.encode.palette import Pixels
from bot.replay.encode.placement import PointerSurroundings, Rect, apart, counter_place, surroundings
from bot.replay.model import Point

MARKED_MS = 400
COUNTED_MS = 1_200  # how long the counter stays after the last click
SAME_CLICK_MS = 1_000  # a press and its click, or the clocks of the source and the recording, may be so far apart
TOUCHED_MS = 300  # how long a finger is shown after it was lifted


@dataclass(frozen=True, slots=True)
class Looks:
    """All that a frame is drawn by, in px of the clip: plans with equal looks on one picture are one frame.

    `age` is that of the last click in tenths of a second, None where none is marked; `pressed` is what the mark goes
    around, else it is a ring at `spot`.
    """

    spot: tuple[int, int] | None = None
    pointer: Rect | None = None
    age: int | None = None
    pressed: Rect | None = None
    count: int = 0
    counter: Rect | None = None
    skipped_ms: int = 0
    speed: int = 1
    step: int = 0
    clock: str = ""


@dataclass(frozen=True, slots=True)
class ClickMark:
    """How a click is marked: its age in tenths of a second (None: no longer), its count, and whether by a pointer."""

    age: int | None
    count: int
    points: bool


@dataclass(slots=True)
class Painter:
    """Draws a frame on a picture. `card` writes how long a cut was, `clock` the time passed, both of ms."""

    scale: Scale
    strip: Strip
    clicks: Sequence[DrawnClick]
    card: Callable[[int], str]
    clock: Callable[[int], str]
    total_ms: int
    factor: float = 1.0
    """Size of the clip against that of the pictures; pointers come in px of the pictures."""
    touches: Sequence[tuple[int, int]] | None = None
    """When fingers touched the screen, in ms of the recording; None where there is a mouse."""
    failed_ms: int | None = None
    """The failed click, of which the first frame is."""

    def looks(self, plan: FramePlan, passed_ms: int, point: Point, page: Pixels) -> Looks:
        """Returns the looks of a frame of that page."""
        first = bisect_right(self.clicks, plan.at_ms - COUNTED_MS, key=lambda click: click.at_ms)
        after = bisect_right(self.clicks, plan.at_ms, key=lambda click: click.at_ms)
        recent = [click for click in self.clicks[first:after] if plan.at_ms < click.until_ms]
        ages = [(plan.at_ms - click.at_ms) // 100 for click in recent if plan.at_ms - click.at_ms < MARKED_MS]
        shown = ClickMark(min(ages, default=None), recent[-1].count if recent else 0, self._points(plan.at_ms))
        return self._placed(plan, passed_ms, point, page, shown)

    def poster_looks(self, plan: FramePlan, passed_ms: int, point: Point, page: Pixels) -> Looks:
        """Returns those of the failed click, marked, with the number of all clicks on its spot."""
        return self._placed(plan, passed_ms, point, page, ClickMark(0, self._clicked_in_all(), points=True))

    def _placed(self, plan: FramePlan, passed_ms: int, point: Point, page: Pixels, click: ClickMark) -> Looks:
        size = page.shape[1], page.shape[0]
        share = passed_ms / self.total_ms if self.total_ms else 1.0
        step, clock = self.strip.step(share), self.clock(passed_ms)
        looks = Looks(skipped_ms=plan.skipped_ms, speed=plan.speed, step=step, clock=clock)
        near = surroundings(point, self.factor, *size)
        if near.spot is None:
            return looks
        pointer = apart(self._pointer_rect(near.spot), near.labels, size)
        return replace(
            looks,
            spot=near.spot,
            pointer=pointer if click.points else None,
            age=click.age,
            pressed=near.pressed if click.age is not None else None,
            count=click.count if click.count > 1 else 0,
            counter=self._counter_rect(click.count, near, pointer, page) if click.count > 1 else None,
        )

    def paint(self, page: Pixels, looks: Looks, passed_ms: int) -> Pixels:
        """A new frame: the page with everything drawn on it, the strip below."""
        height, width = page.shape
        canvas = np.empty((height + self.strip.height, width), np.uint32)
        canvas[:height] = page
        share = passed_ms / self.total_ms if self.total_ms else 1.0
        canvas[height:] = self.strip.at(share, self.clock(passed_ms))
        upper, unit, text = canvas[:height], self.scale.unit, self.scale.text
        if looks.spot and looks.age is not None:
            self._mark(upper, looks.spot, looks.age, looks.pressed)
        if looks.counter:
            blend(upper, badge(f"×{looks.count}", text, RED), *looks.counter[:2])
        if looks.pointer:
            blend(upper, self._pointer(), *looks.pointer[:2])
        if looks.speed > 1:
            fast = badge(f"{looks.speed}×", text, INK)
            blend(upper, fast, width - fast.shape[1] - 10 * unit, 10 * unit)
        if looks.skipped_ms:
            centred(upper, badge(self.card(looks.skipped_ms), round(text * 1.3), INK), width / 2, height / 2)
        return canvas

    def _mark(self, upper: Pixels, spot: tuple[int, int], age: int, pressed: Rect | None) -> None:
        if pressed is None:
            centred(upper, ring(self.scale.unit, age), *spot)
            return
        left, top, right, bottom = pressed
        reach = outline_reach(self.scale.unit, age)
        blend(upper, outline(self.scale.unit, age, right - left, bottom - top), left - reach, top - reach)

    def _pointer(self) -> Sprite:
        return arrow(self.scale.unit) if self.touches is None else touch(self.scale.unit)

    def _pointer_rect(self, spot: tuple[int, int]) -> Rect:
        """An arrow has its tip at the spot, a finger its middle."""
        height, width = self._pointer().shape[:2]
        across, down = (1, 1) if self.touches is None else (width // 2, height // 2)
        return spot[0] - across, spot[1] - down, spot[0] - across + width, spot[1] - down + height

    def _points(self, at_ms: int) -> bool:
        """Whether a pointer is seen: a mouse always is, a finger while it touches and a little longer."""
        if self.touches is None:
            return True
        begun = bisect_right(self.touches, at_ms, key=lambda span: span[0])  # one ends before the next begins
        return begun > 0 and at_ms <= self.touches[begun - 1][1] + TOUCHED_MS

    def _counter_rect(self, count: int, near: PointerSurroundings, pointer: Rect, page: Pixels) -> Rect:
        size = page.shape[1], page.shape[0]
        height, width = badge(f"×{count}", self.scale.text, RED).shape[:2]
        if near.pressed:
            return counter_place((width, height), near.pressed, (*near.labels, pointer), size, page)
        left, top = round(pointer[0] + 21 * self.scale.unit), round(pointer[1] - 57 * self.scale.unit)
        return apart((left, top, left + width, top + height), near.labels, size)

    def _clicked_in_all(self) -> int:
        """How many clicks the failed one begins, or is among."""
        failed = self.failed_ms or 0
        after = [click for click in self.clicks if click.at_ms >= failed - SAME_CLICK_MS // 10]
        if not after or after[0].at_ms > failed + SAME_CLICK_MS:
            return 0
        rising = takewhile(lambda pair: pair[1].count > pair[0].count, pairwise(after))
        return max([after[0].count, *(click.count for _, click in rising)])
