"""Which values of facets and which pages are anywhere in the store, of whatever time."""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.providers.local.filters import COLUMNS, attribute, attribute_is, facet_is, view_is
from bot.providers.local.sql import Values
from bot.signals.source import VIEW, SeenValue

MOST_VALUES = 1000
MOST_PAGES = 5000
Query = Callable[[str, Mapping[str, Any]], Awaitable[list[tuple[Any, ...]]]]


async def has_value(query: Query, facet: str, value: str) -> bool:
    """Sessions and views count, too: a page that nobody clicked on is known."""
    values = Values()
    tables: tuple[str, ...]
    if facet == VIEW:
        tables, condition = ("actions", "views"), view_is(value, values)
    elif facet in COLUMNS:
        tables, condition = ("actions", "sessions"), facet_is(facet, value, values)
    else:
        tables, condition = ("sessions",), attribute_is(facet, value, values)
    exists = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {condition})" for table in tables)
    return bool((await query(f"SELECT {exists}", values.by_name))[0][0])


async def seen_values(query: Query, facet: str) -> Sequence[SeenValue]:
    values = Values()
    tables: tuple[str, ...]
    if facet == VIEW:
        tables, column, most = ("actions", "views"), "view_path", MOST_PAGES
    elif facet in COLUMNS:
        tables, column, most = ("actions", "sessions"), facet, MOST_VALUES
    else:
        tables, column, most = ("sessions",), attribute(facet, values), MOST_VALUES
    counted = " UNION ALL ".join(
        f"SELECT {column} AS value, count(*) AS events FROM {table} GROUP BY ALL" for table in tables
    )
    rows = await query(_SEEN.format(counted=counted, most=most), values.by_name)
    return [SeenValue(value, events) for value, events in rows]


_SEEN = """
SELECT value, sum(events)::BIGINT AS seen FROM ({counted}) WHERE value <> ''
GROUP BY value ORDER BY seen DESC, value LIMIT {most}
"""
