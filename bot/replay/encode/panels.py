"""Several clips in one picture: panels side by side below their headings, with one clock for all of them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

import numpy as np
from PIL import Image, ImageDraw

from bot.replay.encode.draw import INK, PAPER, plain, wrapped
from bot.replay.encode.frames import Frame
from bot.replay.encode.palette import Pixels, pack
from bot.replay.lettering import Lettering

LETTERS = 34  # the picture is so many times as wide as letters are high: 10 px where it is shown at 360
GAP = 0.01  # of the picture's width, between panels
LINES = 3  # of a heading at most: beside two desks a phone is a fifth of the picture wide
STEP = 1.25  # from line to line, in heights of letters
BEHIND = (236, 239, 243)


def letters_of(width: int) -> int:
    """Returns how high the letters above and below panels are, in px, in a picture of that width."""
    return max(12, width // LETTERS)


@dataclass(frozen=True, slots=True)
class PanelFrames:
    """The frames of one panel. Its first one is held for `delay_ms` more, its last one until all panels have ended."""

    heading: str
    width: int
    delay_ms: int
    frames: Iterable[Frame]


@dataclass(frozen=True, slots=True)
class PanelRow:
    """Where panels of these widths stand, below their headings; in px."""

    widths: tuple[int, ...]
    headings: tuple[str, ...]
    lines: tuple[list[str], ...] = field(init=False)
    """Each heading in as many lines as it takes; a dot between two of its parts stands at no end of a line."""
    band: int = field(init=False)
    """Height of the headings: that of the one with the most lines."""

    def __post_init__(self) -> None:
        size, writing = self.letters, Lettering(self.letters)
        shown = zip(self.widths, self.headings, strict=True)
        headings = [wrapped(plain(heading), writing, width - size, LINES) for width, heading in shown]
        lines = tuple([line.removesuffix(" ·").removeprefix("· ") for line in lines] for lines in headings)
        most = max(len(each) for each in lines)
        object.__setattr__(self, "lines", lines)
        object.__setattr__(self, "band", (round(size * (1.7 + STEP * (most - 1))) + 1) // 2 * 2)

    @property
    def gap(self) -> int:
        return max(4, round(sum(self.widths) * GAP)) if len(self.widths) > 1 else 0

    @property
    def width(self) -> int:
        return (sum(self.widths) + self.gap * (len(self.widths) - 1) + 1) // 2 * 2

    @property
    def lefts(self) -> list[int]:
        return [sum(self.widths[:n]) + self.gap * n for n in range(len(self.widths))]

    @property
    def letters(self) -> int:
        return letters_of(self.width)

    def empty(self, height: int) -> Pixels:
        """Returns the picture with its headings, and room below them for panels of that height."""
        size, band = self.letters, self.band
        image = Image.new("RGB", (self.width, band + (height + 1) // 2 * 2), BEHIND)
        pen, writing = ImageDraw.Draw(image), Lettering(size)
        for left, width, lines in zip(self.lefts, self.widths, self.lines, strict=True):
            pen.rectangle((left, 0, left + width - 1, band - 1), fill=INK)
            for number, line in enumerate(lines):
                middle = size * (0.85 + STEP * number)
                writing.draw(image, (left + size / 2, middle), line, PAPER, "lm")
        return pack(np.asarray(image))

    def put(self, picture: Pixels, number: int, pixels: Pixels) -> None:
        """Shows the pixels in a panel."""
        height, width = pixels.shape
        left = self.lefts[number]
        picture[self.band : self.band + height, left : left + width] = pixels


def side_by_side(panels: Sequence[PanelFrames]) -> Iterator[Frame]:
    """Yields the frames of the picture: one whenever a panel changes, until the last panel has ended."""
    row = PanelRow(tuple(panel.width for panel in panels), tuple(panel.heading for panel in panels))
    picture: Pixels | None = None
    pending: Pixels | None = None
    since = end = 0
    changes = heapq.merge(*(_changes(number, panel) for number, panel in enumerate(panels)), key=itemgetter(0))
    for end, together in groupby(changes, key=itemgetter(0)):
        new = {number: pixels for _, number, pixels in together if pixels is not None}
        if not new:
            continue  # a panel has ended
        if end > since:
            yield pending, end - since
            since = end
        if picture is None:  # all panels begin at once
            picture = row.empty(max(len(pixels) for pixels in new.values()))
        for number, pixels in new.items():
            row.put(picture, number, pixels)
        pending = picture.copy()
    yield pending, end - since


def picture_at(frames: Iterable[Frame], at_ms: int) -> Pixels:
    """Returns what is shown that long after the beginning. Raises ValueError without frames."""
    shown, passed = None, 0
    for pixels, lasts_ms in frames:
        if passed > at_ms and shown is not None:
            break
        shown = shown if pixels is None else pixels
        passed += lasts_ms
    if shown is None:
        raise ValueError("a clip has a frame")
    return shown


def _changes(number: int, panel: PanelFrames) -> Iterator[tuple[int, int, Pixels | None]]:
    """Yields when a panel shows something new, in ms, and in the end when it ends."""
    at, held = 0, panel.delay_ms
    for pixels, lasts_ms in panel.frames:
        if pixels is not None:
            yield at, number, pixels
        at, held = at + lasts_ms + held, 0
    yield at, number, None
