"""Which events fit a query."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from standins.datadog.query_facets import Scalar
from standins.datadog.query_language import Between, Either, Every, Exactly, Like, Match, Not, Query, Value
from standins.datadog.rum_columns import Events

Test = Callable[[Scalar], bool]


def fitting(query: Query, events: Events, among: Sequence[int]) -> Sequence[int]:
    """Of the events `among`, in their order. Raises Denied (400) for a facet that doesn't exist."""
    match query:
        case Match():
            return _matching(query, events, among)
        case Not():
            left_out = set(fitting(query.query, events, among))
            return [at for at in among if at not in left_out]
        case Every():
            for part in query.queries:
                among = fitting(part, events, among)
            return among
        case Either():
            found = {at for part in query.queries for at in fitting(part, events, among)}
            return [at for at in among if at in found]


def _matching(query: Match, events: Events, among: Sequence[int]) -> list[int]:
    column, fits = events.column(query.facet), _test(query.values)
    codes, values = column.codes, column.values
    hit = {code for code in {codes[at] for at in among} if any(map(fits, values[code]))}
    return [at for at in among if codes[at] in hit]


def _test(wanted: Sequence[Value]) -> Test:
    """Whether a value is any of these. As Datadog for attributes: letter by letter."""
    texts = {it.text for it in wanted if isinstance(it, Exactly)}
    others = [_one(it) for it in wanted if not isinstance(it, Exactly)]
    return lambda value: str(value) in texts or any(fits(value) for fits in others)


def _one(wanted: Like | Between) -> Test:
    if isinstance(wanted, Like):
        pattern = wanted.pattern
        return lambda value: pattern.fullmatch(str(value)) is not None
    return lambda value: not isinstance(value, str) and _between(wanted, value)


def _between(wanted: Between, value: float) -> bool:
    low = wanted.low < value if wanted.open_low else wanted.low <= value
    return low and (value < wanted.high if wanted.open_high else value <= wanted.high)
