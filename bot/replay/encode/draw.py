"""What we draw on the frames ourselves: pointer, click rings, counter, the card of a cut, and the strip below."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from bot.replay.encode.palette import Pixels, pack
from bot.replay.lettering import Lettering, whole

Sprite = npt.NDArray[np.uint8]
"""Height x width x 4, RGBA."""

RED = (229, 57, 53)
INK = (20, 23, 31)
PAPER = (255, 255, 255)
GREY = (74, 80, 94)
QUIET = (168, 176, 190)
BLUE = (96, 165, 250)

SMOOTH = 4  # sprites are drawn this much larger, then reduced
ARROW = ((1, 1), (1, 15), (4.6, 11.8), (7, 17.5), (9.6, 16.4), (7.2, 10.9), (12, 10.9))
RINGS = ((9, 1.0), (13, 0.8), (17, 0.5), (20, 0.25))
"""Radius in px at a width of 800, and opacity, of a click's ring in each tenth of a second after it."""

MOST_LINES = 4  # of a caption: names and errors are limited, so the longest takes three or four in a narrow clip
JOINERS = "\u200c\u200d"  # say how letters join; all others that are not seen say nothing here
STEPS = 40  # of the timeline: if it moved smoothly, no frame would ever equal the one before


class Writing(Protocol):
    """A font, or whatever measures text."""

    def getlength(self, text: str, /) -> float: ...


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes in px for a clip of this width, so that it can be read at 800 px, at 400, and at 800 shown at 400."""

    width: int
    unit: float = field(init=False)
    text: int = field(init=False)
    strip: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", max(0.75, self.width / 800))
        # A clip of a phone is narrow, and shown about as wide as any other.
        object.__setattr__(self, "text", max(13, round(self.width / 40), min(16, round(self.width / 30))))
        object.__setattr__(self, "strip", (self.text * 2 + 4) // 2 * 2)  # even: H.264 wants it

    @property
    def bar(self) -> int:
        """Height of the timeline."""
        return max(3, round(self.width / 160))


@lru_cache(maxsize=8)
def arrow(unit: float) -> Sprite:
    size = unit * 1.25
    big = size * SMOOTH
    image = Image.new("RGBA", (round(14 * big), round(20 * big)))
    points = [(x * big, y * big) for x, y in ARROW]
    ImageDraw.Draw(image).polygon(points, fill=(*INK, 255), outline=(*PAPER, 255), width=max(1, round(1.4 * big)))
    return _reduced(image)


@lru_cache(maxsize=32)
def ring(unit: float, age: int) -> Sprite:
    """The ring of a click `age` tenths of a second ago."""
    radius, opacity = RINGS[age]
    image = Image.new("RGBA", (round(2 * (radius * unit + 5) * SMOOTH),) * 2)
    pen, middle, clear = ImageDraw.Draw(image), image.width / 2, round(255 * opacity)

    def circle(reach: float, width: float, colour: tuple[int, int, int]) -> None:
        out = reach * SMOOTH
        box = (middle - out, middle - out, middle + out, middle + out)
        pen.ellipse(box, outline=(*colour, clear), width=max(1, round(width * SMOOTH)))

    circle(radius * unit + 3, 5.5, PAPER)  # white on both sides of the red: to be seen on any page, a red one too
    circle(radius * unit + 1.5, 2.5, RED)
    return _reduced(image)


@lru_cache(maxsize=32)
def outline(unit: float, age: int, width: int, height: int) -> Sprite:
    """The mark of a click `age` tenths of a second ago around something of that size; what is inside stays clear."""
    reach, clear = outline_reach(unit, age), round(255 * RINGS[age][1])
    image = Image.new("RGBA", ((width + 2 * reach) * SMOOTH, (height + 2 * reach) * SMOOTH))
    pen = ImageDraw.Draw(image)

    def frame(inset: float, thick: float, colour: tuple[int, int, int]) -> None:
        edge = inset * SMOOTH
        box = (edge, edge, image.width - 1 - edge, image.height - 1 - edge)
        round_by = (reach - inset + 3) * SMOOTH
        pen.rounded_rectangle(box, round_by, outline=(*colour, clear), width=max(1, round(thick * SMOOTH)))

    frame(0, 4.5, PAPER)
    frame(1, 2.5, RED)
    return _reduced(image)


def outline_reach(unit: float, age: int) -> int:
    """How far an outline goes beyond what is in it, in px: little, because other words stand close by."""
    return round((3 + age) * max(1.0, unit))


@lru_cache(maxsize=4)
def touch(unit: float) -> Sprite:
    """A finger on the screen."""
    radius = 13 * unit * SMOOTH
    image = Image.new("RGBA", (round(2 * (radius + SMOOTH)),) * 2)
    middle = image.width / 2
    box = (middle - radius, middle - radius, middle + radius, middle + radius)
    pen = ImageDraw.Draw(image)
    pen.ellipse(box, fill=(*INK, 110), outline=(*PAPER, 255), width=round(2.5 * unit * SMOOTH))
    inner = tuple(edge + (1 if n < 2 else -1) * 2 * unit * SMOOTH for n, edge in enumerate(box))
    pen.ellipse(inner, outline=(*INK, 230), width=round(1.5 * unit * SMOOTH))
    return _reduced(image)


@lru_cache(maxsize=64)
def badge(text: str, size: int, colour: tuple[int, int, int]) -> Sprite:
    """Text on a pill: the counter of repeated clicks ("×5"), the card of a cut ("12 s later"), the speed ("2×")."""
    writing = Lettering(size * SMOOTH)
    width = round(writing.getlength(text) + size * SMOOTH * 1.1)
    height = round(size * SMOOTH * 1.6)
    image = Image.new("RGBA", (width, height))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle(
        (0, 0, width - 1, height - 1), height / 2, fill=(*colour, 245), outline=(*PAPER, 255), width=SMOOTH
    )
    writing.draw(image, (width / 2, height / 2), text, (*PAPER, 255), "mm")
    return _reduced(image)


def blend(canvas: Pixels, sprite: Sprite, x: float, y: float) -> None:
    """Lays a sprite on packed pixels, its top left corner at (x, y); what lies outside is cut off."""
    left, top = round(x), round(y)
    height, width = canvas.shape
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(width, left + sprite.shape[1]), min(height, top + sprite.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    part = sprite[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.uint16)
    below = canvas.view(np.uint8).reshape(height, width, 4)[y0:y1, x0:x1, :3]
    alpha = part[..., 3:]
    below[...] = (part[..., :3] * alpha + below * (255 - alpha) + 127) // 255


def centred(canvas: Pixels, sprite: Sprite, x: float, y: float) -> None:
    blend(canvas, sprite, x - sprite.shape[1] / 2, y - sprite.shape[0] / 2)


class Strip:
    """The strip below the page: a timeline with the signal marked, the caption, and the time.

    A caption that is too long for one line takes as many as it needs.
    """

    def __init__(self, scale: Scale, caption: str, marks: tuple[float, ...], letters: int = 0) -> None:
        """`marks` are places on the timeline from 0 to 1.

        `letters` is the height of the caption's in px, where it is not that of a clip of this width; then there is no
        room for the time.
        """
        self._scale = scale
        self._letters = letters or scale.text
        self._marks = marks
        self._made: dict[tuple[int, str], Pixels] = {}
        self._words = "", Image.new("RGB", (1, 1))
        self._margin = round(scale.text * 0.6)
        self._small = None if letters else Lettering(max(11, round(scale.text * 0.8)))
        clock = self._small.getlength("0:00 / 0:00") + self._margin if self._small else 0
        room = scale.width - 2 * self._margin - round(clock)
        self._lines = wrapped(plain(caption), Lettering(self._letters), room, MOST_LINES)
        self._step = round(self._letters * 1.3)
        self._first = (self._letters * 2 + 4) // 2 * 2  # even: H.264 wants it
        self.height = (self._first + self._step * (len(self._lines) - 1) + 1) // 2 * 2

    def at(self, share: float, clock: str) -> Pixels:
        """The strip when `share` of the clip has passed. Not to be written to."""
        key = self.step(share), clock
        if key not in self._made:
            self._made = {key: self._paint(key[0] / STEPS, clock)}
        return self._made[key]

    @staticmethod
    def step(share: float) -> int:
        return round(share * STEPS)

    def _paint(self, share: float, clock: str) -> Pixels:
        scale, image = self._scale, self._written(clock).copy()
        pen = ImageDraw.Draw(image)
        pen.rectangle((0, 0, scale.width, scale.bar - 1), fill=GREY)
        if share:
            pen.rectangle((0, 0, round(share * scale.width), scale.bar - 1), fill=BLUE)
        for mark in self._marks:
            middle = round(mark * scale.width)
            pen.rectangle((middle - scale.bar // 2 - 1, 0, middle + scale.bar // 2 + 1, scale.bar + 2), fill=RED)
        return pack(np.asarray(image))

    def _written(self, clock: str) -> Image.Image:
        """The strip with its words, which change once a second; the bar above them moves more often."""
        if self._words[0] != clock:
            scale = self._scale
            image = Image.new("RGB", (scale.width, self.height), INK)
            writing = Lettering(self._letters)
            middle = scale.bar + (self._first - scale.bar) / 2
            if self._small:
                self._small.draw(image, (scale.width - self._margin, middle), clock, QUIET, "rm")
            for number, line in enumerate(self._lines):
                writing.draw(image, (self._margin, middle + number * self._step), line, PAPER, "lm")
            self._words = clock, image
        return self._words[1]


def plain(text: str) -> str:
    """Text on one line, without what a font cannot show: controls, marks of direction, private characters."""
    shown = "".join(char if char in JOINERS or unicodedata.category(char)[0] != "C" else " " for char in text)
    return " ".join(shown.split())


def wrapped(text: str, writing: Writing, room: int, most: int) -> list[str]:
    """The text in at most so many lines of `room` px, broken between words where it can be, cut at the end.

    A word that is longer than a line is broken, where it would begin in the first half of one.
    """
    lines: list[str] = []
    while text and len(lines) < most - 1 and writing.getlength(text) > room:
        end = _fits(text, writing, room)
        space = text.rfind(" ", 0, end + 1)
        word = text[space + 1 :].partition(" ")[0]
        end = space if space > 0 and (space > end / 2 or writing.getlength(word) <= room) else max(1, end)
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*lines, fitted(text, writing, room)]


def fitted(text: str, writing: Writing, room: int) -> str:
    """As much of the text as fits in `room` px, with an ellipsis where it was cut."""
    if writing.getlength(text) <= room:
        return text
    return text[: _fits(text, writing, room, "…")].rstrip() + "…"


def _fits(text: str, writing: Writing, room: int, ending: str = "") -> int:
    """How many letters of the text fit in `room` px, with an ending."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if writing.getlength(text[:middle].rstrip() + ending) <= room:
            low = middle
        else:
            high = middle - 1
    return whole(text, low)


def _reduced(image: Image.Image) -> Sprite:
    size = max(1, image.width // SMOOTH), max(1, image.height // SMOOTH)
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))
