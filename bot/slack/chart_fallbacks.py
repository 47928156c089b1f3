"""What stands in for the charts of a message where a workspace takes none: a picture each, else a line of text."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.kernel.locale import Locale
from bot.kernel.messages import JsonObject, Messages
from bot.signals.chart import ChartData
from bot.slack.chart_picture import alt_text, picture, sparkline
from bot.slack.outbox import UploadFile

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
