"""RUM numbers, RUM events, segments of replays. The same in our words: tests/providers/datadog/test_contract.py."""

from __future__ import annotations

from datadog_api_client import ApiClient
from datadog_api_client.v2.api.rum_api import RUMApi
from datadog_api_client.v2.api.rum_replay_sessions_api import RumReplaySessionsApi
from datadog_api_client.v2.model.rum_aggregate_request import RUMAggregateRequest
from datadog_api_client.v2.model.rum_aggregate_sort import RUMAggregateSort
from datadog_api_client.v2.model.rum_aggregate_sort_type import RUMAggregateSortType
from datadog_api_client.v2.model.rum_aggregation_function import RUMAggregationFunction
from datadog_api_client.v2.model.rum_compute import RUMCompute
from datadog_api_client.v2.model.rum_compute_type import RUMComputeType
from datadog_api_client.v2.model.rum_group_by import RUMGroupBy
from datadog_api_client.v2.model.rum_query_filter import RUMQueryFilter
from datadog_api_client.v2.model.rum_query_options import RUMQueryOptions
from datadog_api_client.v2.model.rum_query_page_options import RUMQueryPageOptions
from datadog_api_client.v2.model.rum_search_events_request import RUMSearchEventsRequest
from datadog_api_client.v2.model.rum_sort import RUMSort
from datadog_api_client.v2.model.rum_sort_order import RUMSortOrder

QUERY = '@type:action @action.target.name:("Buy now" OR "구매하기")'
FILTER = RUMQueryFilter(_from="1795359600000", to="1795618799999", query=QUERY)
OPTIONS = RUMQueryOptions(timezone="Asia/Seoul")
COUNT = RUMCompute(aggregation=RUMAggregationFunction.COUNT, type=RUMComputeType.TOTAL)
SESSIONS = RUMCompute(aggregation=RUMAggregationFunction.CARDINALITY, metric="@session.id", type=RUMComputeType.TOTAL)
SERIES = RUMCompute(aggregation=RUMAggregationFunction.COUNT, type=RUMComputeType.TIMESERIES, interval="3h")


def _group(facet: str, limit: int, aggregation: RUMAggregationFunction, **metric: str) -> RUMGroupBy:
    sort = RUMAggregateSort(
        aggregation=aggregation, order=RUMSortOrder.DESCENDING, type=RUMAggregateSortType.MEASURE, **metric
    )
    return RUMGroupBy(facet=facet, limit=limit, sort=sort)


def whole(client: ApiClient) -> None:
    body = RUMAggregateRequest(compute=[COUNT, SESSIONS], filter=FILTER, options=OPTIONS)
    RUMApi(client).aggregate_rum_events(body=body)


def kinds(client: ApiClient) -> None:
    groups = [
        _group("@action.frustration.type", 5, RUMAggregationFunction.COUNT),
        _group("@error.message", 5, RUMAggregationFunction.CARDINALITY, metric="@action.id"),
    ]
    body = RUMAggregateRequest(compute=[COUNT, SERIES], filter=FILTER, group_by=groups, options=OPTIONS)
    RUMApi(client).aggregate_rum_events(body=body)


def events(client: ApiClient) -> None:
    body = RUMSearchEventsRequest(filter=FILTER, page=RUMQueryPageOptions(limit=100), sort=RUMSort.TIMESTAMP_DESCENDING)
    RUMApi(client).search_rum_events(body=body)


def events_on(client: ApiClient) -> None:
    page = RUMQueryPageOptions(limit=1000, cursor="eyJhZnRlciI6IkE9PSJ9")
    body = RUMSearchEventsRequest(filter=FILTER, page=page, sort=RUMSort.TIMESTAMP_ASCENDING)
    RUMApi(client).search_rum_events(body=body)


def segments(client: ApiClient) -> None:
    RumReplaySessionsApi(client).get_segments(
        view_id="view 2/b", session_id="session-1", source="event_platform", max_list_size=20_000_000
    )


def segments_on(client: ApiClient) -> None:
    RumReplaySessionsApi(client).get_segments(
        view_id="v", session_id="s", source="blob", max_list_size=20_000_000, paging="next=="
    )


CASES = {
    "rum-whole": whole,
    "rum-kinds": kinds,
    "rum-events": events,
    "rum-events-on": events_on,
    "replay-segments": segments,
    "replay-segments-on": segments_on,
}
