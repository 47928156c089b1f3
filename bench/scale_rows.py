"""Rows for the bench of scale, generated inside each engine: the same ones in DuckDB and in ClickHouse.

Row n is at `FIRST_MS + n * step`; what is in it follows from n alone, by arithmetic that both engines understand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.sql import Values
from bot.signals.answer import TargetMatch
from bot.signals.question import Period, Question

END = datetime(2026, 11, 23, tzinfo=UTC)
YEAR = timedelta(days=364)
WEEK = Period(END - timedelta(days=7), END)
BEFORE = Period(WEEK.start - WEEK.span, WEEK.start)
ASKED = Question(WEEK, target="buy button", text="frustration signals on buy button last week", compare=BEFORE)
TARGETS = (TargetMatch("Buy"), TargetMatch("구매하기"))
AT_ONCE = 500_000
_NAMES = (
    *("Buy", "구매하기", "Add to cart", "Search", "Checkout", "Apply coupon", "Menu", "Close"),
    *("Next", "Details", "Camp", "Cart", "Pay", "Size", "Colour", "Remove"),
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Actions number `first` to `last` of `all` actions in a year that ends with END."""

    all: int
    first: int = 0

    @classmethod
    def two_weeks(cls, all: int) -> Stretch:
        """The last two weeks of a year with so many actions: what a question about a week reads."""
        return cls(all, all - all * 14 // YEAR.days)

    @property
    def parts(self) -> Iterator[dict[str, int]]:
        for first in range(self.first, self.all, AT_ONCE):
            yield {"first": first, "last": min(first + AT_ONCE, self.all)}

    def moment_ms(self, number: str, over: str) -> str:
        """`over` is the engine's integer division of the two numbers it is given."""
        first_ms = int((END - YEAR).timestamp() * 1000)
        return f"{first_ms} + {over.format(f'{number} * {int(YEAR.total_seconds() * 1000)}', self.all)}"


def _mixed(number: str, of: int) -> str:
    """Returns a number below 65536 that looks like chance."""
    return f"(({number} * 2654435761 + {of * 40503}) % 4294967296) % 65521"


def _columns(number: str, over: str) -> dict[str, str]:
    """The columns that both engines are given in the same words."""
    names = ", ".join(f"'{name}'" for name in _NAMES)
    session = over.format(number, 8)
    return {
        "session_id": f"concat('s', {session})",
        "view_id": f"concat('v', {over.format(number, 4)})",
        "person": f"concat('p', {over.format(number, 24)})",
        "target": f"([{names}])[1 + {_mixed(number, 1)} % 16]",
        "selector": "'#x'",
        "rage_click": f"{_mixed(number, 2)} % 20 = 0",
        "dead_click": f"{_mixed(number, 3)} % 15 = 0",
        "error_click": f"{_mixed(number, 4)} % 25 = 0",
        "clicks": "1",
        "view_path": "'/cart'",
        "version": "'2.31.0'",
        "browser": f"(['Chrome', 'Safari', 'Edge'])[1 + {_mixed(session, 5)} % 3]",
        "country": "'KR'",
    }


async def fill_duckdb(store: EventStore, stretch: Stretch) -> None:
    """Fills an empty store."""
    over = "(({}) // {})"
    columns = _columns("n", over)
    moment = f"epoch_ms({stretch.moment_ms('n', over)})"
    await _run(
        store,
        f"INSERT INTO actions BY NAME SELECT md5(n::VARCHAR)::UUID AS id, {moment} AS moment, "
        f"{', '.join(f'{value} AS {name}' for name, value in columns.items())}, false AS sample, false AS nameless "
        f"FROM range({stretch.first}, {stretch.all}) AS numbers(n)",
        "INSERT INTO errors BY NAME SELECT id, id AS action_id, moment, session_id, "
        "concat('TypeError: x is undefined ', epoch_ms(moment) % 7) AS message FROM actions WHERE error_click",
        "INSERT INTO sessions BY NAME SELECT session_id AS id, min(person) AS person, min(moment) AS first_moment, "
        "max(moment) AS last_moment, max(moment) AS received, '{}' AS attributes, false AS sample, 100 AS sample_rate "
        "FROM actions GROUP BY session_id",
        "CHECKPOINT",
    )


async def _run(store: EventStore, *statements: str) -> None:
    def work(connection: duckdb.DuckDBPyConnection) -> None:
        for statement in statements:
            connection.execute(statement)

    await asyncio.to_thread(store.change, work)


async def fill_clickhouse(store: ClickHouseStore, stretch: Stretch) -> None:
    """Fills an empty store, as batches arrive: so many rows at once."""
    over = "intDiv({}, {})"
    columns = _columns("n", over)
    moment = f"fromUnixTimestamp64Milli(toInt64({stretch.moment_ms('n', over)}), 'UTC')"
    id = "reinterpretAsUUID(MD5(toString(n)))"
    for part in stretch.parts:
        rows = f"(SELECT toInt64(number) AS n FROM numbers({part['first']}, {part['last'] - part['first']}))"
        await store.client.command(
            f"INSERT INTO actions (id, moment, {', '.join(columns)}) "
            f"SELECT {id}, {moment}, {', '.join(columns.values())} FROM {rows}"
        )
        message = f"concat('TypeError: x is undefined ', toUnixTimestamp64Milli({moment}) % 7)"
        await store.client.command(
            "INSERT INTO errors (id, action_id, moment, session_id, message) "
            f"SELECT {id}, {id}, {moment}, {columns['session_id']}, {message} "
            f"FROM {rows} WHERE {columns['error_click']}"
        )
        await store.client.command(
            "INSERT INTO sessions_seen (id, person, first_moment, last_moment, received, sample, sample_rate) "
            f"SELECT {columns['session_id']} AS id, (1, {columns['person']}), {moment}, {moment}, {moment}, false, 100 "
            f"FROM {rows} WHERE n % 8 IN (0, 7)"
        )


_WITHIN = "moment >= {start} AND moment < {end} AND target IN ('Buy', '구매하기')"
_WRONG = "(rage_click OR dead_click OR error_click)"
BARE = {
    "counts": f"""
SELECT count(*) FILTER (WHERE rage_click), count(*) FILTER (WHERE dead_click), count(*) FILTER (WHERE error_click),
  count(*), count(DISTINCT person), count(DISTINCT session_id)
FROM {{actions}} WHERE {_WITHIN} AND {_WRONG}
""",
    "exposed": f"SELECT count(*), count(DISTINCT person), count(DISTINCT session_id) FROM {{actions}} WHERE {_WITHIN}",
    "series": f"""
SELECT date_trunc('day', moment), count(*) FILTER (WHERE rage_click), count(*) FILTER (WHERE dead_click),
  count(*) FILTER (WHERE error_click)
FROM {{actions}} WHERE {_WITHIN} GROUP BY 1
""",
    "errors": f"""
SELECT message, count(DISTINCT hit.id) AS n
FROM (SELECT action_id, message FROM {{errors}} WHERE moment >= {{start}} AND moment < {{end}}) AS met
JOIN (SELECT id FROM {{actions}} WHERE {_WITHIN} AND {_WRONG}) AS hit ON hit.id = met.action_id
GROUP BY message ORDER BY n DESC LIMIT 5
""",
}


async def bare(store: EventStorePort) -> list[Any]:
    """The numbers of the answer by hand: each a statement of its own, as one would type it."""
    found = []
    for name, period in (("counts", WEEK), ("counts", BEFORE), ("exposed", WEEK), ("series", WEEK), ("errors", WEEK)):
        values, newest = Values(store.dialect), store.dialect.newest
        ends = {"start": values.add(period.start), "end": values.add(period.end)}
        sql = BARE[name].format(actions=newest("actions"), errors=newest("errors"), **ends)
        found.append(await store.query(sql, values.by_name))
    return found
