"""ClickHouse's SQL. Tables are appended to: what is newest is found while reading (FINAL).

Statements ask for one setting alone, where the server has it, so that people can run what they are shown. People are
counted exactly (`uniqExact`, which holds every different value in memory; the README says how much that is).
"""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.dialect import QUARTER_MS, Sliced

_FOLDED = {"first_moment": "min", "last_moment": "max", "received": "max", "sample": "min", "sample_rate": "min"}
"""As in the view `sessions`."""
_FIRST, _LAST = datetime(1900, 1, 1), datetime(2299, 12, 31)
"""The times that DateTime64 holds; what lies outside is before or after everything that is stored."""

_DIGITS_16 = 2**62
"""Added to a time in epoch ms, earlier than 1970 or later, it has sixteen hexadecimal digits."""


class ClickHouseDialect:
    """`reads_once`: the server can keep what a common table expression gives; others read it wherever it is used."""

    engine = "ClickHouse"

    def __init__(self, *, reads_once: bool) -> None:
        self.once = "AS MATERIALIZED" if reads_once else "AS"
        self._settings = "\nSETTINGS enable_materialized_cte = 1" if reads_once else ""

    def placeholder(self, name: str, value: Any, /) -> str:
        return f"{{{name}:{_type(value)}}}"

    def bound(self, value: Any) -> Any:
        """Times travel as text, with microseconds: the driver would cut them for some types."""
        return _text(value) if isinstance(value, datetime) else value

    def literal(self, value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int | float):
            return repr(value)
        if isinstance(value, datetime):
            return f"toDateTime64('{_text(value)}', 6, 'UTC')"
        if isinstance(value, list | tuple):
            return f"[{', '.join(map(self.literal, value))}]"
        return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0") + "'"

    def newest(self, table: str, alias: str = "") -> str:
        if table == "sessions":  # a view, which folds what deliveries said
            return f"sessions AS {alias}" if alias else "sessions"
        return f"{table} AS {alias} FINAL" if alias else f"{table} FINAL"

    def sessions(self, seen: str) -> str:
        """Folds these columns alone, which leaves nothing for FINAL; the view folds all and takes long to plan."""
        folded = ", ".join(f"{function}(each.{name}) AS {name}" for name, function in _FOLDED.items())
        theirs = f"id IN (SELECT id FROM sessions_seen WHERE {seen} SETTINGS final = 0)"
        return f"(SELECT id, {folded} FROM sessions_seen AS each WHERE {theirs} GROUP BY id SETTINGS final = 0)"

    def statement(self, sql: str) -> str:
        return f"SELECT * FROM (\n{sql}\n){self._settings}"

    def distinct(self, column: str, condition: str = "") -> str:
        return f"uniqExactIf({column}, {condition})" if condition else f"uniqExact({column})"

    def latest(self, column: str, moment: str) -> str:
        """The greatest text that begins with the time: a third of the time that the greatest pair takes."""
        return f"substring(max(concat(hex(toUnixTimestamp64Milli({moment}) + {_DIGITS_16}), {column})), 17)"

    def latest_plainly(self, column: str, moment: str) -> str:
        return f"max(({moment}, {column})).2"

    def total(self, number: str) -> str:
        return f"sum({number})"

    def epoch_ms(self, moment: str) -> str:
        return f"toUnixTimestamp64Milli({moment})"

    def quarter(self, moment: str) -> str:
        return f"intDiv(toUnixTimestamp64Milli({moment}), {QUARTER_MS})"

    def sliced(self, moment: str, edges: str) -> Sliced:
        return Sliced("", f"intDiv(roundDown(toUnixTimestamp64Micro({moment}), {edges}), 1000000)")

    def oldest(self, condition: str) -> str:
        """The oldest row, replaced or not, is in the parts' metadata; only the day after it is read."""
        first = f"({oldest_stored(condition)})"
        return (
            f"SELECT toUnixTimestamp64Milli(coalesce(minOrNull(moment), {first})) FROM actions FINAL "
            f"WHERE {condition} AND moment < {first} + INTERVAL 1 DAY"
        )

    def lower(self, text: str) -> str:
        """ICU lowers by context and in full; what differs from letter by letter is replaced before."""
        return f"lowerUTF8(replaceAll(replaceAll({text}, 'İ', 'i'), 'Σ', 'σ'))"

    def contains(self, text: str, part: str) -> str:
        return f"position({text}, {part}) > 0"

    def starts_with(self, text: str, start: str) -> str:
        return f"startsWith({text}, {start})"

    def ends_with(self, text: str, end: str) -> str:
        return f"endsWith({text}, {end})"

    def like(self, text: str, pattern: str) -> str:
        return f"{text} LIKE {pattern}"

    def attributes(self, name: str, seen: str, add: Callable[[Any], str]) -> str:
        """The last one that a delivery named; `sessions` would fold them all."""
        key = add(name)
        named = f"SELECT id, max(attributes[{key}]).2 AS value FROM sessions_seen"
        return f"({named} WHERE {seen} AND mapContains(attributes, {key}) GROUP BY id)"


async def clickhouse_dialect(client: ClickHouseClient) -> ClickHouseDialect:
    """Asks the server what it can. Raises Upstream."""
    columns = await client.query(
        "SELECT count() FROM system.settings WHERE name = 'enable_materialized_cte' AND NOT readonly"
    )
    return ClickHouseDialect(reads_once=bool(columns[0][0]))


def oldest_stored(condition: str) -> str:
    """Returns a query of the time of the oldest row. For `min` and `count` the server reads no rows, as it does for
    `minOrNull`."""
    return f"SELECT if(count() = 0, NULL, min(moment)) FROM actions WHERE {condition} SETTINGS final = 0"


def _type(value: Any) -> str:
    """`bool` comes before `int`, which it is one of."""
    if isinstance(value, list | tuple):
        return f"Array({_type(value[0]) if value else 'String'})"
    kinds = {bool: "Bool", int: "Int64", float: "Float64", datetime: "DateTime64(6, 'UTC')", str: "String"}
    return next(name for kind, name in kinds.items() if isinstance(value, kind))


def _text(moment: datetime) -> str:
    return max(_FIRST, min(moment, _LAST)).isoformat(sep=" ", timespec="microseconds")
