"""What the words of the query language stand for in an event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from standins.datadog.denied import Denied
from standins.datadog.shape import JsonObject, address, tags

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
Scalar = str | int | float
Read = Callable[[JsonObject], Any]
Meant = Callable[[Any], tuple[Scalar, ...]]


def known(facet: str) -> str:
    """The facet. Raises Denied (400) for one that doesn't exist."""
    if facet not in TAGS and facet not in FACETS and not facet.startswith(("@context.", "@usr.")):
        raise Denied(400, f"Unknown facet {facet}")
    return facet


def reading(facet: str) -> tuple[Read, Meant]:
    """(what of an event a known facet is read from, what that means), as many events have the same to be read."""
    if facet in TAGS:
        return _told, lambda told: _tags(facet, told)
    *path, last = facet[1:].split(".")
    if last.startswith("url_"):
        return _walk((*path, "url")), lambda url: _scalars(address(str(url or ""))[last])
    return _walk((*path, last)), _scalars


def _walk(path: tuple[str, ...]) -> Read:
    def read(event: Any) -> Any:
        for part in path:
            if event.__class__ is not dict:
                return None
            event = event.get(part)
        return tuple(event) if event.__class__ is list else event

    return read


def _told(event: JsonObject) -> Any:
    return event.get("service"), event.get("version"), event.get("ddtags")


def _tags(facet: str, told: tuple[str, str, str]) -> tuple[Scalar, ...]:
    pairs = (tag.partition(":") for tag in tags(dict(zip(("service", "version", "ddtags"), told, strict=True))))
    return tuple({value: None for name, _, value in pairs if name == facet and value})


def _scalars(found: Any) -> tuple[Scalar, ...]:
    """Every value that there is; booleans as `true` and `false`."""
    listed = found if isinstance(found, tuple) else (found,)
    return tuple(str(it).lower() if isinstance(it, bool) else it for it in listed if isinstance(it, Scalar))
