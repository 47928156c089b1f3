"""The totals of a question's buckets: of all events, of those of a label, of those of a slice of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from bot.providers.datadog.rum.count_requests import IDS, TOTALS
from bot.providers.datadog.rum.people_counts import BucketCounts, IdCounts, PeopleIds, bucket_counts
from bot.providers.datadog.rum.rum_requests import AggregateBucket, Aggregated
from bot.providers.datadog.rum.series_slices import slice_index

Results = Mapping[str, Aggregated]
"""The answers to the requests of a plan, by name."""
T = TypeVar("T")


def single(results: Results, name: str) -> BucketCounts:
    """Returns the numbers of requests without groups, zeros when nothing fits."""
    return bucket_counts(*_parts(results, name, lambda own: _only(results[own])))


def by_label(results: Results, name: str, facet: str) -> dict[str, BucketCounts]:
    """Returns the numbers of requests that are grouped by a facet, the largest group first."""
    every, *others = _parts(results, name, lambda own: _labelled(results[own], facet))
    return {
        label: bucket_counts(counts, *(part.get(label, IdCounts()) for part in others))
        for label, counts in every.items()
    }


def in_slots(results: Results, name: str, starts: Sequence[datetime]) -> list[BucketCounts]:
    """Returns the numbers of the slots that begin at `starts`."""
    parts = _parts(results, name, lambda own: _slots(results, own, starts))
    return [bucket_counts(*slot) for slot in zip(*parts, strict=True)]


def _parts(results: Results, name: str, read: Callable[[str], T]) -> list[T]:
    """Reads each part of totals that was requested: all events, those that name a user, those without any id."""
    names = (f"{name} {part}".rstrip() for part in PeopleIds.SESSIONS.value)
    return [read(own) for own in names if own in results]


def _only(answer: Aggregated) -> IdCounts:
    return _totals(answer.buckets[0]) if answer.buckets else IdCounts()


def _totals(bucket: AggregateBucket) -> IdCounts:
    return IdCounts(*(bucket.number(place) for place in range(len(TOTALS))))


def _labelled(answer: Aggregated, facet: str) -> dict[str, IdCounts]:
    return {str(bucket.by.get(facet)): _totals(bucket) for bucket in answer.buckets}


def _slots(results: Results, name: str, starts: Sequence[datetime]) -> list[IdCounts]:
    """Numbers of events add up over the slices of a slot. Ids don't: whoever comes twice in an hour is one person."""
    if f"{name} 0" in results:
        return [_only(results[f"{name} {at}"]) for at in range(len(starts))]
    index = slice_index(starts)
    sums = [[0] * len(TOTALS) for _ in starts]
    for bucket in results[name].buckets:
        for place in range(len(TOTALS)):
            for point in bucket.points(place):
                sums[index(point.time)][place] += round(point.value)
    if f"{name} {IDS[0]}" in results:
        for place, id in enumerate(IDS, 1):
            for slot, count in _distinct(results[f"{name} {id}"], index).items():
                sums[slot][place] = count
    return [IdCounts(*numbers) for numbers in sums]


def _distinct(listed: Aggregated, index: Callable[[datetime], int]) -> dict[int, int]:
    """Returns how many of the listed ids were seen in each slot."""
    counts: dict[int, int] = {}
    for bucket in listed.buckets:
        for slot in {index(point.time) for point in bucket.points(0) if point.value}:
            counts[slot] = counts.get(slot, 0) + 1
    return counts
