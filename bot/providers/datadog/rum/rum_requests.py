"""The two requests for RUM, and the types of their answers.

`POST /api/v2/rum/analytics/aggregate` counts, `POST /api/v2/rum/events/search` lists. Both need `rum_apps_read`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.rum.rum_event import RumEvent, rum_event
from bot.signals.question import Period

NEEDS = "rum_apps_read"
MOST_BUCKETS = 10_000
"""The product of the limits of all groups may not be larger."""
MOST_EVENTS = 1000
NOTHING = msgspec.Raw(b"{}")


@dataclass(frozen=True, slots=True)
class ComputeRequest:
    """A number of each bucket: `count`, or `cardinality` of a metric. With an `interval` ("1h") it is a series."""

    aggregation: str = "count"
    metric: str = ""
    interval: str = ""

    def body(self) -> dict[str, Any]:
        kind = "timeseries" if self.interval else "total"
        fields = {"aggregation": self.aggregation, "interval": self.interval, "metric": self.metric, "type": kind}
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """One bucket for each value of the facet, at most `limit`, the largest by `measure` first."""

    facet: str
    limit: int
    measure: ComputeRequest = ComputeRequest()

    def body(self) -> dict[str, Any]:
        measure = {"aggregation": self.measure.aggregation, "order": "desc", "type": "measure"}
        if self.measure.metric:
            measure["metric"] = self.measure.metric
        return {"facet": self.facet, "limit": self.limit, "sort": measure}


class Point(msgspec.Struct):
    time: datetime
    value: float = 0.0


class AggregateBucket(msgspec.Struct):
    """`by` maps facets to the bucket's values; `computes` has `c0`, `c1`, … in the order of the request."""

    by: dict[str, Any] = {}
    computes: dict[str, float | list[Point] | None] = {}

    def number(self, place: int) -> int:
        value = self.computes.get(f"c{place}")
        return round(value) if isinstance(value, int | float) else 0

    def points(self, place: int) -> list[Point]:
        value = self.computes.get(f"c{place}")
        return value if isinstance(value, list) else []


class _Buckets(msgspec.Struct):
    buckets: list[AggregateBucket] = []


class _Page(msgspec.Struct):
    after: str | None = None


class _Warning(msgspec.Struct):
    title: str = ""
    detail: str = ""


class AnswerMeta(msgspec.Struct):
    """`status` is `done`, or `timeout` when the numbers are of a part of the events."""

    status: str = "done"
    warnings: list[_Warning] | None = None
    page: _Page | None = None


class Aggregated(msgspec.Struct):
    data: _Buckets = msgspec.field(default_factory=_Buckets)
    meta: AnswerMeta = msgspec.field(default_factory=AnswerMeta)

    @property
    def buckets(self) -> list[AggregateBucket]:
        return self.data.buckets

    @property
    def partial(self) -> bool:
        return self.meta.status == "timeout"


class ListedAttributes(msgspec.Struct):
    """`attributes` is the event itself, much as the SDK sent it, with what Datadog adds; kept as it came."""

    timestamp: Any = None
    tags: Any = None
    attributes: msgspec.Raw = NOTHING

    @property
    def at(self) -> datetime | None:
        """When it happened, aware; None where neither Datadog nor the SDK says."""
        with suppress(msgspec.ValidationError):
            moment = msgspec.convert(self.timestamp, datetime)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        date = rum_event(self.attributes).date
        with suppress(OverflowError, ValueError, OSError):
            return datetime.fromtimestamp(date / 1000, UTC) if date else None
        return None

    def tag(self, name: str) -> str:
        """Returns the first value of a tag (`version:2.31.0`), empty without one."""
        tags = self.tags if isinstance(self.tags, list) else []
        pairs = (tag.partition(":") for tag in tags if isinstance(tag, str))
        return next((value for key, _, value in pairs if key == name), "")


class ListedEvent(msgspec.Struct):
    """An event as a search lists it. Any part of it may be missing, null or of another type: the rest still counts."""

    id: Any = None
    raw: msgspec.Raw = msgspec.field(default=NOTHING, name="attributes")

    @property
    def attributes(self) -> ListedAttributes:
        try:
            return msgspec.json.decode(self.raw, type=ListedAttributes)
        except msgspec.DecodeError:
            return ListedAttributes()

    def event(self) -> RumEvent:
        return rum_event(self.attributes.attributes)


class EventPage(msgspec.Struct):
    data: list[ListedEvent] = []
    meta: AnswerMeta = msgspec.field(default_factory=AnswerMeta)

    @property
    def partial(self) -> bool:
        return self.meta.status == "timeout"

    @property
    def after(self) -> str:
        return (self.meta.page.after or "") if self.meta.page else ""


def aggregate(
    query: str, period: Period, computes: Sequence[ComputeRequest], groups: Sequence[FacetGroup] = ()
) -> Call:
    body: dict[str, Any] = {
        "compute": [compute.body() for compute in computes],
        "filter": _filter(query, period),
        "options": {"timezone": zone_of(period)},
    }
    if groups:
        body["group_by"] = [group.body() for group in groups]
    return Call("POST", "/api/v2/rum/analytics/aggregate", NEEDS, "rum_aggregate", "RUM numbers", body=body)


def search(query: str, period: Period, *, limit: int, newest_first: bool = True, cursor: str = "") -> Call:
    page: dict[str, Any] = {"limit": limit} | ({"cursor": cursor} if cursor else {})
    body = {"filter": _filter(query, period), "page": page, "sort": "-timestamp" if newest_first else "timestamp"}
    return Call("POST", "/api/v2/rum/events/search", NEEDS, "rum", "RUM events", body=body)


async def search_events(
    client: Client, query: str, period: Period, *, most: int, newest_first: bool = True, pages: int = 1000
) -> EventPage:
    """Returns up to `most` events as one page, read over as many pages as needed, or at most `pages`.

    A page may be short although more follow, and the page after the last is empty and has no meta: the list ends with
    a page without events or without a cursor.
    """
    events, cursor = EventPage(), ""
    for _ in range(pages):
        limit = min(MOST_EVENTS, most - len(events.data))
        call = search(query, period, limit=limit, newest_first=newest_first, cursor=cursor)
        page = await client.send(call, EventPage)
        events.data += page.data
        if page.meta.status != "done":
            events.meta.status = page.meta.status
        if len(events.data) >= most or not page.data or not page.after or page.after == cursor:
            break
        cursor = page.after
    return events


def zone_of(period: Period) -> str:
    """Returns the name of the period's zone. Only days need it."""
    return str(getattr(period.start.tzinfo, "key", "UTC"))


def _filter(query: str, period: Period) -> dict[str, str]:
    """Datadog's filter includes its last millisecond, our periods exclude their end."""
    return {"from": _ms(period.start), "query": query, "to": str(int(_ms(period.end)) - 1)}


def _ms(moment: datetime) -> str:
    return str(round(moment.timestamp() * 1000))
