"""What few colours and pixels that are left as they are do to a picture, and how it is mended.

Bands: few colours make bands of a gentle gradient, so its pixels are found, to count more when colours are chosen.

Ghosts: outlines of what was there before, in a picture whose pixels were left as they were if nearly right. One such
pixel is never seen. Many keep a shape: two neighbours that should be of one colour are shown in two. To look for such
pairs takes a millisecond or two in 800 x 500 px. Only what they stand for is written anew: that is flat, so it costs
few bytes, and gradients, whose pixels are nearly right by the thousand, are left alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bot.replay.encode.palette import Finder, Pixels

SEEN = 2  # of 255 in a channel: neighbours further apart than one step show an edge
NEAR = 5  # of 255 in a channel: what a palette could show no nearer than this stays as it is
SOME = 0.002  # of the picture: fewer pixels that were left are not worth a look before the end
PART = 0.03  # of the picture: what comes or goes is larger, a pointer and its rings are smaller
LINE = 12  # pairs of one colour: fewer are no outline, but the steps of a gradient

Mask = npt.NDArray[np.bool_]
Box = tuple[int, int, int, int]
"""Top, bottom, left, right; bottom and right are outside."""


def inside(box: Box) -> tuple[slice, slice]:
    return slice(box[0], box[1]), slice(box[2], box[3])


def bounds(mask: Mask) -> Box | None:
    """Returns the smallest box that holds every True, or None."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    return top, bottom, int(columns[0]), int(columns[-1]) + 1


def differing(some: Pixels, others: Pixels, allowed: int) -> Mask:
    """Returns where pixels are further apart than `allowed` in any channel."""
    one, other = (np.ascontiguousarray(side).view(np.uint8) for side in (some, others))
    far = np.maximum(one, other) - np.minimum(one, other) > allowed
    differ: Mask = far.view(np.uint32) != 0
    return differ


class LeftPixels:
    """What a picture should show, and which of its pixels were left as they were although the page changed there."""

    def __init__(self, height: int, width: int) -> None:
        self.box: Box = 0, height, 0, width
        self.wanted = np.zeros((height, width), np.uint32)
        self._left = np.zeros((height, width), np.bool_)
        self._count = 0

    def note(self, box: Box, pixels: Pixels, changed: Mask, new: Mask) -> None:
        """Takes in a frame: of the `changed` pixels in its box those that are not `new` are left as they are shown."""
        here = inside(box)
        self.wanted[here] = pixels
        left, part = changed & ~new, self._left[here]
        part &= ~changed
        part |= left
        self._count += int(np.count_nonzero(left))
        covered = int(np.count_nonzero(new))
        if covered > PART * self.wanted.size:  # a part of what was left before may be covered now
            self._count += covered

    def many(self, *, last: bool) -> bool:
        """Whether there is something to look for: since the last time, or at all where no other time comes."""
        return bool(self._left.any()) if last else self._count > SOME * self.wanted.size

    def ghosts(self, shown: Pixels, finder: Finder) -> Mask | None:
        """Returns the left pixels that show an outline where the page has none, and all others of their colours.

        None when there are none. `finder` has the colours to write them in.
        """
        self._count = 0
        wanted, shown, left = self.wanted.ravel(), shown.ravel(), self._left.ravel()
        width = self.wanted.shape[1]
        pairs = np.concatenate([_split(wanted, shown, left, step) for step in (1, width)])
        colours, counts = np.unique(pairs, return_counts=True)
        colours = colours[counts >= LINE]
        if not colours.size:
            return None
        places = np.flatnonzero(left)
        places = places[np.isin(wanted[places], colours)]
        better = finder.palette[finder.index(wanted[places])]
        places = places[(better != shown[places]) & (_apart(better, wanted[places]) <= NEAR)]
        found = np.zeros(wanted.size, np.bool_)
        found[places] = True
        return found.reshape(self.wanted.shape) if places.size else None


def _split(wanted: Pixels, shown: Pixels, left: Mask, step: int) -> Pixels:
    """Returns the colour of each pixel that should be like the one `step` on and is not, where one of both was left."""
    pairs = wanted[step:] == wanted[:-step]
    pairs &= shown[step:] != shown[:-step]
    pairs &= left[step:] | left[:-step]
    first = np.flatnonzero(pairs)
    colours: Pixels = wanted[first[_apart(shown[first], shown[first + step]) >= SEEN]]
    return colours


def _apart(some: Pixels, others: Pixels) -> npt.NDArray[np.uint8]:
    """Returns how far pixels are apart in the channel where they are furthest."""
    one, other = (np.ascontiguousarray(side).view(np.uint8).reshape(-1, 4) for side in (some, others))
    far: npt.NDArray[np.uint8] = (np.maximum(one, other) - np.minimum(one, other)).max(axis=1)
    return far


REACH = 16  # px on each side that must look alike
ALIKE = 5  # of 255 in each channel, over that distance: steeper gradients make bands too narrow to be seen

Places = npt.NDArray[np.intp]


def gentle(pixels: Pixels, rows: Places, columns: Places) -> Mask:
    """At which of the places the pixels `REACH` away, to all four sides, are alike. Never at the border of the box."""
    height, width = pixels.shape
    smooth: Mask = (rows >= REACH) & (rows < height - REACH) & (columns >= REACH) & (columns < width - REACH)
    left, every = np.flatnonzero(smooth), pixels.ravel()
    places = rows[left] * width + columns[left]
    here = every[places]
    for away in (REACH, REACH * width, -REACH, -REACH * width):
        there = every[places + away]
        alike = _alike(here, there)
        left, places, here = left[alike], places[alike], here[alike]
    smooth[:] = False
    smooth[left] = True
    return smooth


def _alike(some: Pixels, others: Pixels) -> Mask:
    one, other = some.view(np.uint8), others.view(np.uint8)
    far = np.maximum(one, other) - np.minimum(one, other) > ALIKE
    alike: Mask = np.logical_not(far.view(np.uint32))
    return alike
