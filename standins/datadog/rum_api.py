"""RUM: search of events and aggregation over them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
from aiohttp import web

from standins.datadog.aggregate import ComputeSpec, GroupSpec, buckets
from standins.datadog.denied import DatadogDenied
from standins.datadog.query_fitting import fitting
from standins.datadog.query_language import read
from standins.datadog.strict import PARTIAL, body_of, count, json_response, parameters, world_of
from standins.datadog.world import World

GROUP = "rum"
KEPT = timedelta(days=30)
MOST = 1000


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    """A part of a body in which nothing unknown is allowed."""


class RumFilter(Strict):
    """`from` and `to` are times as text: ISO, milliseconds of the epoch, or `now-7d`. Both ends are included."""

    query: str
    from_: str = msgspec.field(name="from")
    to: str


class Options(Strict):
    timezone: str = "UTC"


class RumPage(Strict):
    limit: int = 10
    cursor: str = ""


class Search(Strict):
    filter: RumFilter
    page: RumPage = msgspec.field(default_factory=RumPage)
    sort: Literal["timestamp", "-timestamp"] = "-timestamp"
    options: Options = msgspec.field(default_factory=Options)


class Aggregate(Strict):
    compute: list[ComputeSpec]
    filter: RumFilter
    group_by: list[GroupSpec] = []
    options: Options = msgspec.field(default_factory=Options)
    page: RumPage = msgspec.field(default_factory=RumPage)


def routes() -> list[web.RouteDef]:
    return [
        web.post("/api/v2/rum/events/search", _search, name=GROUP),
        web.post("/api/v2/rum/analytics/aggregate", _aggregate, name=f"{GROUP}_aggregate"),
    ]


async def _search(request: web.Request) -> web.Response:
    world = world_of(request, "rum_apps_read")
    headers = count(world, GROUP)
    parameters(request)
    search = await body_of(request, Search)
    if not 1 <= search.page.limit <= MOST:
        raise DatadogDenied(400, f"page.limit must be between 1 and {MOST}")
    oldest_first = _fitting(world, search.filter)
    ordered = oldest_first[::-1] if search.sort.startswith("-") else oldest_first
    first = int(search.page.cursor or 0)
    page = [world.events.shown(number) for number in ordered[first : first + min(search.page.limit, world.page_most)]]
    if not page:
        return json_response(200, {"data": []}, headers)  # as recorded: the page after the last one has no meta
    meta = _meta(request) | {"page": {"after": str(first + len(page))}}
    return json_response(200, {"data": page, "meta": meta}, headers)


async def _aggregate(request: web.Request) -> web.Response:
    world = world_of(request, "rum_apps_read")
    headers = count(world, f"{GROUP}_aggregate")
    parameters(request)
    wanted = await body_of(request, Aggregate)
    selected = _fitting(world, wanted.filter)
    rows = buckets(world.events, selected, wanted.compute, wanted.group_by, wanted.options.timezone)
    return json_response(200, {"data": {"buckets": rows}, "meta": _meta(request)}, headers)


def _fitting(world: World, wanted: RumFilter) -> Sequence[int]:
    """Returns the events that are still kept and fit, the oldest first."""
    query, now = read(wanted.query), world.clock()
    first, last = max(_time(wanted.from_, now), now - KEPT), _time(wanted.to, now)
    if last < _time(wanted.from_, now):
        raise DatadogDenied(400, "filter.to is before filter.from")
    kept = world.events.between(first.timestamp() * 1000, last.timestamp() * 1000)
    return fitting(query, world.events, kept)


def _time(text: str, now: datetime) -> datetime:
    units = {"m": "minutes", "h": "hours", "d": "days"}
    try:
        if text == "now":
            return now
        if text.startswith("now-"):
            return now - timedelta(**{units[text[-1]]: int(text[4:-1])})
        if text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, KeyError, OverflowError):
        raise DatadogDenied(400, f"Invalid time {text}") from None


def _meta(request: web.Request) -> dict[str, Any]:
    if request.get(PARTIAL):
        return {"status": "timeout", "warnings": [{"code": "timeout", "title": "The query took too long"}]}
    return {"status": "done", "elapsed": 1, "request_id": "standin"}
