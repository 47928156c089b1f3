"""The chart of an answer where Slack's own isn't taken: as a picture, as a line of text, and in words."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.kernel.locale import Locale
from bot.kernel.messages import JsonObject
from bot.replay.fonts import font

WIDTH, HEIGHT = 1200, 540  # pixels; Slack shows it at half of that
LEFT, RIGHT, TOP, BOTTOM = 96, 24, 116, 64
PAPER, INK, QUIET, LINE = (255, 255, 255), (29, 28, 29), (97, 96, 97), (221, 221, 221)
COLOURS = ((194, 65, 12), (138, 133, 148), (190, 24, 93))
SPARKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Bars:
    """Slack's series turned round: `labels` of the bars, and for each the values of `names`, bottom first."""

    title: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    values: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, title: str, series: Sequence[JsonObject]) -> Bars:
        labels = tuple(str(point["label"]) for point in series[0]["data"])
        columns = zip(*([int(point["value"]) for point in each["data"]] for each in series), strict=True)
        return cls(title, tuple(str(each["name"]) for each in series), labels, tuple(columns))

    @property
    def totals(self) -> list[int]:
        return [sum(each) for each in self.values]


def in_words(bars: Bars, locale: Locale) -> str:
    """The text for who doesn't see the picture."""
    totals = bars.totals
    highest = totals.index(max(totals))
    return locale.text(
        "%(title)s, %(first)s to %(last)s, as bars: %(sum)s in all, most on %(when)s with %(most)s.",
        title=bars.title,
        first=bars.labels[0],
        last=bars.labels[-1],
        sum=locale.number(sum(totals)),
        when=bars.labels[highest],
        most=locale.number(totals[highest]),
    )


def sparkline(bars: Bars) -> str:
    """A line of blocks, as high as the totals: "▁▁▂▇█"."""
    top = max(*bars.totals, 1)
    return "".join(SPARKS[min(len(SPARKS) - 1, total * len(SPARKS) // (top + 1))] for total in bars.totals)


def picture(bars: Bars, locale: Locale) -> bytes:
    """Blocking: a PNG of stacked bars with title, legend, scale and labels."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    pen.text((LEFT, 22), bars.title, font=font(30), fill=INK)
    _legend(pen, bars)
    top = rounded_up(max(bars.totals))
    _scale(pen, top, locale)
    slot = (WIDTH - LEFT - RIGHT) / len(bars.labels)
    widest = max(font(20).getlength(label) for label in bars.labels)
    every = math.ceil((widest + 20) / slot)  # labels don't touch
    for at, (label, values) in enumerate(zip(bars.labels, bars.values, strict=True)):
        left = LEFT + slot * at
        _bar(pen, left + slot * 0.14, slot * 0.72, values, top)
        if at % every == 0:
            pen.text((left + slot / 2, HEIGHT - BOTTOM + 14), label, font=font(20), fill=QUIET, anchor="ma")
    written = io.BytesIO()
    image.quantize(64).save(written, "PNG", optimize=True)
    return written.getvalue()


def _legend(pen: ImageDraw.ImageDraw, bars: Bars) -> None:
    x = float(LEFT)
    for name, colour in zip(bars.names, _colours(bars), strict=True):
        pen.rectangle((x, 74, x + 16, 90), fill=colour)
        pen.text((x + 26, 82), name, font=font(20), fill=QUIET, anchor="lm")
        x += 26 + font(20).getlength(name) + 32


def _colours(bars: Bars) -> list[tuple[int, int, int]]:
    return [COLOURS[at % len(COLOURS)] for at in range(len(bars.names))]


def _scale(pen: ImageDraw.ImageDraw, top: int, locale: Locale) -> None:
    steps = min(4, top)
    for step in range(steps + 1):
        y = HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * step / steps
        pen.line((LEFT, y, WIDTH - RIGHT, y), fill=LINE, width=2)
        value = locale.number(round(top * step / steps))
        pen.text((LEFT - 12, y), value, font=font(20), fill=QUIET, anchor="rm")


def _bar(pen: ImageDraw.ImageDraw, left: float, width: float, values: Sequence[int], top: int) -> None:
    y = float(HEIGHT - BOTTOM)
    for at, value in enumerate(values):
        if value:
            high = max(2.0, (HEIGHT - BOTTOM - TOP) * value / top)
            pen.rectangle(
                (round(left), round(y - high), round(left + width), round(y)), fill=COLOURS[at % len(COLOURS)]
            )
            y -= high


def rounded_up(value: int) -> int:
    """The next of 1, 2, 4, 5, 8, 10 × a power of ten, so that quarters of the scale are round."""
    if value <= 4:
        return max(value, 1)
    power: int = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= value)
