"""When the frames of a clip are shown, which pictures they have, and the clicks and touches that are marked on them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeGuard

from bot.replay.detect.pointer import Interaction
from bot.replay.model import Point
from bot.replay.recording import EventKind, IncrementalSource, JsonObject
from bot.replay.script.moment import CARD_MS

TOGETHER_MS = 1_000  # clicks closer than this, and on one spot, are counted together
TOGETHER_PX = 40
LABEL_MS = 50  # the click that a browser makes of one on a label follows at once
PRESSES = frozenset({Interaction.MOUSE_DOWN, Interaction.TOUCH_START})
FARTHEST = 100_000  # px; no page is larger
NARROWEST_WINDOW = 500  # px: desktop browsers make no narrower window
TAPPED_MS = 1_000  # the click of a tap follows it at once, or after 300 ms where the page can be zoomed


@dataclass(frozen=True, slots=True)
class FramePlan:
    """One frame to be shown: the time in the recording it shows, and for how long. `skipped_ms` follow it unseen.

    `speed` is how many times as fast as in the recording time passes until the next one.
    """

    at_ms: int
    lasts_ms: int
    skipped_ms: int = 0
    speed: int = 1


@dataclass(frozen=True, slots=True)
class DrawnClick:
    """A click in the recording; `count` is its place in a run of clicks on one spot, from 1.

    From `until_ms` on another page is shown, on which nothing was clicked yet.
    """

    at_ms: int
    count: int
    until_ms: float = math.inf


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture for `frame_plans[index]`, and the pointers of all plans since the last shot up to this one.

    The last shot of a clip has no picture: it carries the pointers of the plans that look like the one before.
    """

    index: int
    png: bytes | None
    points: Sequence[Point]


def frame_plans(
    start_ms: int,
    end_ms: int,
    fps: int,
    cuts: Sequence[tuple[int, int]] = (),
    fast: Sequence[tuple[int, int, int]] = (),
) -> list[FramePlan]:
    """Returns the frames of a clip. The `cuts` (from, to) are left out and get a card each; the `fast` stretches
    (from, to, speed) are shown so many times as fast. Both are in order and apart."""
    plans: list[FramePlan] = []
    at = start_ms
    for until, goes_on, speed in _stretches(end_ms, cuts, fast):
        count = max(0, (min(until, end_ms) - at) * fps // (1000 * speed))
        steps = [round(number * 1000 / fps) for number in range(count + 1)]
        plans += [FramePlan(at + step * speed, after - step, speed=speed) for step, after in pairwise(steps)]
        at += steps[-1] * speed
        if goes_on > until:
            plans.append(FramePlan(at, CARD_MS, goes_on - until))
            at = goes_on
    plans.append(FramePlan(end_ms, 1000 // fps))
    return plans


def _stretches(
    end_ms: int, cuts: Sequence[tuple[int, int]], fast: Sequence[tuple[int, int, int]]
) -> Iterator[tuple[int, int, int]]:
    """Yields the stretches of a clip: where each ends, where the next one goes on, and its speed."""
    for first, last, speed in sorted([*((*cut, 0) for cut in cuts), *fast]):
        yield first, first if speed else last, 1
        if speed:
            yield last, last, speed
    yield end_ms, end_ms, 1


def clicks(events: Iterable[JsonObject], origin: int, pages: Sequence[int] = ()) -> list[DrawnClick]:
    """Returns the clicks among events, in ms after `origin`; those in a row on one spot of one page are counted.

    `pages` are the times at which a page begins, in order. A tap has a click event as well as its touch; a swipe has
    none. Of a click on a label browsers make another one, on its field, at once.
    """
    drawn: list[DrawnClick] = []
    last_x = last_y = 0.0
    clicked: object = None  # what was clicked since the last press
    for event in events:
        data = event.get("data")
        if event.get("type") != 3 or not isinstance(data, dict) or data.get("source") != 2:
            continue
        x, y = data.get("x"), data.get("y")
        kind = data.get("type")
        if isinstance(kind, int) and kind in PRESSES:
            clicked = None
        if kind != Interaction.CLICK or not _place(x) or not _place(y):
            continue
        at, before, clicked = int(event["timestamp"]) - origin, clicked, data.get("id")
        of_label = before is not None and before != clicked and (x, y) == (last_x, last_y)
        if of_label and at - drawn[-1].at_ms <= LABEL_MS:
            continue
        near = abs(x - last_x) + abs(y - last_y) < TOGETHER_PX
        again = bool(drawn) and at - drawn[-1].at_ms < TOGETHER_MS and near and at < drawn[-1].until_ms
        following = bisect_right(pages, at)
        until = pages[following] if following < len(pages) else math.inf
        drawn.append(DrawnClick(at, drawn[-1].count + 1 if again else 1, until))
        last_x, last_y = x, y
    return drawn


def _place(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and abs(value) < FARTHEST


def touches(events: Sequence[JsonObject], origin: int, page_width: float) -> list[tuple[int, int]] | None:
    """Returns when fingers touched the screen (down, up), in ms after `origin`; None where it is a mouse that clicks.

    Browsers make mouse events of a tap, too, so what counts is whether clicks follow touches. Where no touch was
    recorded on a page that only phones show so narrow, presses are touches.
    """
    presses = list(_pointer_events(events, origin))
    spans: list[tuple[int, int]] = []
    by_finger = by_mouse = 0
    for at, kind in presses:
        if kind == Interaction.TOUCH_START:
            spans.append((at, at))
        elif spans and kind in (None, Interaction.TOUCH_END, Interaction.TOUCH_CANCEL):
            spans[-1] = spans[-1][0], at
        elif kind == Interaction.CLICK:
            tapped = bool(spans) and at - spans[-1][1] <= TAPPED_MS
            by_finger, by_mouse = by_finger + tapped, by_mouse + (not tapped)
    if spans or page_width >= NARROWEST_WINDOW:
        return spans if spans and by_finger >= by_mouse else None
    downs = [at for at, kind in presses if kind == Interaction.MOUSE_DOWN]
    ups = [at for at, kind in presses if kind in (Interaction.MOUSE_UP, Interaction.CLICK)]
    return [(down, ups[after] if (after := bisect_left(ups, down)) < len(ups) else down) for down in downs] or None


def _pointer_events(events: Iterable[JsonObject], origin: int) -> Iterator[tuple[int, object]]:
    """Yields when something was pressed or released, and the kind of it; None for a finger that moves."""
    for event in events:
        data = event.get("data")
        if event.get("type") == EventKind.CHANGE and isinstance(data, dict):
            if data.get("source") == IncrementalSource.MOUSE:
                yield int(event["timestamp"]) - origin, data.get("type")
            elif data.get("source") == IncrementalSource.TOUCH_MOVE:
                yield int(event["timestamp"]) - origin, None
