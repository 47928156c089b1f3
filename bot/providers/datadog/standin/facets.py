"""What the words of the query language mean for an event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.providers.datadog.standin.language import Between, Either, Every, Exactly, Like, Match, Not, Query, Value
from bot.providers.datadog.standin.strict import Denied
from bot.providers.datadog.standin.world import JsonObject

TAGS = frozenset({"service", "env", "version"})
_OF = {
    "application": ("id",),
    "session": ("id", "type", "has_replay", "frustration.count"),
    "view": ("id", "name", "url_path", "url_path_group", "url_host", "frustration.count"),
    "action": ("id", "type", "name", "target.name", "frustration.type", "error.count"),
    "error": ("id", "message", "type", "source", "fingerprint"),
    "browser": ("name",),
    "os": ("name",),
    "device": ("type",),
    "geo": ("country", "country_iso_code"),
    "_dd": ("action.target.selector",),
}
FACETS = frozenset({"@type", *(f"@{group}.{name}" for group, names in _OF.items() for name in names)})
"""Facets that a query may name, besides those of a customer (`@context.…`, `@usr.…`)."""
Test = Callable[[JsonObject], bool]


def values_of(event: JsonObject, facet: str) -> list[Any]:
    """Every value that the event has for the facet. Raises Denied (400) for a facet that doesn't exist."""
    known(facet)
    inner = event["attributes"]
    if facet == "service":
        return [inner["service"]] if inner.get("service") else []
    if facet in TAGS:
        return [tag.partition(":")[2] for tag in inner.get("tags", ()) if tag.startswith(f"{facet}:")]
    found: Any = inner["attributes"]
    for part in facet[1:].split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return [] if found is None else found if isinstance(found, list) else [found]


def moment_of(event: JsonObject) -> float:
    """Epoch milliseconds; the API leaves out the date that the SDK sent and gives the time beside the event."""
    return datetime.fromisoformat(event["attributes"]["timestamp"]).timestamp() * 1000


def known(facet: str) -> str:
    if facet not in TAGS and facet not in FACETS and not facet.startswith(("@context.", "@usr.")):
        raise Denied(400, f"Unknown facet {facet}")
    return facet


def test_of(query: Query) -> Test:
    """A function that says whether an event fits the query."""
    if isinstance(query, Match):
        return _match(known(query.facet), [_value(it) for it in query.values])
    if isinstance(query, Not):
        inner = test_of(query.query)
        return lambda event: not inner(event)
    tests = [test_of(it) for it in query.queries]
    if isinstance(query, Every):
        return lambda event: all(test(event) for test in tests)
    assert isinstance(query, Either)  # noqa: S101 - the last of the four
    return lambda event: any(test(event) for test in tests)


def _match(facet: str, tests: list[Callable[[Any], bool]]) -> Test:
    return lambda event: any(test(value) for value in values_of(event, facet) for test in tests)


def _value(wanted: Value) -> Callable[[Any], bool]:
    """As Datadog for attributes: exact case, booleans as `true` and `false`."""
    if isinstance(wanted, Exactly):
        return lambda value: _text(value) == wanted.text
    if isinstance(wanted, Like):
        pattern = wanted.pattern
        return lambda value: pattern.fullmatch(_text(value)) is not None
    return lambda value: isinstance(value, int | float) and _between(wanted, value)


def _between(wanted: Between, value: float) -> bool:
    low = wanted.low < value if wanted.open_low else wanted.low <= value
    return low and (value < wanted.high if wanted.open_high else value <= wanted.high)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
