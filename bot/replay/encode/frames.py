"""From pictures of the page to the frames of a clip: when each is shown, and what is drawn on it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image

from bot.replay.detect.pointer import Interaction
from bot.replay.encode.draw import RED, RINGS, Scale, Strip, arrow, badge, blend, centred, ring
from bot.replay.encode.palette import Pixels, pack
from bot.replay.model import Point
from bot.replay.recording import JsonObject
from bot.replay.script.moment import CARD_MS
from bot.replay.stage.screenshots import decode

TOGETHER_MS = 1_000  # clicks closer than this, and on one spot, are counted together
TOGETHER_PX = 40
COUNTED_MS = 1_200  # how long the counter stays after the last click


@dataclass(frozen=True, slots=True)
class FramePlan:
    """One frame to be shown: the time in the recording it shows, and for how long. `skipped_ms` follow it unseen."""

    at_ms: int
    lasts_ms: int
    skipped_ms: int = 0


@dataclass(frozen=True, slots=True)
class DrawnClick:
    """A click in the recording; `count` is its place in a run of clicks on one spot, from 1."""

    at_ms: int
    count: int


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture for `frame_plans[index]`, and the pointers of all plans since the last shot up to this one.

    The last shot of a clip has no picture: it carries the pointers of the plans that look like the one before.
    """

    index: int
    png: bytes | None
    points: Sequence[Point]


Frame = tuple[Pixels | None, int]
"""Packed pixels (None: as before) and how many ms they are shown."""


def frame_plans(start_ms: int, end_ms: int, fps: int, cuts: Sequence[tuple[int, int]] = ()) -> list[FramePlan]:
    """Returns the frames of a clip; the `cuts` (from, to; in order) are left out and get a card each."""
    plans: list[FramePlan] = []
    at = start_ms
    for cut_from, cut_to in [*cuts, (end_ms, end_ms)]:
        count = max(0, (min(cut_from, end_ms) - at) * fps // 1000)
        edges = [at + round(i * 1000 / fps) for i in range(count + 1)]
        plans += [FramePlan(edge, after - edge) for edge, after in pairwise(edges)]
        if cut_to > cut_from:
            plans.append(FramePlan(edges[-1], CARD_MS, cut_to - cut_from))
        at = cut_to
    plans.append(FramePlan(end_ms, 1000 // fps))
    return plans


def clicks(events: Iterable[JsonObject], origin: int) -> list[DrawnClick]:
    """Returns the clicks among events, in ms after `origin`; those in a row on one spot are counted.

    A tap has a click event as well as its touch; a swipe has none.
    """
    drawn: list[DrawnClick] = []
    last_x = last_y = 0.0
    for event in events:
        data = event.get("data")
        if event.get("type") != 3 or not isinstance(data, dict) or data.get("source") != 2:
            continue
        x, y = data.get("x"), data.get("y")
        if data.get("type") != Interaction.CLICK or not isinstance(x, int | float) or not isinstance(y, int | float):
            continue
        at = int(event["timestamp"]) - origin
        near = abs(x - last_x) + abs(y - last_y) < TOGETHER_PX
        again = bool(drawn) and at - drawn[-1].at_ms < TOGETHER_MS and near
        drawn.append(DrawnClick(at, drawn[-1].count + 1 if again else 1))
        last_x, last_y = x, y
    return drawn


@dataclass(slots=True)
class Painter:
    """Draws a frame on a picture. `card` writes how long a cut was, `clock` the time passed, both of ms."""

    scale: Scale
    strip: Strip
    clicks: Sequence[DrawnClick]
    card: Callable[[int], str]
    clock: Callable[[int], str]
    total_ms: int
    factor: float = 1.0
    """Size of the clip against that of the pictures; pointers come in px of the pictures."""

    def looks(self, plan: FramePlan, passed_ms: int, point: Point) -> tuple[object, ...]:
        """Returns all that a frame is drawn by: plans with equal looks on one picture are one frame."""
        spot = None if point is None else (round(point[0] * self.factor), round(point[1] * self.factor))
        ages = [(plan.at_ms - click.at_ms) // 100 for click in self.clicks if 0 <= plan.at_ms - click.at_ms < 400]
        recent = [click for click in self.clicks if 0 <= plan.at_ms - click.at_ms < COUNTED_MS]
        count = recent[-1].count if recent else 0
        share = passed_ms / self.total_ms if self.total_ms else 1.0
        return spot, min(ages, default=None), count, plan.skipped_ms, self.strip.step(share), self.clock(passed_ms)

    def paint(self, page: Pixels, looks: tuple[object, ...], passed_ms: int) -> Pixels:
        """A new frame: the page with everything drawn on it, the strip below."""
        spot, age, count, skipped, *_ = looks
        height, width = page.shape
        canvas = np.empty((height + self.scale.strip, width), np.uint32)
        canvas[:height] = page
        share = passed_ms / self.total_ms if self.total_ms else 1.0
        canvas[height:] = self.strip.at(share, self.clock(passed_ms))
        upper = canvas[:height]
        if isinstance(spot, tuple):
            x, y = spot
            if isinstance(age, int) and age < len(RINGS):
                centred(upper, ring(self.scale.unit, age), x, y)
            if isinstance(count, int) and count > 1:
                blend(
                    upper, badge(f"×{count}", self.scale.text, RED), x + 20 * self.scale.unit, y - 58 * self.scale.unit
                )
            blend(upper, arrow(self.scale.unit), x - 1, y - 1)
        if isinstance(skipped, int) and skipped:
            centred(upper, badge(self.card(skipped), round(self.scale.text * 1.3), (20, 23, 31)), width / 2, height / 2)
        return canvas


def composed(shots: Iterable[Shot], plans: Sequence[FramePlan], painter: Painter, every: int = 1) -> Iterator[Frame]:
    """Yields the frames of a clip, one for each `every` plans. Pictures are decoded only where they are shown."""
    png: bytes | None = None
    page: Pixels | None = None
    decoded: bytes | None = None
    pictures = 0
    before: tuple[object, ...] | None = None
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
                    decoded, page = png, picture(png or b"", painter.factor)
                    pictures += 1
                looks = (pictures, *painter.looks(plan, passed, point))
                same, before = looks == before, looks
                yield (None if same else painter.paint(page, looks[1:], passed)), plan.lasts_ms
            passed += plan.lasts_ms
            index += 1
    if owed:
        yield None, owed


def picture(png: bytes, factor: float = 1.0) -> Pixels:
    """A decoded PNG as packed pixels, made smaller by `factor`."""
    if factor == 1.0:
        return decode(png)
    with Image.open(io.BytesIO(png)) as image:
        size = round(image.width * factor), round(image.height * factor) // 2 * 2
        return pack(np.asarray(image.convert("RGB").resize(size, Image.Resampling.LANCZOS)))
