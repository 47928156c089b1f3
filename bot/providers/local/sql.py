"""SQL with its values apart: the statement that runs has parameters, the one that people read has quoted literals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

_NAME = re.compile(r"\$(v\d+)\b")


class Values:
    """Collects the values of one statement; `add` gives the placeholder."""

    def __init__(self) -> None:
        self.by_name: dict[str, Any] = {}

    def add(self, value: Any) -> str:
        """`$v0`, `$v1`, ... Aware datetimes become the naive UTC that the tables hold."""
        name = f"v{len(self.by_name)}"
        self.by_name[name] = utc(value) if isinstance(value, datetime) else value
        return f"${name}"

    def among(self, column: str, values: Sequence[str]) -> str:
        """`column IN (...)`; no value matches nothing."""
        return f"{column} IN ({', '.join(map(self.add, values))})" if values else "false"

    def shown(self, statement: str) -> str:
        """Returns the statement as people can run it."""
        return _NAME.sub(lambda name: literal(self.by_name[name[1]]), statement)


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def literal(value: Any) -> str:
    """Returns a value as DuckDB reads it. Standard strings have one escape, the doubled quote."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    return "'" + str(value).replace("'", "''") + "'"
