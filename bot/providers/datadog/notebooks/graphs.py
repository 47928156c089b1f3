"""Graphs for charts: a chart keeps its numbers as a table, and beside it Datadog draws the same question live."""

from __future__ import annotations

import hashlib

import msgspec

from bot.kernel.locale import Locale
from bot.notebook.cell_data import Chart, Number
from bot.notebook.merge import new_id
from bot.notebook.notebook import Cell
from bot.providers.datadog.notebooks.datadog_cells import content, encoded, placeholder, read_cell
from bot.providers.datadog.notebooks.notebook_state import Kept, PlacedCell

SOURCE = "datadog"
"""Only answers of this source are questions that Datadog can draw."""


def with_graphs(kept: Kept) -> Kept:
    """A graph behind every chart that has none yet. One that a person took away isn't made again."""
    for chart in kept.notebook.shown:
        marker, data = chart.marker or "", chart.data
        number = kept.notebook.managed(f"number/{marker.removeprefix('chart/')}")
        if not isinstance(data, Chart) or marker in kept.graphs or number is None:
            continue
        if isinstance(number.data, Number) and number.data.source == SOURCE and number.data.query:
            kept = _with(kept, chart, encoded(graph(data, number.data, marker)))
    return kept


def graph(chart: Chart, number: Number, marker: str) -> dict[str, object]:
    """A timeseries over RUM of the answer's own query and period, in bars by kind of signal."""
    name = f"replaybook_{hashlib.sha256(marker.encode()).hexdigest()[:8]}"
    compute = {"aggregation": "count"} | ({"interval": chart.bar_s * 1000} if chart.bar_s else {})
    query = {
        "name": name,
        "data_source": "rum",
        "compute": compute,
        "search": {"query": number.query},
        "group_by": [{"facet": "@action.frustration.type", "limit": 5}],
    }
    request = {
        "response_format": "timeseries",
        "display_type": "bars",
        "queries": [query],
        "formulas": [{"formula": name}],
    }
    attributes = {
        "definition": {"type": "timeseries", "title": chart.title, "show_legend": True, "requests": [request]},
        "graph_size": "m",
        "split_by": {"keys": [], "tags": []},
        "time": {"start": number.start.isoformat(), "end": number.end.isoformat(), "live": False},
    }
    return {"type": "notebook_cells", "attributes": attributes}


def _with(kept: Kept, chart: Cell, raw: str) -> Kept:
    it = kept.notebook
    cell = Cell(new_id(), placeholder(read_cell(raw), Locale.of(it.language, it.zone)))
    at = [each.id for each in it.cells].index(chart.id) + 1
    return msgspec.structs.replace(
        kept,
        notebook=msgspec.structs.replace(it, cells=(*it.cells[:at], cell, *it.cells[at:])),
        placed={**kept.placed, cell.id: PlacedCell(raw, content(raw), opaque=True)},
        graphs={**kept.graphs, chart.marker or "": cell.id},
    )
