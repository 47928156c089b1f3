"""Buckets: events grouped by facets, with numbers and series computed over each group."""

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

from standins.datadog.denied import Denied
from standins.datadog.query_facets import known
from standins.datadog.rum_columns import Events
from standins.datadog.shape import JsonObject

MOST_BUCKETS = 10_000
MOST_POINTS = 1500
_UNITS = {"m": 60, "h": 3600, "d": 86400}
Held = Mapping[tuple[str, ...], Sequence[int]]


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
    events: Events, found: Sequence[int], computes: Sequence[ComputeSpec], groups: Sequence[GroupSpec], zone: str
) -> list[JsonObject]:
    """One for each combination of values, largest first, at most `limit` of each facet; one alone without groups."""
    _check(computes, groups)
    held = _held(events, found, groups)
    kept = _kept(events, held, groups)
    return [
        {
            "by": dict(zip((it.facet for it in groups), values, strict=True)),
            "computes": {f"c{number}": _computed(events, held[values], it, zone) for number, it in enumerate(computes)},
        }
        for values in kept
    ]


def _held(events: Events, found: Sequence[int], groups: Sequence[GroupSpec]) -> Held:
    """Events by their values of the facets; one with several values of a facet is held by each."""
    if not groups:
        return {(): found}
    columns = [events.column(it.facet) for it in groups]
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for at in found:
        alike[tuple(column.codes[at] for column in columns)].append(at)
    held: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for codes, those in alike.items():
        texts = (set(map(str, column.values[code])) for column, code in zip(columns, codes, strict=True))
        for values in itertools.product(*texts):
            held[values] += those
    return held


def _check(computes: Sequence[ComputeSpec], groups: Sequence[GroupSpec]) -> None:
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


def _kept(events: Events, held: Held, groups: Sequence[GroupSpec]) -> list[tuple[str, ...]]:
    """The values whose facets are all among the largest of their facet."""
    kept = sorted(held, key=lambda values: (-len(held[values]), values))
    for place, group in enumerate(groups):
        sizes: dict[str, float] = defaultdict(float)
        for values, those in held.items():
            sizes[values[place]] += _number(events, those, group.sort or _COUNT)
        best = set(sorted(sizes, key=lambda value: (-sizes[value], value))[: group.limit])
        kept = [values for values in kept if values[place] in best]
    return kept


def _computed(events: Events, found: Sequence[int], compute: ComputeSpec, zone: str) -> Any:
    if compute.type == "total":
        return _number(events, found, compute)
    start_of = _slicing(compute.interval or "1h", zone)
    slices: dict[datetime, list[int]] = defaultdict(list)
    for at in found:
        slices[start_of(events.moment(at) / 1000)].append(at)
    if len(slices) > MOST_POINTS:
        raise Denied(400, f"At most {MOST_POINTS} points are allowed")
    return [
        {"time": f"{start.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}", "value": _number(events, slices[start], compute)}
        for start in sorted(slices)
    ]


def _number(events: Events, found: Sequence[int], wanted: ComputeSpec | Sort) -> int:
    if wanted.aggregation == "count":
        return len(found)
    column = events.column(wanted.metric)
    return len({str(value) for code in {column.codes[at] for at in found} for value in column.values[code]})


def _slicing(interval: str, zone: str) -> Callable[[float], datetime]:
    """Where a moment's slice begins: whole days in the zone, anything shorter from the epoch on."""
    found = re.fullmatch(r"(\d+)([mhd])", interval)
    if found is None:
        raise Denied(400, f"Invalid interval {interval}")
    if interval == "1d":
        return lambda moment: _local(moment, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    seconds = int(found[1]) * _UNITS[found[2]]
    start = lru_cache(maxsize=MOST_POINTS)(lambda number: datetime.fromtimestamp(number * seconds, UTC))
    return lambda moment: start(moment // seconds)


def _local(moment: float, zone: str) -> datetime:
    try:
        return datetime.fromtimestamp(moment, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        raise Denied(400, f"Invalid timezone {zone}") from None
