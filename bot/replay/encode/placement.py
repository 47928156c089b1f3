"""Where pointer, mark and counter stand on a frame: beside the label they are about, never on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.replay.encode.palette import Pixels
from bot.replay.model import Point

Rect = tuple[int, int, int, int]
"""Left, top, right and bottom in px of the picture; right and bottom are outside."""

GAP = 2  # px between a label and what stands beside it
BEYOND = 2  # widths of the counter, so far from what was pressed it still is about that
SHARP = 60  # of 255, from one px to the next
INK_STEP = 0.04  # of a place's px; less is an edge of a box, or a speck
LARGE = 1 / 6  # of the picture: what is larger is marked at the pointer, not outlined


@dataclass(frozen=True, slots=True)
class PointerSurroundings:
    """What the stage says about a frame, in px of the clip. `pressed` is the outline of what was pressed last.

    `labels` are what can be read on it, and on what is pressed next.
    """

    spot: tuple[int, int] | None = None
    pressed: Rect | None = None
    labels: tuple[Rect, ...] = ()


def surroundings(point: Point, factor: float, width: int, height: int) -> PointerSurroundings:
    """Returns what stands near the pointer on a page of that size; whatever is no rectangle in it is left out."""
    if point is None or not _finite(point[:2]):
        return PointerSurroundings()
    spot = round(point[0] * factor), round(point[1] * factor)
    rects = [_rect(some, factor, width, height) for some in point[2:]]
    pressed, label, _, coming = (*rects, None, None, None, None)[:4]
    if pressed and _area(pressed) > LARGE * width * height:
        pressed = label
    if pressed and label:
        pressed = _with_room(pressed, label, width, height)
    return PointerSurroundings(spot, pressed, tuple(label for label in (label, coming) if label))


def apart(rect: Rect, labels: Sequence[Rect], bounds: tuple[int, int]) -> Rect:
    """Returns the place nearest to `rect` where it is inside of the bounds (width, height) and covers no label.

    Where there is none, the one where it covers least.
    """
    if not any(covered(rect, label) for label in labels):
        return rect
    width, height = rect[2] - rect[0], rect[3] - rect[1]
    places = [_inside(place, bounds) for label in labels for place in _around(label, rect, width, height)]

    def cost(place: Rect) -> tuple[int, float]:
        hidden = sum(covered(place, label) for label in labels)
        return hidden, math.hypot(place[0] - rect[0], place[1] - rect[1])

    return min(places, key=cost)


def counter_place(
    size: tuple[int, int], pressed: Rect, taken: Sequence[Rect], bounds: tuple[int, int], page: Pixels | None = None
) -> Rect:
    """Returns where a counter of that width and height stands: on the upper right corner if it is free, else around.

    In a list there is mostly room on the right alone, beyond the pointer.
    Never on what is `taken` if there is another place, and of the others on one where the `page` has no words.
    """
    width, height = size
    left, top, right, bottom = pressed
    middle = (left + right - width) // 2, (top + bottom - height) // 2
    corners = (
        (right - width // 2, top - height // 2),
        (right + GAP, top - height // 2),
        (right + GAP, middle[1]),
        (middle[0], top - height - GAP),
        (left - width - GAP, middle[1]),
        (middle[0], bottom + GAP),
        *((other[2] + GAP, middle[1]) for other in taken if 0 < other[2] - right <= BEYOND * width),
    )
    places = [_inside((x, y, x + width, y + height), bounds) for x, y in corners]
    hidden = [sum(covered(place, other) for other in taken) for place in places]
    words = [0 if page is None else _written(page, place) for place in places]
    return places[min(range(len(places)), key=lambda at: (hidden[at], words[at]))]


def _written(page: Pixels, place: Rect) -> int:
    """How much of a place looks like letters, by the sharp edges in its rows; in steps."""
    left, top, right, bottom = place
    green = (page[top:bottom, left:right] >> 8 & 0xFF).astype(np.int16)
    sharp = np.abs(np.diff(green, axis=1)) > SHARP
    return round(float(sharp.mean()) / INK_STEP) if sharp.size else 0


def covered(one: Rect, other: Rect) -> int:
    """Returns how many px two rectangles have in common."""
    across, down = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return max(0, across) * max(0, down)


def _around(label: Rect, rect: Rect, width: int, height: int) -> Iterable[Rect]:
    left, top, right, bottom = label
    for x, y in (
        (rect[0], bottom + GAP),
        (right + GAP, rect[1]),
        (rect[0], top - height - GAP),
        (left - width - GAP, rect[1]),
    ):
        yield x, y, x + width, y + height


def _inside(rect: Rect, bounds: tuple[int, int]) -> Rect:
    width, height = rect[2] - rect[0], rect[3] - rect[1]
    left = max(0, min(rect[0], bounds[0] - width))
    top = max(0, min(rect[1], bounds[1] - height))
    return left, top, left + width, top + height


def _rect(values: object, factor: float, width: int, height: int) -> Rect | None:
    """Returns what of a rectangle is in the picture; None where nothing is."""
    if not isinstance(values, list | tuple) or len(values) != 4 or not _finite(values):
        return None
    left, top, right, bottom = (value * factor for value in values)
    rect = (
        math.floor(max(0, min(left, width))),
        math.floor(max(0, min(top, height))),
        math.ceil(max(0, min(right, width))),
        math.ceil(max(0, min(bottom, height))),
    )
    return rect if rect[2] > rect[0] and rect[3] > rect[1] else None


def _with_room(pressed: Rect, label: Rect, width: int, height: int) -> Rect:
    """Returns an outline that does not touch the letters of the label."""
    return (
        max(0, min(pressed[0], label[0] - GAP)),
        max(0, min(pressed[1], label[1] - GAP)),
        min(width, max(pressed[2], label[2] + GAP)),
        min(height, max(pressed[3], label[3] + GAP)),
    )


def _finite(values: Iterable[object]) -> bool:
    return all(isinstance(value, int | float) and math.isfinite(value) for value in values)


def _area(rect: Rect) -> int:
    return (rect[2] - rect[0]) * (rect[3] - rect[1])
