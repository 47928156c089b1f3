"""Moments marked in a chart: where each stands among the bars, and where its words have room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.kernel.locale import Locale
from bot.notebook.cell_data import Bar, Chart
from bot.notebook.impact import Impact
from bot.signals.chart import ChartData
from bot.web.charts import Drawing, cell_chart

LINE = 26
"""From one line of words to the next, in the largest letters (those of a phone)."""


@dataclass(frozen=True, slots=True)
class ChartMark:
    """`at` counts bars from the left edge of the first: 1.5 is the middle of the second."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class PlacedMark:
    x: float
    y: float
    text_x: float
    anchor: str
    text: str


def impact_chart(impact: Impact, locale: Locale) -> ChartData:
    hourly, daily = locale.text("Signals an hour, around the impact"), locale.text("Signals a day, around the impact")
    title = daily if impact.daily else hourly
    bars = tuple(Bar(bar.start, bar.by_signal) for bar in impact.bars)
    return cell_chart(Chart(title, bars, impact.bar_s, impact.zone), locale)


def impact_marks(impact: Impact, locale: Locale) -> list[ChartMark]:
    """Returns when the version came, and where the impact begins and ends, as far as they lie among the bars."""
    moments = [(impact.start, locale.text("Impact start"))]
    if impact.released:
        text = (
            locale.text("%(version)s first seen", version=impact.release) if impact.release else locale.text("Trigger")
        )
        moments.insert(0, (impact.released, text))
    if impact.over:
        moments.append((impact.end, locale.text("Impact end")))
    starts = [bar.start for bar in impact.bars]
    length = timedelta(seconds=impact.bar_s)
    placed = ((_place(moment, starts, length), text) for moment, text in moments)
    return [ChartMark(at, text) for at, text in placed if at is not None]


def _place(moment: datetime, starts: Sequence[datetime], length: timedelta) -> float | None:
    """Bars need not be equally long: a day has 23 or 25 hours where clocks change."""
    if not starts or not starts[0] <= moment < starts[-1] + length:
        return None
    at = sum(start <= moment for start in starts) - 1
    end = starts[at + 1] if at + 1 < len(starts) else starts[at] + length
    return at + (moment - starts[at]).total_seconds() / max((end - starts[at]).total_seconds(), 1)


def placed(marks: Sequence[ChartMark], drawing: Drawing, chart: ChartData) -> list[PlacedMark]:
    """Words stand below each other above the bars, on the side of their line where there is more room."""
    slot = (drawing.right - drawing.left) / max(len(chart.labels), 1)
    placements = []
    for line, mark in enumerate(marks):
        x = drawing.left + slot * mark.at
        right = x > (drawing.left + drawing.right) / 2
        placements.append(
            PlacedMark(
                x=round(x, 1),
                y=(line - len(marks)) * LINE,
                text_x=round(x - 5 if right else x + 5, 1),
                anchor="end" if right else "start",
                text=mark.text,
            )
        )
    return placements
