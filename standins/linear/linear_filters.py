"""Linear's filters on what the stand-in keeps. https://linear.app/developers/filtering"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from standins.linear.linear_schema import MOST_PAGE, USUAL_PAGE
from standins.linear.linear_world import LinearError, StoredLinearIssue

COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "in": lambda value, wanted: value in wanted,
    "gt": lambda value, wanted: value > wanted,
    "gte": lambda value, wanted: value >= wanted,
    "lt": lambda value, wanted: value < wanted,
    "lte": lambda value, wanted: value <= wanted,
    "eqIgnoreCase": lambda value, wanted: value.casefold() == wanted.casefold(),
    "containsIgnoreCase": lambda value, wanted: wanted.casefold() in value.casefold(),
}


def fits(issue: StoredLinearIssue, wanted: Mapping[str, Any] | None) -> bool:
    """Whether an issue fits an IssueFilter: all of its parts, one of its `or`."""
    values: dict[str, Callable[[Any], bool]] = {
        "id": lambda part: compares(issue.id, part) or compares(issue.identifier, part),
        "number": lambda part: compares(float(issue.number), part),
        "title": lambda part: compares(issue.title, part),
        "team": lambda part: compares_all({"id": issue.team.id, "key": issue.team.key}, part),
        "state": lambda part: compares_all({"name": issue.state.name, "type": issue.state.type}, part),
        "assignee": lambda part: issue.assignee is not None and compares_all({"email": issue.assignee.email}, part),
        "createdAt": lambda part: compares(issue.created, _times(part)),
        "updatedAt": lambda part: compares(issue.updated, _times(part)),
        "and": lambda parts: all(fits(issue, part) for part in parts),
        "or": lambda parts: any(fits(issue, part) for part in parts),
    }
    return all(values[name](part) for name, part in (wanted or {}).items())


def compares_all(values: Mapping[str, Any], wanted: Mapping[str, Any] | None) -> bool:
    return all(compares(values[name], part) for name, part in (wanted or {}).items())


def compares(value: Any, wanted: Mapping[str, Any]) -> bool:
    return all(COMPARED[name](value, part) for name, part in wanted.items())


def page(nodes: Sequence[Any], first: int | None, after: str | None) -> dict[str, Any]:
    """A connection: the nodes after a cursor, and whether there are more."""
    size = USUAL_PAGE if first is None else first
    if not 0 < size <= MOST_PAGE:
        raise LinearError("Argument Validation Error", words=f"first must be between 1 and {MOST_PAGE}.")
    start = int(after) if after and after.isdigit() else 0
    shown = nodes[start : start + size]
    more = start + size < len(nodes)
    info = {
        "hasNextPage": more,
        "hasPreviousPage": start > 0,
        "startCursor": str(start),
        "endCursor": str(start + len(shown)) if shown else None,
    }
    return {"nodes": list(shown), "pageInfo": info, "totalCount": float(len(nodes))}


def _times(wanted: Mapping[str, str]) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(text) for name, text in wanted.items()}
