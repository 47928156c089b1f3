"""Buckets: events grouped by facets, with numbers and series computed over each group."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from bot.providers.datadog.standin.facets import known, moment_of, values_of
from bot.providers.datadog.standin.strict import Denied
from bot.providers.datadog.standin.world import JsonObject

MOST_BUCKETS = 10_000
MOST_POINTS = 1500
_UNITS = {"m": 60, "h": 3600, "d": 86400}


class Compute(msgspec.Struct, forbid_unknown_fields=True):
    aggregation: Literal["count", "cardinality"]
    metric: str = ""
    type: Literal["total", "timeseries"] = "total"
    interval: str = ""


class Sort(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["measure"]
    aggregation: Literal["count", "cardinality"]
    order: Literal["desc"]
    metric: str = ""


class GroupBy(msgspec.Struct, forbid_unknown_fields=True):
    facet: str
    limit: int = 10
    sort: Sort | None = None


def buckets(
    events: Sequence[JsonObject], computes: Sequence[Compute], groups: Sequence[GroupBy], zone: str
) -> list[JsonObject]:
    """One for each combination of values, largest first, at most `limit` of each facet; one alone without groups."""
    _check(computes, groups)
    held: dict[tuple[str, ...], list[JsonObject]] = defaultdict(list)
    for event in events:
        for values in itertools.product(*(set(map(str, values_of(event, it.facet))) for it in groups)):
            held[values].append(event)
    if not groups and not events:
        held[()] = []
    kept = _kept(held, groups)
    return [
        {
            "by": dict(zip((it.facet for it in groups), values, strict=True)),
            "computes": {f"c{number}": _computed(held[values], it, zone) for number, it in enumerate(computes)},
        }
        for values in kept
    ]


def _check(computes: Sequence[Compute], groups: Sequence[GroupBy]) -> None:
    product = 1
    for group in groups:
        known(group.facet)
        product *= group.limit
    if product > MOST_BUCKETS:
        raise Denied(400, f"At most {MOST_BUCKETS} buckets are allowed")
    for compute in computes:
        if (compute.aggregation == "cardinality") != bool(compute.metric):
            raise Denied(400, "Only a cardinality has a metric, and it must have one")
        if bool(compute.interval) and compute.type != "timeseries":
            raise Denied(400, "An interval is for time series")


def _kept(held: dict[tuple[str, ...], list[JsonObject]], groups: Sequence[GroupBy]) -> list[tuple[str, ...]]:
    """The values whose facets are all among the largest of their facet."""
    kept = sorted(held, key=lambda values: (-len(held[values]), values))
    for place, group in enumerate(groups):
        sizes: dict[str, float] = defaultdict(float)
        for values, events in held.items():
            sizes[values[place]] += _measure(events, group.sort)
        best = sorted(sizes, key=lambda value: (-sizes[value], value))[: group.limit]
        kept = [values for values in kept if values[place] in best]
    return kept


def _measure(events: Sequence[JsonObject], sort: Sort | None) -> float:
    if sort is None or sort.aggregation == "count":
        return len(events)
    return len({str(value) for event in events for value in values_of(event, sort.metric)})


def _computed(events: Sequence[JsonObject], compute: Compute, zone: str) -> Any:
    if compute.type == "total":
        return _number(events, compute)
    slices: dict[datetime, list[JsonObject]] = defaultdict(list)
    for event in events:
        slices[_slice(event, compute.interval or "1h", zone)].append(event)
    if len(slices) > MOST_POINTS:
        raise Denied(400, f"At most {MOST_POINTS} points are allowed")
    return [
        {"time": f"{start.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}", "value": _number(slices[start], compute)}
        for start in sorted(slices)
    ]


def _number(events: Sequence[JsonObject], compute: Compute) -> int:
    if compute.aggregation == "count":
        return len(events)
    return len({str(value) for event in events for value in values_of(event, compute.metric)})


def _slice(event: JsonObject, interval: str, zone: str) -> datetime:
    """Where the event's slice begins: whole days in the zone, anything shorter from the epoch on."""
    found = re.fullmatch(r"(\d+)([mhd])", interval)
    if found is None:
        raise Denied(400, f"Invalid interval {interval}")
    moment = moment_of(event) / 1000
    if interval == "1d":
        return _local(moment, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    seconds = int(found[1]) * _UNITS[found[2]]
    return datetime.fromtimestamp(moment // seconds * seconds, UTC)


def _local(moment: float, zone: str) -> datetime:
    try:
        return datetime.fromtimestamp(moment, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        raise Denied(400, f"Invalid timezone {zone}") from None
