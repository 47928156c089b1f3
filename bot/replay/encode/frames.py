"""From pictures of the page to the frames of a clip, and the frame that it begins with."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from bot.replay.encode.frame_plans import FramePlan, Shot
from bot.replay.encode.painter import Looks, Painter
from bot.replay.encode.palette import Pixels, pack
from bot.replay.encode.png import PictureReader, decode, size_of
from bot.replay.model import Point

LEAST_PACKED = 60
"""A picture of nothing takes less than this part of its bytes when it is packed."""
EDGE = 2  # px at the edges of a page, which may be blurred

Frame = tuple[Pixels | None, int]
"""Packed pixels (None: as before) and how many ms they are shown."""


def composed(shots: Iterable[Shot], plans: Sequence[FramePlan], painter: Painter, every: int = 1) -> Iterator[Frame]:
    """Yields the frames of a clip, one for each `every` plans. Pictures are decoded only where they are shown."""
    png: bytes | None = None
    page: Pixels | None = None
    reader = PictureReader()
    decoded: bytes | None = None
    pictures = 0
    before: tuple[int, Looks] | None = None
    passed = owed = 0
    index = 0
    for shot in shots:
        for point in shot.points:
            if index == shot.index and shot.png is not None:
                png = shot.png
            plan = plans[index]
            if index % every and not plan.skipped_ms:
                owed += plan.lasts_ms
            else:
                if owed:
                    yield None, owed
                    owed = 0
                if page is None or png != decoded:
                    decoded, page = png, picture(png or b"", painter.factor, reader)
                    pictures += 1
                looks = painter.looks(plan, passed, point, page)
                same, before = (pictures, looks) == before, (pictures, looks)
                yield (None if same else painter.paint(page, looks, passed)), plan.lasts_ms
            passed += plan.lasts_ms
            index += 1
    if owed:
        yield None, owed


def picture(png: bytes, factor: float = 1.0, reader: PictureReader | None = None) -> Pixels:
    """A decoded PNG as packed pixels, made smaller by `factor`. A `reader` may write the next into the same array."""
    if factor == 1.0:
        return decode(png) if reader is None else reader.read(png)
    with Image.open(io.BytesIO(png)) as image:
        size = round(image.width * factor), round(image.height * factor) // 2 * 2
        return pack(np.asarray(image.convert("RGB").resize(size, Image.Resampling.LANCZOS)))


def maybe_blank(png: bytes) -> bool:
    """Whether a picture takes so few bytes that it may show nothing. It is not decoded for that."""
    width, height = size_of(png)
    return bool(len(png) * LEAST_PACKED <= 3 * width * height)


def blank(png: bytes, place: tuple[float, float, float, float]) -> bool:
    """Whether a picture of a page shows nothing: it has one colour where the page is (left, top, width, height)."""
    if not maybe_blank(png):
        return False
    left, top, width, height = place
    pixels = decode(png)
    rows, columns = (
        slice(max(0, math.ceil(first)) + EDGE, max(0, math.floor(min(first + length, most)) - EDGE))
        for first, length, most in ((top, height, pixels.shape[0]), (left, width, pixels.shape[1]))
    )
    page = pixels[rows, columns]
    return bool(page.size) and bool((page == page[0, 0]).all())


class PosterFrame:
    """The frame that a clip begins with, before its own time: the failed click, marked.

    It shows the page as it was clicked: the page's answer may be there at the next frame, and hide what was clicked.
    `pixels` is None until that picture was passed on, and where no click failed.
    """

    def __init__(self, plans: Sequence[FramePlan], painter: Painter) -> None:
        failed = painter.failed_ms
        at = None
        if failed is not None and plans[0].at_ms <= failed:
            at = next((number for number, plan in enumerate(plans) if plan.at_ms >= failed), None)
        self.pixels: Pixels | None = None
        self.wanted = at is not None
        self._at = at
        self._plans, self._painter = plans, painter
        self._next = 0
        self._newest = b""
        self._before: tuple[bytes, Point] = b"", None

    def watch(self, shots: Iterable[Shot]) -> Iterator[Shot]:
        """Yields the shots, and paints the frame when its picture has come."""
        for shot in shots:
            for point in shot.points:
                if self._next == shot.index and shot.png is not None:
                    self._newest = shot.png
                if self._next == self._at:
                    self._paint(self._at, point)
                self._before = self._newest, point
                self._next += 1
            yield shot

    def _paint(self, at: int, point: Point) -> None:
        """The pointer is where it clicked, the rest as just before; as it is now where the target was not there yet."""
        png, (before_png, before) = self._newest, self._before
        if point is not None and before is not None and len(before) == 6 and before[4] is not None:
            png, point = before_png, (*point[:2], before[4], before[5], None, None)
        passed = sum(plan.lasts_ms for plan in self._plans[:at])
        page = picture(png, self._painter.factor)
        looks = self._painter.poster_looks(self._plans[at], passed, point, page)
        self.pixels = self._painter.paint(page, replace(looks, skipped_ms=0), passed)
