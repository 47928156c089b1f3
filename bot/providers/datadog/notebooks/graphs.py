"""Graphs for charts: a chart keeps its numbers as a table, and beside it Datadog draws the same question live."""

from __future__ import annotations

import hashlib

import msgspec

from bot.notebook.cell_data import Chart, Number
from bot.notebook.merge import new_id
from bot.notebook.notebook import Cell
from bot.providers.datadog.notebooks.datadog_cells import content_key, encoded, placeholder, read_cell
from bot.providers.datadog.notebooks.notebook_state import NotebookState, PlacedCell

SOURCE = "datadog"
"""Datadog can draw only the questions that this source answered."""


def with_graphs(state: NotebookState) -> NotebookState:
    """Adds a graph behind every chart that has none yet. A graph that a person removed isn't made again."""
    for chart in state.notebook.shown:
        marker, data = chart.marker or "", chart.data
        number = state.notebook.managed(f"number/{marker.removeprefix('chart/')}")
        if not isinstance(data, Chart) or marker in state.graphs or number is None:
            continue
        if isinstance(number.data, Number) and number.data.source == SOURCE and number.data.query:
            state = _with_graph(state, chart, encoded(graph(data, number.data, marker)))
    return state


def graph(chart: Chart, number: Number, marker: str) -> dict[str, object]:
    """Returns a timeseries over RUM of the answer's own query and period, in bars by kind of signal."""
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


def _with_graph(state: NotebookState, chart: Cell, raw: str) -> NotebookState:
    notebook = state.notebook
    cell = Cell(new_id(), placeholder(read_cell(raw), notebook.locale))
    at = [each.id for each in notebook.cells].index(chart.id) + 1
    return msgspec.structs.replace(
        state,
        notebook=msgspec.structs.replace(notebook, cells=(*notebook.cells[:at], cell, *notebook.cells[at:])),
        placed={**state.placed, cell.id: PlacedCell(raw, content_key(raw), opaque=True)},
        graphs={**state.graphs, chart.marker or "": cell.id},
    )
