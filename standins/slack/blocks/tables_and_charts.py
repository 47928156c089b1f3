"""Tables, data tables and charts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from standins.slack.blocks.rich_text import RICH_TEXT
from standins.slack.blocks.rules import Problem, anything, by_type, choice, flag, items, number, record, string

BLOCK = {"block_id": string(1, 255)}
NAMED = string(1, 20)
TABLE_TEXT = 20_000  # characters in all cells of a data table


def _cell_text(cell: Any) -> str:
    if cell.get("type") != "rich_text":
        return str(cell.get("text", ""))
    return "".join(part.get("text", "") for line in cell["elements"] for part in line.get("elements", []))


def _even_rows(value: Any, at: str) -> Iterator[Problem]:
    widths = {len(row) for row in value["rows"]}
    if len(widths) > 1:
        yield Problem(f"{at}/rows", "row_shape", "all rows must have the same number of cells")
    settings = value.get("column_settings")
    if settings is not None and len(settings) > min(widths, default=0):
        yield Problem(f"{at}/column_settings", "column_settings", "more column settings than columns")


def _little_text(value: Any, at: str) -> Iterator[Problem]:
    if sum(len(_cell_text(cell)) for row in value["rows"] for cell in row) > TABLE_TEXT:
        yield Problem(f"{at}/rows", "max_length", f"no more than {TABLE_TEXT} characters allowed in all cells")


def _known_header_column(value: Any, at: str) -> Iterator[Problem]:
    if value.get("row_header_column_index", 0) >= len(value["rows"][0]):
        yield Problem(f"{at}/row_header_column_index", "max", "no such column")


CELL = by_type(
    {
        "raw_text": record({"type": string(), "text": string()}, {}),
        "rich_text": RICH_TEXT,
    }
)
DATA_CELL = by_type(
    {
        "raw_text": record({"type": string(), "text": string(1)}, {}),
        "raw_number": record({"type": string(), "value": number()}, {"text": string(1)}),
        "rich_text": RICH_TEXT,
    }
)
COLUMN = record({}, {"align": choice("left", "center", "right"), "is_wrapped": flag})

TABLE = record(
    {"type": string(), "rows": items(items(CELL, 1, 20), 1, 100)},
    {**BLOCK, "column_settings": items(COLUMN, 0, 20)},
    _even_rows,
)
DATA_TABLE = record(
    {"type": string(), "rows": items(items(DATA_CELL, 1, 20), 2, 201)},
    {
        **BLOCK,
        "page_size": number(1, 100),
        "caption": string(1),
        "row_header_column_index": number(0, 19),
        "column_settings": anything,
    },
    _even_rows,
    _little_text,
    _known_header_column,
)


def _fits_axis(value: Any, at: str) -> Iterator[Problem]:
    """Every series has one value for each category, in any order, and a name of its own."""
    categories = value["axis_config"]["categories"]
    names = [series["name"] for series in value["series"]]
    if len(set(names)) < len(names):
        yield Problem(f"{at}/series", "unique", "series names must be unique")
    if len(set(categories)) < len(categories):
        yield Problem(f"{at}/axis_config/categories", "unique", "categories must be unique")
    for n, series in enumerate(value["series"]):
        if sorted(point["label"] for point in series["data"]) != sorted(categories):
            yield Problem(f"{at}/series/{n}/data", "categories", "must have one value for each category")


def _pie_labels(value: Any, at: str) -> Iterator[Problem]:
    labels = [segment["label"] for segment in value["segments"]]
    if len(set(labels)) < len(labels):
        yield Problem(f"{at}/segments", "unique", "segment labels must be unique")


SEGMENT = record({"label": NAMED, "value": number(above=0)}, {})
SERIES = record({"name": NAMED, "data": items(record({"label": NAMED, "value": number()}, {}), 1, 20)}, {})
AXES = record({"categories": items(NAMED, 1, 20)}, {"x_label": string(0, 50), "y_label": string(0, 50)})
AXIS_CHART = record({"type": string(), "series": items(SERIES, 1, 12), "axis_config": AXES}, {}, _fits_axis)
PIE = record({"type": string(), "segments": items(SEGMENT, 1, 12)}, {}, _pie_labels)
CHART = record(
    {
        "type": string(),
        "title": string(1, 50),
        "chart": by_type({"bar": AXIS_CHART, "line": AXIS_CHART, "area": AXIS_CHART, "pie": PIE}),
    },
    BLOCK,
)
