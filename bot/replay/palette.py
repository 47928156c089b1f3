"""Few colours for many: a palette chosen from sampled pixels, and the nearest of its colours for every colour met.

Pixels are packed: one uint32 each, red in the lowest byte, then green and blue; the highest byte is zero.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint32]
Indices = npt.NDArray[np.uint8]

SAMPLES = 60_000  # more pixels make the palette slower, not better
COMMON = 16  # flat areas of a page keep their exact colours
UNKNOWN = -1
CHUNK = 8192  # colours compared with the palette at a time: 8 MB of distances


def pack(rgb: npt.NDArray[np.uint8]) -> Pixels:
    """Rows of RGB bytes (height x width x 3) as packed pixels (height x width)."""
    packed = np.zeros((*rgb.shape[:2], 4), np.uint8)
    packed[..., :3] = rgb
    return packed.view("<u4")[..., 0]


def unpack(pixels: Pixels) -> npt.NDArray[np.uint8]:
    """Packed pixels of any shape as RGB bytes, with one more axis of length 3."""
    return np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)[..., :3]


def choose(pixels: Pixels, colours: int = 255) -> Pixels:
    """At most `colours` colours that stand for `pixels`: all of them if there are so few, else the middles of
    a median cut, moved once towards their pixels (k-means), and the most common colours as they are."""
    sample = pixels[:: max(1, pixels.size // SAMPLES)]
    found, counts = np.unique(sample, return_counts=True)
    if found.size <= colours:
        every = np.unique(pixels)
        if every.size <= colours:
            return every.astype(np.uint32)
    common = found[np.argsort(-counts, kind="stable")[:COMMON]]
    cut = Image.fromarray(unpack(sample[None, :])).quantize(
        max(2, colours - COMMON), method=Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE
    )
    entries = np.frombuffer(bytes(cut.getpalette() or ()), np.uint8).reshape(1, -1, 3)
    return np.unique(np.concatenate([common, pack(entries)[0]]))[:colours].astype(np.uint32)


class Palette:
    """A chosen palette. Looks up every colour once; the table of answers takes 32 MB and is reused by `renew`."""

    def __init__(self) -> None:
        self._answers = np.full(1 << 24, UNKNOWN, np.int16)
        self.colours: Pixels = np.zeros(0, np.uint32)

    def renew(self, colours: Pixels) -> None:
        self._answers.fill(UNKNOWN)
        self.colours = colours
        rgb = unpack(colours).astype(np.float32)
        self._doubled = 2 * rgb.T
        self._lengths = (rgb * rgb).sum(axis=1)

    def index(self, pixels: Pixels) -> Indices:
        """The nearest colour of the palette for each pixel, as its index."""
        answers = self._answers[pixels]
        strange = answers == UNKNOWN
        if strange.any():
            new = np.unique(pixels[strange])
            for start in range(0, new.size, CHUNK):
                part = new[start : start + CHUNK]
                # Whole numbers below 2**24 are exact in float32: the answer never depends on the order of sums.
                nearness = unpack(part).astype(np.float32) @ self._doubled - self._lengths
                self._answers[part] = nearness.argmax(axis=1)
            answers = self._answers[pixels]
        return answers.astype(np.uint8)

    def error(self, pixels: Pixels) -> float:
        """Mean squared distance between pixels and what the palette makes of them, over the three channels."""
        if not pixels.size:
            return 0.0
        away = unpack(self.colours[self.index(pixels)]).astype(np.int16) - unpack(pixels)
        return float((away.astype(np.int32) ** 2).mean())
