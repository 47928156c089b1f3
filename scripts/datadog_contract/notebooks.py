"""Notebooks. The same in our words: tests/providers/datadog/test_contract_records.py."""

from __future__ import annotations

from datetime import UTC, datetime

from datadog_api_client import ApiClient
from datadog_api_client.v1.api.notebooks_api import NotebooksApi
from datadog_api_client.v1.model.formula_and_function_event_aggregation import FormulaAndFunctionEventAggregation
from datadog_api_client.v1.model.formula_and_function_event_query_definition import (
    FormulaAndFunctionEventQueryDefinition as Query,
)
from datadog_api_client.v1.model.formula_and_function_event_query_definition_compute import (
    FormulaAndFunctionEventQueryDefinitionCompute as Compute,
)
from datadog_api_client.v1.model.formula_and_function_event_query_definition_search import (
    FormulaAndFunctionEventQueryDefinitionSearch as Search,
)
from datadog_api_client.v1.model.formula_and_function_events_data_source import FormulaAndFunctionEventsDataSource
from datadog_api_client.v1.model.formula_and_function_response_format import FormulaAndFunctionResponseFormat
from datadog_api_client.v1.model.notebook_absolute_time import NotebookAbsoluteTime
from datadog_api_client.v1.model.notebook_cell_create_request import NotebookCellCreateRequest
from datadog_api_client.v1.model.notebook_cell_resource_type import NotebookCellResourceType
from datadog_api_client.v1.model.notebook_cell_update_request import NotebookCellUpdateRequest
from datadog_api_client.v1.model.notebook_create_data import NotebookCreateData
from datadog_api_client.v1.model.notebook_create_data_attributes import NotebookCreateDataAttributes
from datadog_api_client.v1.model.notebook_create_request import NotebookCreateRequest
from datadog_api_client.v1.model.notebook_graph_size import NotebookGraphSize
from datadog_api_client.v1.model.notebook_markdown_cell_attributes import NotebookMarkdownCellAttributes
from datadog_api_client.v1.model.notebook_markdown_cell_definition import NotebookMarkdownCellDefinition
from datadog_api_client.v1.model.notebook_markdown_cell_definition_type import NotebookMarkdownCellDefinitionType
from datadog_api_client.v1.model.notebook_metadata import NotebookMetadata
from datadog_api_client.v1.model.notebook_metadata_type import NotebookMetadataType
from datadog_api_client.v1.model.notebook_relative_time import NotebookRelativeTime
from datadog_api_client.v1.model.notebook_resource_type import NotebookResourceType
from datadog_api_client.v1.model.notebook_split_by import NotebookSplitBy
from datadog_api_client.v1.model.notebook_status import NotebookStatus
from datadog_api_client.v1.model.notebook_template_variable import NotebookTemplateVariable
from datadog_api_client.v1.model.notebook_timeseries_cell_attributes import NotebookTimeseriesCellAttributes
from datadog_api_client.v1.model.notebook_update_data import NotebookUpdateData
from datadog_api_client.v1.model.notebook_update_data_attributes import NotebookUpdateDataAttributes
from datadog_api_client.v1.model.notebook_update_request import NotebookUpdateRequest
from datadog_api_client.v1.model.timeseries_widget_definition import TimeseriesWidgetDefinition
from datadog_api_client.v1.model.timeseries_widget_definition_type import TimeseriesWidgetDefinitionType
from datadog_api_client.v1.model.timeseries_widget_request import TimeseriesWidgetRequest
from datadog_api_client.v1.model.widget_display_type import WidgetDisplayType
from datadog_api_client.v1.model.widget_formula import WidgetFormula
from datadog_api_client.v1.model.widget_live_span import WidgetLiveSpan

NAME = "Post-mortem: #inc-142-checkout"
TEXT = "<!-- replaybook:section/summary -->\n## Summary"
QUERY = '@type:action @action.target.name:("Buy now" OR "구매하기")'
METADATA = NotebookMetadata(type=NotebookMetadataType("postmortem"), is_template=False, take_snapshots=False)
WEEK = NotebookRelativeTime(live_span=WidgetLiveSpan("1w"))
MARKDOWN = NotebookMarkdownCellAttributes(
    definition=NotebookMarkdownCellDefinition(type=NotebookMarkdownCellDefinitionType("markdown"), text=TEXT)
)
CELLS = NotebookCellResourceType("notebook_cells")


def create(client: ApiClient) -> None:
    attributes = NotebookCreateDataAttributes(
        name=NAME,
        cells=[
            NotebookCellCreateRequest(type=CELLS, attributes=MARKDOWN),
            NotebookCellCreateRequest(type=CELLS, attributes=graph()),
        ],
        time=WEEK,
        status=NotebookStatus("published"),
        metadata=METADATA,
    )
    data = NotebookCreateData(type=NotebookResourceType("notebooks"), attributes=attributes)
    NotebooksApi(client).create_notebook(body=NotebookCreateRequest(data=data))


def graph() -> NotebookTimeseriesCellAttributes:
    query = Query(
        name="replaybook_7f800ef1",
        data_source=FormulaAndFunctionEventsDataSource("rum"),
        compute=Compute(aggregation=FormulaAndFunctionEventAggregation("count"), interval=86_400_000),
        search=Search(query=QUERY),
        group_by=[{"facet": "@action.frustration.type", "limit": 5}],  # 2.62.0 loses the model's own instances here
    )
    request = TimeseriesWidgetRequest(
        response_format=FormulaAndFunctionResponseFormat("timeseries"),
        display_type=WidgetDisplayType("bars"),
        queries=[query],
        formulas=[WidgetFormula(formula="replaybook_7f800ef1")],
    )
    return NotebookTimeseriesCellAttributes(
        definition=TimeseriesWidgetDefinition(
            type=TimeseriesWidgetDefinitionType("timeseries"),
            title="Signals on Buy",
            show_legend=True,
            requests=[request],
        ),
        graph_size=NotebookGraphSize("m"),
        split_by=NotebookSplitBy(keys=[], tags=[]),
        time=NotebookAbsoluteTime(
            start=datetime(2026, 11, 23, tzinfo=UTC), end=datetime(2026, 11, 26, tzinfo=UTC), live=False
        ),
    )


def update(client: ApiClient) -> None:
    attributes = NotebookUpdateDataAttributes(
        name=NAME,
        cells=[
            NotebookCellUpdateRequest(id="amxiqk5e", type=CELLS, attributes=MARKDOWN),
            NotebookCellCreateRequest(type=CELLS, attributes=MARKDOWN),
        ],
        time=WEEK,
        status=NotebookStatus("published"),
        metadata=METADATA,
        template_variables=[
            NotebookTemplateVariable(name="service", prefix="service", defaults=["shop"], available_values=[])
        ],
    )
    data = NotebookUpdateData(type=NotebookResourceType("notebooks"), attributes=attributes)
    NotebooksApi(client).update_notebook(notebook_id=1000, body=NotebookUpdateRequest(data=data))


def get(client: ApiClient) -> None:
    NotebooksApi(client).get_notebook(notebook_id=1000)


def delete(client: ApiClient) -> None:
    NotebooksApi(client).delete_notebook(notebook_id=1000)


def newest(client: ApiClient) -> None:
    NotebooksApi(client).list_notebooks(
        start=0, count=50, sort_field="created", sort_dir="desc", query=NAME, include_cells=True
    )


CASES = {
    "notebook-create": create,
    "notebook-update": update,
    "notebook-get": get,
    "notebook-delete": delete,
    "notebook-newest": newest,
}
