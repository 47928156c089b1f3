"""RUM events as the browser SDK sends them, and a column for each facet.

A shop of some size has hundreds of thousands of events in 30 days. So they are kept as they travel, as JSON, and each
column names the distinct values of its facet once: a query tests values and not events.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from standins.datadog.query_facets import FACETS, TAGS, Scalar, known, part_of, reading, tag_fields
from standins.datadog.shape import JsonObject, shaped

AT_ONCE = 1000
"""Events that are taken apart together: a column after the other, which is faster than an event after the other."""


class RumColumn:
    """`codes` has for each event, by its number, a place in `values`, where what the event has for the facet stands."""

    def __init__(self, facet: str) -> None:
        self.codes = array("I")
        self.values: list[tuple[Scalar, ...]] = []
        self._read, self._meant = reading(facet)
        self._known: dict[Any, int] = {}

    def extend(self, parts: Iterable[Any]) -> None:
        """Takes in of each next event the part that the facet is read of; None where the event has none."""
        read, codes = self._read, self._known
        for part in parts:
            raw = None if part is None else read(part)
            key = raw if raw.__class__ is str else (raw.__class__, raw)  # True is not 1 here
            code = codes.get(key)
            if code is None:
                code = codes[key] = len(self.values)
                self.values.append(self._meant(raw))
            self.codes.append(code)


class Events:
    """Events have numbers, in the order in which they were added."""

    def __init__(self, sent: Iterable[JsonObject] = ()) -> None:
        self._sent: list[bytes] = []
        self._moments = array("d")
        self._by_time: list[int] = []
        self._times = array("d")
        self._columns = {facet: RumColumn(facet) for facet in FACETS | TAGS}
        self._of_part: dict[str, list[RumColumn]] = {}
        for facet, column in self._columns.items():
            self._of_part.setdefault(part_of(facet), []).append(column)
        self.add(sent)

    def add(self, sent: Iterable[JsonObject]) -> None:
        coming = iter(sent)
        while some := list(islice(coming, AT_ONCE)):
            self._sent += map(msgspec.json.encode, some)
            self._moments.extend(event["date"] for event in some)
            for name, columns in self._of_part.items():
                parts = [_part(event, name) for event in some]
                for column in columns:
                    column.extend(parts)
        self._by_time = sorted(range(len(self._sent)), key=self._moments.__getitem__)
        self._times = array("d", sorted(self._moments))

    def __len__(self) -> int:
        return len(self._sent)

    def __iter__(self) -> Iterator[JsonObject]:
        return map(msgspec.json.decode, self._sent)

    def moment(self, number: int) -> float:
        """Epoch milliseconds."""
        return self._moments[number]

    def between(self, first: float, last: float) -> Sequence[int]:
        """The events of this time, the oldest first. Both ends belong to it."""
        return self._by_time[bisect_left(self._times, first) : bisect_right(self._times, last)]

    def column(self, facet: str) -> RumColumn:
        """Raises Denied (400) for a facet that does not exist. Those of customers are made when they are asked for."""
        if facet not in self._columns:
            column = RumColumn(known(facet))
            column.extend(_part(event, part_of(facet)) for event in self)
            self._columns[facet] = column
            self._of_part.setdefault(part_of(facet), []).append(column)
        return self._columns[facet]

    def shown(self, number: int) -> JsonObject:
        """The event as the API gives it."""
        return shaped(msgspec.json.decode(self._sent[number]), number)


def _part(event: JsonObject, name: str) -> Any:
    return event.get(name) if name else tag_fields(event)
