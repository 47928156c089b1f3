"""How alike two pictures are: SSIM after Wang et al. 2004, means over 8 x 8 windows, averaged over red, green, blue.

And where they are not: outlines, which a mean hides.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageSequence

from bot.replay.encode.frames import Frame
from bot.replay.encode.palette import unpack

Picture = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
WINDOW = 8
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(one: Picture, other: Picture) -> float:
    """Of two RGB pictures of one size."""
    return float(np.mean([_ssim(one[..., channel], other[..., channel]) for channel in range(3)]))


def mean_ssim(gif: bytes, frames: Iterable[Frame], every: int = 3, begins_ms: int = 0) -> tuple[float, float]:
    """Mean and least SSIM of a GIF against the frames that it was made from, at every n-th of them.

    The first of them comes `begins_ms` after the GIF's own first frame.
    """
    shown = _at_times(gif)
    found: list[float] = []
    current, passed = None, begins_ms
    for index, (pixels, lasts_ms) in enumerate(frames):
        current = current if pixels is None else unpack(pixels)
        if index % every == 0 and current is not None:
            found.append(ssim(current, shown(passed)))
        passed += lasts_ms
    return float(np.mean(found)), min(found)


def outline(shown: Picture, wanted: Picture) -> int:
    """Returns the pixels of the largest outline that is shown where nothing is: a ghost of what was there before.

    These are pixels beside a step of 2 or more of 255 in any channel where the wanted picture is flat (3 x 3 alike).
    """
    return _largest(_steps(shown, 2) & ~_steps(wanted, 1))


def last_picture(gif: bytes) -> Picture:
    return list(_pictures(gif))[-1][0]


def _steps(picture: Picture, least: int) -> Mask:
    """Returns the pixels that differ from one beside, above or below them."""
    values = picture.astype(np.int16)
    steps = np.zeros(picture.shape[:2], np.bool_)
    across, down = (np.abs(np.diff(values, axis=axis)).max(axis=2) >= least for axis in (1, 0))
    for part, differ in ((np.s_[:, 1:], across), (np.s_[:, :-1], across), (np.s_[1:], down), (np.s_[:-1], down)):
        steps[part] |= differ
    return steps


def _largest(mask: Mask) -> int:
    """Returns the size of the largest area of True, joined by its sides: runs of a row touch runs of the one above."""
    parent: list[int] = []
    size: list[int] = []

    def root(run: int) -> int:
        while parent[run] != run:
            run = parent[run]
        return run

    above: list[tuple[int, int, int]] = []
    for row in mask:
        edges = np.flatnonzero(np.diff(np.concatenate(([0], row.view(np.int8), [0])))).tolist()
        here = []
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            here.append((begin, end, len(parent)))
            parent.append(len(parent))
            size.append(end - begin)
            for other in (run for start, stop, run in above if start < end and begin < stop):
                one, two = root(other), root(here[-1][2])
                if one != two:
                    parent[two] = one
                    size[one] += size[two]
        above = here
    return max((pixels for run, pixels in enumerate(size) if parent[run] == run), default=0)


def _at_times(gif: bytes) -> Callable[[int], Picture]:
    """What the GIF shows at a time in ms."""
    pictures = list(_pictures(gif))
    ends = np.cumsum([lasts for _, lasts in pictures])
    return lambda moment: pictures[min(int(np.searchsorted(ends, moment, side="right")), len(pictures) - 1)][0]


def _pictures(gif: bytes) -> Iterator[tuple[Picture, int]]:
    with Image.open(io.BytesIO(gif)) as image:
        for frame in ImageSequence.Iterator(image):
            yield np.asarray(frame.convert("RGB")), int(frame.info["duration"])


def _ssim(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    x, y = one.astype(np.float64), other.astype(np.float64)
    mean_x, mean_y = _means(x), _means(y)
    spread_x, spread_y = _means(x * x) - mean_x**2, _means(y * y) - mean_y**2
    both = _means(x * y) - mean_x * mean_y
    nearness = (2 * mean_x * mean_y + C1) * (2 * both + C2)
    return float((nearness / ((mean_x**2 + mean_y**2 + C1) * (spread_x + spread_y + C2))).mean())


def _means(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    sums = np.pad(values, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    windows = sums[WINDOW:, WINDOW:] - sums[:-WINDOW, WINDOW:] - sums[WINDOW:, :-WINDOW] + sums[:-WINDOW, :-WINDOW]
    return np.asarray(windows / WINDOW**2)
