"""The geometry of a bar chart, in the units of its SVG's view box. The template draws it."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.kernel.locale import Locale
from bot.notebook.cell_data import Chart
from bot.notebook.notebook_text import SIGNALS, counted_signals, zoned
from bot.signals.chart import ChartData, clock_of, hour_labels, rounded_up, steps_of
from bot.signals.question import Signal
from bot.signals.question_text import SIGNAL_NAMES

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 12, 40
LABELS = 8
EVERY = (1, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440)
"""Minutes of a day's clock at which labels may stand: people look for 6:00 and 12:00, not for every fifth hour."""
PHONE, GAP = 23, 10
"""The size of letters on a phone, and the least that is left free between two labels."""
COLOURS = 3  # that page.css has for values that are no signals


@dataclass(frozen=True, slots=True)
class ChartPart:
    """One value's piece of a bar. `style` are its classes in page.css."""

    style: str
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
    legend: tuple[tuple[str, str], ...]
    """Classes in page.css and heading of each value."""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM

    @property
    def highest(self) -> ChartColumn | None:
        return max(self.columns, key=lambda column: column.total, default=None)


def cell_chart(cell: Chart, locale: Locale) -> ChartData:
    """Returns the chart of a notebook's cell in the reader's words; days are those of the cell's zone."""
    where = zoned(cell, locale)
    starts = [bar.start for bar in cell.bars]
    signals = counted_signals(cell.bars)
    return ChartData(
        id="cell",
        title=cell.title,
        names=tuple(locale.text(SIGNAL_NAMES[Signal(signal)]) for signal in signals),
        keys=signals,
        labels=tuple(map(where.day, starts)) if cell.daily else hour_labels(starts, locale),
        moments=tuple(where.date(start) if cell.daily else locale.moment(start) for start in starts),
        values=tuple(tuple(bar.by_signal.get(signal, 0) for signal in signals) for bar in cell.bars),
        note=locale.text("days in %(zone)s", zone=where.zone.key) if where.zone != locale.zone else "",
        clock=() if cell.daily else clock_of(starts, locale),
    )


def drawn(chart: ChartData, locale: Locale) -> Drawing:
    """Returns bars stacked by value, over a scale that ends at a round number."""
    top = rounded_up(max(chart.totals, default=0))
    floor, tall = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    steps = steps_of(top)
    left = max(LEFT, 16 + max(_room(locale.number(round(top * i / steps))) for i in range(steps + 1)))
    ticks = tuple(Tick(round(floor - tall * i / steps, 1), round(top * i / steps)) for i in range(steps + 1))
    slot = (WIDTH - left - RIGHT) / max(len(chart.labels), 1)
    labelled = _labelled(chart)
    crowded = _crowded(chart, labelled, slot)
    styles = [key if key in SIGNALS else f"c{at % COLOURS} {key}" for at, key in enumerate(chart.keys)]
    columns = tuple(
        ChartColumn(
            x=round(left + slot * i + slot * 0.14, 1),
            width=round(slot * 0.72, 1),
            middle=round(left + slot * (i + 0.5), 1),
            label=chart.labels[i],
            when=chart.moments[i],
            labelled=i in labelled,
            minor=crowded and i in labelled[1::2],
            parts=_stacked(styles, values, tall / top, floor),
            total=sum(values),
        )
        for i, values in enumerate(chart.values)
    )
    headings = [name[:1].upper() + name[1:] for name in chart.names]
    return Drawing(columns, ticks, tuple(zip(styles, headings, strict=True)), left=left)


def _labelled(chart: ChartData) -> Sequence[int]:
    """Returns which bars have labels: at most LABELS, at the same hours of every day or, of days, the same apart."""
    for minutes in EVERY if chart.clock else ():
        found = [at for at, moment in enumerate(chart.clock) if moment % minutes == 0]
        if 1 < len(found) <= LABELS:
            return found
    return range(0, len(chart.labels), math.ceil(len(chart.labels) / LABELS) or 1)


def _crowded(chart: ChartData, labelled: Sequence[int], slot: float) -> bool:
    """Whether two neighbours would touch in the letters of a phone."""
    return any(
        (_room(chart.labels[one]) + _room(chart.labels[other])) / 2 + GAP > slot * (other - one)
        for one, other in pairwise(labelled)
    )


def _room(label: str) -> int:
    """What a label takes in the letters of a phone, which are the largest (`.chart text` in page.css)."""
    return sum(PHONE if unicodedata.east_asian_width(letter) in "WF" else PHONE * 4 // 7 for letter in label)


def _stacked(styles: Sequence[str], values: Sequence[int], scale: float, floor: float) -> tuple[ChartPart, ...]:
    parts, y = [], floor
    for style, count in zip(styles, values, strict=True):
        if count:
            y -= count * scale
            parts.append(ChartPart(style, round(y, 1), round(count * scale, 1), count))
    return tuple(parts)
