"""The geometry of a bar chart, in the units of its SVG's view box. The template draws it."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

from bot.kernel.locale import Locale
from bot.notebook.cell_data import Bar, Chart
from bot.notebook.notebook_text import SIGNALS, zoned

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 12, 40
LABELS = 8
PHONE, GAP = 23, 10
"""The size of letters on a phone, and the least that is left free between two labels."""
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class ChartPart:
    """One signal's piece of a bar."""

    signal: str
    y: float
    height: float
    count: int


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """One bar. `label` stands below it when `labelled`, `when` is its full name; `minor` labels go first on a phone."""

    x: float
    width: float
    middle: float
    label: str
    when: str
    labelled: bool
    minor: bool
    parts: tuple[ChartPart, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Tick:
    y: float
    value: int


@dataclass(frozen=True, slots=True)
class Drawing:
    columns: tuple[ChartColumn, ...]
    ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM

    @property
    def highest(self) -> ChartColumn | None:
        return max(self.columns, key=lambda column: column.total, default=None)


def drawn(chart: Chart, locale: Locale) -> Drawing:
    """Bars stacked by signal, over a scale that ends at a round number."""
    where = zoned(chart, locale)
    top = rounded_up(max((bar.total for bar in chart.bars), default=0))
    floor, tall = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    steps = min(4, top)
    left = max(LEFT, 16 + max(_room(locale.number(round(top * i / steps))) for i in range(steps + 1)))
    ticks = tuple(Tick(round(floor - tall * i / steps, 1), round(top * i / steps)) for i in range(steps + 1))
    slot = (WIDTH - left - RIGHT) / max(len(chart.bars), 1)
    every = math.ceil(len(chart.bars) / LABELS) or 1
    labels = [where.day(bar.start) if chart.daily else locale.time(bar.start) for bar in chart.bars]
    crowded = max(map(_room, labels), default=0) + GAP > slot * every
    columns = tuple(
        ChartColumn(
            x=round(left + slot * i + slot * 0.14, 1),
            width=round(slot * 0.72, 1),
            middle=round(left + slot * (i + 0.5), 1),
            label=labels[i],
            when=where.date(bar.start) if chart.daily else locale.moment(bar.start),
            labelled=i % every == 0,
            minor=crowded and i % (every * 2) != 0,
            parts=_stacked(bar, tall / top, floor),
            total=bar.total,
        )
        for i, bar in enumerate(chart.bars)
    )
    return Drawing(columns, ticks, left=left)


def _room(label: str) -> int:
    """What a label takes in the letters of a phone, which are the largest (`.chart text` in page.css)."""
    return sum(PHONE if unicodedata.east_asian_width(letter) in "WF" else PHONE * 4 // 7 for letter in label)


def _stacked(bar: Bar, scale: float, floor: float) -> tuple[ChartPart, ...]:
    parts, y = [], floor
    for signal in SIGNALS:
        if count := bar.by_signal.get(signal, 0):
            y -= count * scale
            parts.append(ChartPart(signal, round(y, 1), round(count * scale, 1), count))
    return tuple(parts)


def rounded_up(value: int) -> int:
    """The next of 1, 2, 4, 5, 8, 10 × a power of ten, so that quarters of the scale are round."""
    if value <= 4:
        return max(value, 1)
    power = 10 ** math.floor(math.log10(value))
    return next(int(step * power) for step in (1, 2, 4, 5, 8, 10) if step * power >= value)
