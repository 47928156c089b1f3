"""Which palette the frames of a GIF are written in: one for each scene, and coarser ones for what moves."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bot.replay.encode.draw import BLUE, RED
from bot.replay.encode.palette import Pixels, among, choose, error, pack

COLOURS = 255  # and one for transparent pixels
MOVING_COLOURS = 127  # likewise; each frame of a movement is seen for a moment, and a page that rests is written anew
TOLERANCE = 5.0  # mean squared error, of 255**2, above which frames get a palette of their own
SMALL_TOLERANCE = 15.0  # the same for frames that change less than one whole picture
SAMPLED = 5_000  # pixels by which to see how well a palette serves
BANDS = 9  # times that pixels of gentle gradients count more for a palette than others: their bands are seen most
THIN = 3  # so many of them are represented by one
OURS = pack(np.array([[RED, BLUE]], np.uint8)).ravel()
"""What marks a click and the time: a few px, which would have the colour of something on the page."""
KEPT = 4  # palettes of scenes that are remembered


class ScenePalettes:
    """Palettes of at most `colours` colours for frames of so many pixels."""

    def __init__(self, colours: int, frame_size: int) -> None:
        self._wanted = colours
        self._frame_size = frame_size
        self._known: list[Pixels] = []
        self.own: Pixels | None = None
        """The file's own, which frames needn't bring along: the first one."""

    def for_scene(self, fresh: Pixels, dear: Iterable[Pixels]) -> Pixels:
        """Returns one that serves the `fresh` pixels: a known one, else a new one.

        `dear` yields, where it is needed, one in `THIN` of the pixels whose bands would be seen.
        """
        sample = fresh[:: max(1, fresh.size // SAMPLED)]
        allowed = SMALL_TOLERANCE if fresh.size < self._frame_size else TOLERANCE
        allowed *= (COLOURS / self._wanted) ** 2  # with fewer colours none fits as well
        ours = among(OURS, fresh)
        for known in self._known:
            if error(known, sample) <= allowed and np.isin(ours, known).all():
                return known
        palette = self._first(choose(fresh, self._wanted, kept=OURS, dear=list(dear), times=BANDS, thin=THIN))
        # The first one stays; of the others the latest are kept, for scenes that come back.
        self._known = [*self._known[:1], palette, *self._known[1 : KEPT - 1]]
        return palette

    def for_movement(self, fresh: Pixels) -> Pixels:
        """Returns a coarser one for the `fresh` pixels, which serves nothing else: no other would do so as well."""
        return self._first(choose(fresh, min(self._wanted, MOVING_COLOURS), kept=OURS))

    def _first(self, palette: Pixels) -> Pixels:
        self.own = palette if self.own is None else self.own
        return palette
