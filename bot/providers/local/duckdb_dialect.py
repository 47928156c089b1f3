"""DuckDB's SQL. Tables hold one row for each thing, in its newest state, and naive times in UTC."""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.providers.local.dialect import QUARTER_MS, Sliced


class DuckDbDialect:
    engine = "DuckDB"
    once = "AS MATERIALIZED"

    def placeholder(self, name: str, _value: Any, /) -> str:
        return f"${name}"

    def bound(self, value: Any) -> Any:
        return value

    def literal(self, value: Any) -> str:
        """Standard strings have one escape, the doubled quote."""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int | float):
            return repr(value)
        if isinstance(value, datetime):
            return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
        if isinstance(value, list | tuple):
            return f"[{', '.join(map(self.literal, value))}]"
        return "'" + str(value).replace("'", "''") + "'"

    def newest(self, table: str, alias: str = "") -> str:
        return f"{table} AS {alias}" if alias else table

    def sessions(self, seen: str) -> str:
        return f"(SELECT * FROM sessions WHERE {seen})"

    def statement(self, sql: str) -> str:
        return sql

    def distinct(self, column: str, condition: str = "") -> str:
        return f"count(DISTINCT {column}){f' FILTER (WHERE {condition})' if condition else ''}"

    def latest(self, column: str, moment: str) -> str:
        return f"max(({moment}, {column}))[2]"

    latest_plainly = latest

    def total(self, number: str) -> str:
        return f"sum({number})::BIGINT"

    def epoch_ms(self, moment: str) -> str:
        return f"epoch_ms({moment})"

    def quarter(self, moment: str) -> str:
        return f"epoch_ms({moment}) // {QUARTER_MS}"

    def sliced(self, moment: str, edges: str) -> Sliced:
        join = f"ASOF JOIN (SELECT unnest({edges}) AS edge) AS slices ON {moment} >= make_timestamp(slices.edge)"
        return Sliced(join, "slices.edge // 1000000")

    def oldest(self, condition: str) -> str:
        return f"SELECT epoch_ms(min(moment)) FROM actions WHERE {condition}"

    def lower(self, text: str) -> str:
        return f"lower({text})"

    def contains(self, text: str, part: str) -> str:
        return f"contains({text}, {part})"

    def starts_with(self, text: str, start: str) -> str:
        return f"starts_with({text}, {start})"

    def ends_with(self, text: str, end: str) -> str:
        return f"ends_with({text}, {end})"

    def like(self, text: str, pattern: str) -> str:
        return f"{text} LIKE {pattern} ESCAPE '\\'"

    def attributes(self, name: str, seen: str, add: Callable[[Any], str]) -> str:
        pointer = "/" + name.replace("~", "~0").replace("/", "~1")
        return f"(SELECT id, json_extract_string(attributes, {add(pointer)}) AS value FROM sessions WHERE {seen})"


DUCKDB = DuckDbDialect()
