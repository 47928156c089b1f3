"""Few colours make bands of a gentle gradient. Here they are softened: near the edge of a band both colours mix.

Only where the page is smooth, so that letters and lines stay sharp, and by a fixed pattern, which compresses well and
never flickers (ordered dithering after Bayer 1973, at a part of its strength).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bot.replay.encode.palette import Finder, Floats, Indices, Pixels, pack, unpack

REACH = 16  # px on each side that must look alike
ALIKE = 5  # of 255 in each channel, over that distance: steeper gradients make bands too narrow to be seen
STRENGTH = 0.65  # 1 would mix over the whole width of a band
FAR = 40**2  # colours further apart than this are not steps of one gradient
PATTERN = (np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) + 0.5) / 16
MIX = (0.5 + (PATTERN - 0.5) * STRENGTH).astype(np.float32)

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


def softened(pixels: Pixels, new: Mask, chosen: Indices, finder: Finder, place: tuple[int, int]) -> Indices:
    """Indices for the `new` pixels of a box like `chosen`, but mixed in gentle gradients.

    `place` is the top and left of the box in the frame, so that the pattern stands still.
    """
    inexact = np.flatnonzero(finder.palette[chosen] != pixels[new])
    if not inexact.size:
        return chosen
    rows, columns = np.divmod(np.flatnonzero(new)[inexact], new.shape[1])
    smooth = gentle(pixels, rows, columns, flat=False)  # one colour has no bands
    inexact, rows, columns = inexact[smooth], rows[smooth], columns[smooth]
    exact, first = _colours(pixels[rows, columns]), _colours(finder.palette[chosen[inexact]])
    # The colour on the other side of the wanted one is the next step of the gradient.
    beyond = np.clip(np.rint(2.5 * exact - 1.5 * first), 0, 255).astype(np.uint8)
    other = finder.index(pack(beyond[None])[0])
    step = _colours(finder.palette[other]) - first
    length = (step * step).sum(axis=1)
    share = ((exact - first) * step).sum(axis=1) / np.maximum(length, 1)
    mixed = (share > MIX[(rows + place[0]) % 4, (columns + place[1]) % 4]) & (length < FAR)
    softer = chosen.copy()
    softer[inexact[mixed]] = other[mixed]
    return softer


def gentle(pixels: Pixels, rows: Places, columns: Places, *, flat: bool = True) -> Mask:
    """At which of the places the pixels `REACH` away, to all four sides, are alike. Never at the border of the box.

    Without `flat` ones that is where they are not all equal.
    """
    height, width = pixels.shape
    smooth: Mask = (rows >= REACH) & (rows < height - REACH) & (columns >= REACH) & (columns < width - REACH)
    left, every = np.flatnonzero(smooth), pixels.ravel()
    places = rows[left] * width + columns[left]
    here, varied = every[places], np.full(left.size, flat)
    for away in (REACH, REACH * width, -REACH, -REACH * width):
        there = every[places + away]
        alike = _alike(here, there)
        varied |= here != there
        left, places, here, varied = left[alike], places[alike], here[alike], varied[alike]
    smooth[:] = False
    smooth[left[varied]] = True
    return smooth


def _alike(some: Pixels, others: Pixels) -> Mask:
    one, other = some.view(np.uint8), others.view(np.uint8)
    far = np.maximum(one, other) - np.minimum(one, other) > ALIKE
    alike: Mask = np.logical_not(far.view(np.uint32))
    return alike


def _colours(pixels: Pixels) -> Floats:
    return unpack(pixels).astype(np.float32)
