"""Buckets: events grouped by facets, and the numbers and series of each group."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from standins.datadog.denied import DatadogDenied
from standins.datadog.query_facets import known
from standins.datadog.rum_columns import Events
from standins.datadog.shape import JsonObject

MOST_BUCKETS = 10_000
MOST_POINTS = 1500
_UNITS = {"m": 60, "h": 3600, "d": 86400}
ByValues = Mapping[tuple[str, ...], Sequence[int]]
"""Numbers of events by their values of the facets that are grouped by."""


class ComputeSpec(msgspec.Struct, forbid_unknown_fields=True):
    aggregation: Literal["count", "cardinality"]
    metric: str = ""
    type: Literal["total", "timeseries"] = "total"
    interval: str = ""


class Sort(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["measure"]
    aggregation: Literal["count", "cardinality"]
    order: Literal["desc"]
    metric: str = ""


class GroupSpec(msgspec.Struct, forbid_unknown_fields=True):
    facet: str
    limit: int = 10
    sort: Sort | None = None


_COUNT = Sort("measure", "count", "desc")


def buckets(
    events: Events, selected: Sequence[int], computes: Sequence[ComputeSpec], groups: Sequence[GroupSpec], zone: str
) -> list[JsonObject]:
    """Returns a bucket for each combination of values, largest first, at most `limit` of each facet.

    Without groups there is one bucket.
    """
    _check(computes, groups)
    by_values = _by_values(events, selected, groups)
    return [
        {
            "by": dict(zip((group.facet for group in groups), values, strict=True)),
            "computes": {
                f"c{number}": _computed(events, by_values[values], compute, zone)
                for number, compute in enumerate(computes)
            },
        }
        for values in _largest(events, by_values, groups)
    ]


def _by_values(events: Events, selected: Sequence[int], groups: Sequence[GroupSpec]) -> ByValues:
    """Returns events by their values of the facets. An event with several values of a facet is under each."""
    if not groups:
        return {(): selected}
    columns = [events.column(group.facet) for group in groups]
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number in selected:
        alike[tuple(column.codes[number] for column in columns)].append(number)
    by_values: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for codes, numbers in alike.items():
        texts = (set(map(str, column.values[code])) for column, code in zip(columns, codes, strict=True))
        for values in itertools.product(*texts):
            by_values[values] += numbers
    return by_values


def _check(computes: Sequence[ComputeSpec], groups: Sequence[GroupSpec]) -> None:
    product = 1
    for group in groups:
        known(group.facet)
        product *= group.limit
    if product > MOST_BUCKETS:
        raise DatadogDenied(400, f"At most {MOST_BUCKETS} buckets are allowed")
    for compute in computes:
        if (compute.aggregation == "cardinality") != bool(compute.metric):
            raise DatadogDenied(400, "Only a cardinality has a metric, and it must have one")
        if bool(compute.interval) and compute.type != "timeseries":
            raise DatadogDenied(400, "An interval is for time series")


def _largest(events: Events, by_values: ByValues, groups: Sequence[GroupSpec]) -> list[tuple[str, ...]]:
    """Returns the combinations whose values are all among the largest of their facet."""
    combinations = sorted(by_values, key=lambda values: (-len(by_values[values]), values))
    for place, group in enumerate(groups):
        sizes: dict[str, float] = defaultdict(float)
        for values, numbers in by_values.items():
            sizes[values[place]] += _number(events, numbers, group.sort or _COUNT)
        best = set(sorted(sizes, key=lambda value: (-sizes[value], value))[: group.limit])
        combinations = [values for values in combinations if values[place] in best]
    return combinations


def _computed(events: Events, selected: Sequence[int], compute: ComputeSpec, zone: str) -> Any:
    if compute.type == "total":
        return _number(events, selected, compute)
    start_of = _slicing(compute.interval or "1h", zone)
    slices: dict[datetime, list[int]] = defaultdict(list)
    for number in selected:
        slices[start_of(events.moment(number) / 1000)].append(number)
    if len(slices) > MOST_POINTS:
        raise DatadogDenied(400, f"At most {MOST_POINTS} points are allowed")
    return [
        {"time": f"{start.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}", "value": _number(events, slices[start], compute)}
        for start in sorted(slices)
    ]


def _number(events: Events, selected: Sequence[int], measure: ComputeSpec | Sort) -> int:
    if measure.aggregation == "count":
        return len(selected)
    column = events.column(measure.metric)
    codes = {column.codes[number] for number in selected}
    return len({str(value) for code in codes for value in column.values[code]})


def _slicing(interval: str, zone: str) -> Callable[[float], datetime]:
    """Returns a function that gives where a moment's slice begins: days in the zone, all else from the epoch on."""
    parts = re.fullmatch(r"(\d+)([mhd])", interval)
    if parts is None:
        raise DatadogDenied(400, f"Invalid interval {interval}")
    if interval == "1d":
        return lambda moment: _local(moment, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    seconds = int(parts[1]) * _UNITS[parts[2]]
    start = lru_cache(maxsize=MOST_POINTS)(lambda number: datetime.fromtimestamp(number * seconds, UTC))
    return lambda moment: start(moment // seconds)


def _local(moment: float, zone: str) -> datetime:
    try:
        return datetime.fromtimestamp(moment, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        raise DatadogDenied(400, f"Invalid timezone {zone}") from None
