"""Few colours for many: a palette chosen from sampled pixels, and the nearest of its colours for every colour met.

Pixels are packed: one uint32 each, red in the lowest byte, then green and blue; the highest byte is zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint32]
Indices = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

SAMPLES = 60_000  # more pixels make the palette slower, not better
NONE = np.zeros(0, np.uint32)
COMMON = 16  # flat areas of a page keep their exact colours
CHUNK = 512  # colours compared with the palette at a time: fits the cache, and is too little for BLAS to use threads
ROUNDS = 3


def pack(rgb: npt.NDArray[np.uint8]) -> Pixels:
    """Rows of RGB bytes (height x width x 3) as packed pixels (height x width)."""
    packed = np.zeros((*rgb.shape[:2], 4), np.uint8)
    packed[..., :3] = rgb
    return packed.view("<u4")[..., 0]


def unpack(pixels: Pixels) -> npt.NDArray[np.uint8]:
    """Packed pixels of any shape as RGB bytes, with one more axis of length 3."""
    return np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)[..., :3]


def choose(
    pixels: Pixels,
    colours: int = 255,
    *,
    kept: Pixels = NONE,
    dear: Sequence[Pixels] = (),
    times: int = 1,
    thin: int = 1,
) -> Pixels:
    """At most `colours` colours that stand for `pixels`: all of them if there are so few, else a good choice.

    `kept` are among them as they are, those of which a pixel is; few, of which little may be seen. `dear` are some of
    the pixels that count so many times more; only one in `thin` of them is given.

    An octree gives the first guess; then the colours move to the middle of the pixels they stand for (k-means), and
    those that stand for none go where the error is largest.
    """
    step = max(1, (pixels.size + times * thin * sum(some.size for some in dear)) // SAMPLES)
    sample = np.concatenate([pixels[::step], *([some[:: max(1, step // thin)] for some in dear] * times)])
    distinct, counts = np.unique(sample, return_counts=True)
    if distinct.size <= colours:
        every = np.unique(pixels)
        if every.size <= colours:
            return every.astype(np.uint32)
    here = among(kept, pixels)
    common = distinct[_largest(counts, COMMON)]
    free = colours - COMMON - here.size
    moved = _moved(unpack(distinct).astype(np.float32), counts, _octree(sample, free), free)
    return np.unique(np.concatenate([here, common, moved])).astype(np.uint32)


def among(few: Pixels, pixels: Pixels) -> Pixels:
    """Returns those of few colours of which there is a pixel."""
    return few[[bool((pixels == colour).any()) for colour in few]]


def _octree(sample: Pixels, colours: int) -> Pixels:
    image = Image.fromarray(unpack(sample[None, :]))
    cut = image.quantize(max(2, colours), method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    return np.unique(pack(np.frombuffer(bytes(cut.getpalette() or ()), np.uint8).reshape(1, -1, 3)))


def _moved(distinct: Floats, counts: npt.NDArray[np.int64], start: Pixels, colours: int) -> Pixels:
    """Returns the palette after some rounds of k-means over distinct colours, each weighted by how often it occurs."""
    centres = unpack(start).astype(np.float32)
    for turn in range(ROUNDS):
        nearest = _nearest(distinct, centres)
        if turn < ROUNDS - 1:
            error = ((distinct - centres[nearest]) ** 2).sum(axis=1) * counts
            used = np.unique(nearest)
            worst = distinct[_largest(error, (colours - used.size) // 2)]
            centres = np.concatenate([centres[used], worst])
            nearest = _nearest(distinct, centres)
        weight = np.maximum(np.bincount(nearest, counts, len(centres)), 1)
        sums = [np.bincount(nearest, counts * distinct[:, channel], len(centres)) for channel in range(3)]
        centres = np.rint(np.stack([total / weight for total in sums], axis=1)).astype(np.float32)
    return np.unique(pack(centres.astype(np.uint8)[None]))


def _largest(values: npt.NDArray[np.float64] | npt.NDArray[np.int64], count: int) -> npt.NDArray[np.intp]:
    """Returns the places of the largest values, the largest first, equal ones in order. Sorts no more than it must."""
    if count <= 0:
        return np.zeros(0, np.intp)
    least = np.partition(values, -count)[-count] if count < values.size else values.min()
    places = np.flatnonzero(values >= least)
    return places[np.argsort(-values[places], kind="stable")[:count]]


def _nearest(colours: Floats, centres: Floats) -> npt.NDArray[np.intp]:
    doubled, lengths = 2 * centres.T, (centres * centres).sum(axis=1)
    parts = [(colours[at : at + CHUNK] @ doubled - lengths).argmax(axis=1) for at in range(0, len(colours), CHUNK)]
    return np.concatenate(parts)


def error(palette: Pixels, pixels: Pixels) -> float:
    """Mean squared distance between pixels and what the palette makes of them, over the three channels."""
    if not pixels.size:
        return 0.0
    distinct, counts = np.unique(pixels, return_counts=True)
    colours, centres = unpack(distinct).astype(np.float32), unpack(palette).astype(np.float32)
    away = ((colours - centres[_nearest(colours, centres)]) ** 2).sum(axis=1)
    return float((away * counts).sum() / (3 * pixels.size))


def renumbered(indices: Indices) -> tuple[Indices, npt.NDArray[np.intp]]:
    """Indices into only those colours that are used, and which those are: shorter tables, shorter codes."""
    used = np.flatnonzero(np.bincount(indices, minlength=256))
    numbers = np.zeros(256, np.uint8)
    numbers[used] = np.arange(used.size)
    return numbers[indices], used


class Finder:
    """Finds the nearest of a palette's colours, 255 at most, for any colour; remembers it while the palette stays."""

    def __init__(self, palette: Pixels) -> None:
        self.palette = palette
        # One place for each of 2**24 colours, 0 where nobody asked yet. There is one such table and not one for each
        # palette: to take 16 MB from the system costs more than to forget what was asked.
        self._answers = np.zeros(1 << 24, np.uint8)
        self._asked: list[Pixels] = []

    def turn_to(self, palette: Pixels) -> None:
        if palette is self.palette:
            return
        for asked in self._asked:
            self._answers[asked] = 0
        self._asked.clear()
        self.palette = palette

    def index(self, pixels: Pixels) -> Indices:
        """The nearest colour of the palette for each pixel, as its index."""
        answers = self._answers[pixels]
        strange = answers == 0
        if strange.any():
            new = np.unique(pixels[strange])
            # The sums are of whole numbers below 2**24, exact in float32: they never depend on their order.
            nearest = _nearest(unpack(new).astype(np.float32), unpack(self.palette).astype(np.float32))
            self._answers[new] = nearest + 1
            self._asked.append(new)
            answers = self._answers[pixels]
        answers -= 1
        return answers
