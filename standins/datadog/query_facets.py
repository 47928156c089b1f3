"""The facets of the query language, and how an event's values of them are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from standins.datadog.denied import DatadogDenied
from standins.datadog.shape import JsonObject, address, tags

TAGS = frozenset({"service", "env", "version"})
_OF = {
    "application": ("id", "name"),
    "session": ("id", "type", "has_replay", "frustration.count"),
    "view": ("id", "name", "url", "url_path", "url_path_group", "url_host", "frustration.count"),
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
Scalar = str | int | float
Read = Callable[[Any], Any]
Meant = Callable[[Any], tuple[Scalar, ...]]


def known(facet: str) -> str:
    """Returns the facet. Raises DatadogDenied (400) for one that doesn't exist."""
    if facet not in TAGS and facet not in FACETS and not facet.startswith(("@context.", "@usr.")):
        raise DatadogDenied(400, f"Unknown facet {facet}")
    return facet


def part_of(facet: str) -> str:
    """Returns the name of the part of an event that a known facet is read of; empty for what stands in tags."""
    return "" if facet in TAGS else facet[1:].partition(".")[0]


def reading(facet: str) -> tuple[Read, Meant]:
    """Returns (what is read of its part for a known facet, what that means). Many events have the same to be read."""
    if facet in TAGS:
        return _itself, lambda fields: _tags(facet, fields)
    _, *path = facet[1:].split(".")
    if path and path[-1].startswith("url_"):
        return _walk((*path[:-1], "url")), lambda url: _scalars(address(str(url or ""))[path[-1]])
    return _walk(tuple(path)), _scalars


def _walk(path: tuple[str, ...]) -> Read:
    def read(part: Any) -> Any:
        for name in path:
            if part.__class__ is not dict:
                return None
            part = part.get(name)
        return tuple(part) if part.__class__ is list else part

    return read


def _itself(part: Any) -> Any:
    return part


def tag_fields(event: JsonObject) -> Any:
    return event.get("service"), event.get("version"), event.get("ddtags")


def _tags(facet: str, fields: tuple[str, str, str]) -> tuple[Scalar, ...]:
    pairs = (tag.partition(":") for tag in tags(dict(zip(("service", "version", "ddtags"), fields, strict=True))))
    return tuple({value: None for name, _, value in pairs if name == facet and value})


def _scalars(raw: Any) -> tuple[Scalar, ...]:
    """Returns every value there is, booleans as `true` and `false`."""
    values = raw if isinstance(raw, tuple) else (raw,)
    return tuple(
        str(value).lower() if isinstance(value, bool) else value for value in values if isinstance(value, Scalar)
    )
