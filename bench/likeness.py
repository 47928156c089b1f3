"""How alike two pictures are: SSIM after Wang et al. 2004, means over 8 x 8 windows, averaged over red, green, blue."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageSequence

from bot.replay.encode.frames import Frame
from bot.replay.encode.palette import unpack

Picture = npt.NDArray[np.uint8]
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
