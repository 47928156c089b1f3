"""Slows flashes down to three a second where they fill more than a quarter of the picture (WCAG 2.3.1).

A flash is a pair of opposing changes. A general one changes the relative luminance by a tenth or more, the darker of
both below 0.8; a red one goes to or from a saturated red, R / (R + G + B) of 0.8 or more, and changes (R - G - B) x 320
by more than 20 (the working definition of WCAG 2.1). Frames are shown longer, none is lost. A grid of points stands for
the picture.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from bot.replay.encode.frames import Frame
from bot.replay.encode.palette import Floats, Pixels, unpack

AREA = 0.25  # of the picture
CHANGES = 6  # in a second: three flashes
SECOND_MS = 1020  # with what may be lost where times are rounded to hundredths
FEW = AREA / 10  # of the picture: fewer points change at once in no flash that fills the area
POINTS = 64  # along the shorter side

LUMINANCE, DARKER = 0.1, 0.8
RED, SATURATED = 20 / 320, 0.8
WEIGHTS = np.array([0.2126, 0.7152, 0.0722], np.float32)
SRGB = np.arange(256) / 255
LINEAR = np.where(SRGB <= 0.03928, SRGB / 12.92, ((SRGB + 0.055) / 1.055) ** 2.4).astype(np.float32)


class FlashGuard:
    """Passes frames on; holds back the last one, and a second of them while something flashes.

    `added_ms` is how much longer the frames last than they came.
    """

    def __init__(self) -> None:
        self.added_ms = 0
        self._starts = [0]  # ms at which each frame so far is shown, and the end of the last one
        self._held: list[Pixels | None] = []
        self._wary_until_ms = 0
        self._points: Pixels = np.zeros(0, np.uint32)
        self._swings: tuple[Swings, ...] = ()

    def slowed(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """Yields the same frames, longer where changes follow each other too fast."""
        for pixels, lasts_ms in frames:
            if pixels is not None:
                self._note_changes(pixels)
            now = self._starts[-1]
            self._held.append(pixels)
            self._starts.append(now + lasts_ms)
            ready = now - SECOND_MS if now < self._wary_until_ms else now
            while len(self._held) > 1 and self._starts[-len(self._held)] <= ready:
                yield self._first()
        while self._held:
            yield self._first()

    def _first(self) -> Frame:
        begins, ends = self._starts[-len(self._held) - 1 :][:2]
        return self._held.pop(0), ends - begins

    def _note_changes(self, pixels: Pixels) -> None:
        """Takes in a picture that comes now; those before it last longer where it is a change too many."""
        step = max(1, min(pixels.shape) // POINTS)
        before, points = self._points, pixels[step // 2 :: step, step // 2 :: step].ravel()
        if not before.size:
            luminance, red = _levels(points)
            self._points, self._swings = points, (Swings(luminance, LUMINANCE, DARKER), Swings(red, RED, np.inf))
            return
        places = np.flatnonzero(before != points)
        if places.size <= FEW * points.size:
            return  # a pointer, a word: not enough yet that differs from the picture that was looked at last
        self._points = points
        for swings, levels in zip(self._swings, _levels(points[places]), strict=True):
            changed = swings.take(places, levels, len(self._starts) - 1)
            if changed > FEW * self._points.size:
                self._slow_down(swings)

    def _slow_down(self, swings: Swings) -> None:
        starts, enough = np.array(self._starts), AREA * self._points.size
        first, last = starts[swings.numbers[0]], starts[swings.numbers[-1]]
        fast = (swings.numbers[0] >= 0) & (last - first < SECOND_MS) & (starts[-1] - last < SECOND_MS)
        if np.count_nonzero(fast) > enough:
            fast &= swings.numbers[-1] == len(starts) - 1
            self._stretch(int(swings.numbers[0, fast].max(initial=-1)))
        recent = (swings.numbers[-2] >= 0) & (starts[-1] - starts[swings.numbers[-2]] < SECOND_MS)
        if np.count_nonzero(recent) > enough:
            self._wary_until_ms = self._starts[-1] + SECOND_MS

    def _stretch(self, first: int) -> None:
        """Makes the shortest frames from `first` on longer, until a second has passed since that one came."""
        if first < 0:
            return
        lacking = SECOND_MS - (self._starts[-1] - self._starts[first])
        begin = max(first, len(self._starts) - 1 - len(self._held))
        lasts = np.diff(self._starts[begin:])
        least = bisect_left(range(SECOND_MS), lacking, key=lambda ms: int(np.maximum(0, ms - lasts).sum()))
        longer = self._starts[begin] + np.cumsum(np.maximum(lasts, least))
        self.added_ms += int(longer[-1]) - self._starts[-1]
        self._starts[begin + 1 :] = longer.tolist()


class Swings:
    """Counts opposing changes of a level at each point: from a peak to a valley or back, by at least `least`.

    `numbers` (changes x points) are the frames that brought the last ones, the latest at the end; -1 is none.
    """

    def __init__(self, levels: Floats, least: float, darker: float) -> None:
        self.numbers = np.full((CHANGES + 1, levels.size), -1)
        self._least, self._darker = least, darker
        self._high, self._low = levels.copy(), levels.copy()
        self._turn = np.zeros(levels.size, np.int8)  # 1: it rose last, -1: it fell

    def take(self, places: npt.NDArray[np.intp], levels: Floats, number: int) -> int:
        """Takes in the levels of some points in a frame; returns how many of them have changed back."""
        turn = self._turn[places]
        high, low = np.maximum(self._high[places], levels), np.minimum(self._low[places], levels)
        falls = (turn >= 0) & (high - levels >= self._least) & (levels < self._darker)
        rises = (turn <= 0) & (levels - low >= self._least) & (low < self._darker)
        self._high[places], self._low[places] = np.where(rises, levels, high), np.where(falls, levels, low)
        self._turn[places] = np.where(falls, -1, np.where(rises, 1, turn))
        changed = places[falls | rises]
        self.numbers[:, changed] = np.concatenate([self.numbers[1:, changed], np.full((1, changed.size), number)])
        return changed.size


def _levels(points: Pixels) -> tuple[Floats, Floats]:
    """Returns the relative luminance of each point, and how red it is: 0 where that red is not saturated."""
    linear = LINEAR[unpack(points)]
    red = 2 * linear[:, 0] - linear.sum(axis=1)
    saturated = (linear[:, 0] >= SATURATED * linear.sum(axis=1)) & (red > 0)
    luminance: Floats = linear @ WEIGHTS
    return luminance, np.where(saturated, red, np.float32(0))
