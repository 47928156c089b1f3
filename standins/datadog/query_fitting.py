"""Finds the events that fit a query."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from standins.datadog.query_facets import Scalar
from standins.datadog.query_language import Between, Either, Every, Exactly, Like, Match, Not, Query, Value
from standins.datadog.rum_columns import Events

Test = Callable[[Scalar], bool]


def fitting(query: Query, events: Events, among: Sequence[int]) -> Sequence[int]:
    """Returns those of the events `among` that fit, in order. Raises Denied (400) for a facet that doesn't exist."""
    match query:
        case Match():
            return _matching(query, events, among)
        case Not():
            left_out = set(fitting(query.query, events, among))
            return [number for number in among if number not in left_out]
        case Every():
            for part in query.queries:
                among = fitting(part, events, among)
            return among
        case Either():
            fits = {number for part in query.queries for number in fitting(part, events, among)}
            return [number for number in among if number in fits]


def _matching(query: Match, events: Events, among: Sequence[int]) -> list[int]:
    column, fits = events.column(query.facet), _test(query.values)
    codes, values = column.codes, column.values
    fitting_codes = {code for code in {codes[number] for number in among} if any(map(fits, values[code]))}
    return [number for number in among if codes[number] in fitting_codes]


def _test(wanted: Sequence[Value]) -> Test:
    """Returns a test whether a value is any of these, letter by letter as Datadog compares attributes."""
    texts = {value.text for value in wanted if isinstance(value, Exactly)}
    others = [_one(value) for value in wanted if not isinstance(value, Exactly)]
    return lambda value: str(value) in texts or any(fits(value) for fits in others)


def _one(wanted: Like | Between) -> Test:
    if isinstance(wanted, Like):
        pattern = wanted.pattern
        return lambda value: pattern.fullmatch(str(value)) is not None
    return lambda value: not isinstance(value, str) and _between(wanted, value)


def _between(wanted: Between, value: float) -> bool:
    low = wanted.low < value if wanted.open_low else wanted.low <= value
    return low and (value < wanted.high if wanted.open_high else value <= wanted.high)
