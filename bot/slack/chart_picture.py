"""What stands in for a chart where a workspace doesn't take Slack's own: a picture, a line of text, and words."""

from __future__ import annotations

import asyncio
import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

from bot.kernel.locale import Locale
from bot.kernel.messages import JsonObject, Messages
from bot.replay.lettering import Lettering
from bot.signals.chart import ChartData, rounded_up, steps_of
from bot.signals.question import Signal
from bot.slack.outbox import UploadFile

Colour = tuple[int, int, int]
WIDTH, HEIGHT = 1200, 540  # pixels; Slack shows it at half of that
LEFT, RIGHT, TOP, BOTTOM = 96, 24, 116, 64
PAPER, INK, QUIET, LINE = (255, 255, 255), (29, 28, 29), (97, 96, 97), (221, 221, 221)
COLOURS = {Signal.RAGE: (194, 65, 12), Signal.DEAD: (138, 133, 148), Signal.ERROR: (190, 24, 93)}
"""Of each signal the same in every picture and on every page (`templates/web/page.css`)."""
OTHERS = ((75, 63, 174), (58, 134, 216), (31, 157, 139))
"""Of whatever else is counted, by its place in the chart."""
SPARKS = "▁▂▃▄▅▆▇█"


def alt_text(chart: ChartData, locale: Locale) -> str:
    """Returns the text for people who don't see the picture."""
    totals = chart.totals
    highest = totals.index(max(totals))
    return locale.text(
        "%(title)s, %(first)s to %(last)s, as bars: %(sum)s in all, most on %(when)s with %(most)s.",
        title=f"{chart.title}, {chart.note}" if chart.note else chart.title,
        first=chart.labels[0],
        last=chart.labels[-1],
        sum=locale.number(sum(totals)),
        when=chart.labels[highest],
        most=locale.number(totals[highest]),
    )


def sparkline(chart: ChartData) -> str:
    """Returns a line of blocks, as high as the totals: "▁▁▂▇█"."""
    top = max(*chart.totals, 1)
    return "".join(SPARKS[min(len(SPARKS) - 1, total * len(SPARKS) // (top + 1))] for total in chart.totals)


def picture(chart: ChartData, locale: Locale) -> bytes:
    """Returns a PNG of stacked bars with title, legend, scale and labels. Blocks."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    Lettering(30).draw(image, (LEFT, 22), chart.title, INK, "la")
    Lettering(20).draw(image, (WIDTH - RIGHT, 82), chart.note, QUIET, "rm")
    _legend(image, chart)
    top = rounded_up(max(chart.totals))
    _scale(image, top, locale)
    slot = (WIDTH - LEFT - RIGHT) / len(chart.labels)
    small = Lettering(20)
    widest = max(small.getlength(label) for label in chart.labels)
    every = math.ceil((widest + 20) / slot)  # labels don't touch
    for at, (label, values) in enumerate(zip(chart.labels, chart.values, strict=True)):
        left = LEFT + slot * at
        _bar(pen, (left + slot * 0.14, slot * 0.72), values, colours(chart), top)
        if at % every == 0:
            small.draw(image, (left + slot / 2, HEIGHT - BOTTOM + 14), label, QUIET, "ma")
    written = io.BytesIO()
    image.quantize(64).save(written, "PNG", optimize=True)
    return written.getvalue()


def _legend(image: Image.Image, chart: ChartData) -> None:
    pen, small, x = ImageDraw.Draw(image), Lettering(20), float(LEFT)
    for name, colour in zip(chart.names, colours(chart), strict=True):
        pen.rectangle((x, 74, x + 16, 90), fill=colour)
        small.draw(image, (x + 26, 82), name, QUIET, "lm")
        x += 26 + small.getlength(name) + 32


def colours(chart: ChartData) -> list[Colour]:
    """Returns the colour of each name."""
    known = {str(signal): colour for signal, colour in COLOURS.items()}
    return [known.get(key, OTHERS[at % len(OTHERS)]) for at, key in enumerate(chart.keys)]


def _scale(image: Image.Image, top: int, locale: Locale) -> None:
    pen, small, steps = ImageDraw.Draw(image), Lettering(20), steps_of(top)
    for step in range(steps + 1):
        y = HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * step / steps
        pen.line((LEFT, y, WIDTH - RIGHT, y), fill=LINE, width=2)
        value = locale.number(round(top * step / steps))
        small.draw(image, (LEFT - 12, y), value, QUIET, "rm")


def _bar(
    pen: ImageDraw.ImageDraw, place: tuple[float, float], values: Sequence[int], paints: Sequence[Colour], top: int
) -> None:
    """`place` is the left edge and the width of the bar."""
    (left, width), y = place, float(HEIGHT - BOTTOM)
    for value, paint in zip(values, paints, strict=True):
        if value:
            high = max(2.0, (HEIGHT - BOTTOM - TOP) * value / top)
            pen.rectangle((round(left), round(y - high), round(left + width), round(y)), fill=paint)
            y -= high


CHART, IMAGE = "data_visualization", "image"


def chart_fallbacks(
    charts: Sequence[ChartData], locale: Locale, messages: Messages, *, pictures: bool
) -> dict[str, list[JsonObject]]:
    """Returns the blocks to show for each chart's block, by its id and best first; with or without pictures."""
    return {chart.block_id: _fallback(chart, locale, messages, pictures=pictures) for chart in charts}


async def chart_pictures(charts: Sequence[ChartData], locale: Locale) -> dict[str, UploadFile]:
    """Returns the files that the fallbacks show, by name."""
    return {chart.file_name: await _upload(chart, locale) for chart in charts}


def _fallback(chart: ChartData, locale: Locale, messages: Messages, *, pictures: bool) -> list[JsonObject]:
    blocks: list[JsonObject] = messages.message(
        "signals/chart_fallback", locale, figure=chart, alt=alt_text(chart, locale), line=sparkline(chart)
    )["blocks"]
    return [block for block in blocks if pictures or block["type"] != IMAGE]


async def _upload(chart: ChartData, locale: Locale) -> UploadFile:
    data = await asyncio.to_thread(picture, chart, locale)
    return UploadFile(data, chart.file_name, alt_text=alt_text(chart, locale), title=chart.title)
