"""How many bytes a row takes in ClickHouse once it is merged, and how many rows a second are read of two weeks.

The product's own tables in the engine, filled by it with the clicks, views and errors of a shop. For docs/scale.md.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench.figures import Figure
from bot.providers.local.clickhouse.clickhouse_tables import TABLES, KeyedTable, Layout

ROWS = {True: 200_000, False: 1_000_000}  # actions, by whether it is to be quick
PER_SESSION = {
    "actions": 20,
    "action_states": 20,
    "errors": 2,
    "views": 6,
    "others": 60,
    "segments": 8,
    "sessions_seen": 1,
}
"""Rows of one session. Views count as they end, segments as the SDK cuts them: one for each view and 30 seconds."""

# Of row `number`: its session, and its place in it. Sessions begin all over a month, people have three each.
_SESSION = "intDiv(number, {each})"
_START = "toDateTime64('2026-11-01', 3, 'UTC') + toIntervalSecond(sipHash64(session) % 2592000)"
_ZIPF = "toUInt32(pow({n}, sipHash64(number, '{salt}') / 18446744073709551615.))"
_UUID = "reinterpretAsUUID(sipHash128({of}))"
VALUES = {
    "id": _UUID.format(of="number, 'id'"),
    "action_id": _UUID.format(of="number, 'action'"),
    "moment": f"{_START} + toIntervalMillisecond(place * 7000 + sipHash64(number) % 7000)",
    "last_moment": f"{_START} + toIntervalMillisecond(place * 7000 + 30000)",
    "first_moment": _START,
    "received": f"{_START} + toIntervalMillisecond(place * 7000 + 30500)",
    "session_id": f"toString({_UUID.format(of='session')})",
    "view_id": f"toString({_UUID.format(of='session, intDiv(place, 4)')})",
    "person": "lower(hex(sipHash64(intDiv(session, 3))))",
    "target": "concat('Button ', toString(" + _ZIPF.format(n=300, salt="target") + "))",
    "selector": "concat('main > section.c', toString(" + _ZIPF.format(n=300, salt="target") + "), ' > button.primary')",
    "rage_click": "sipHash64(number, 'rage') % 100 = 0",
    "dead_click": "sipHash64(number, 'dead') % 40 = 0",
    "error_click": "sipHash64(number, 'error') % 80 = 0",
    "clicks": "1 + 3 * (sipHash64(number, 'rage') % 100 = 0)",
    "errors": "sipHash64(number, 'error') % 80 = 0",
    "x": "toFloat32(sipHash64(number, 'x') % 1440)",
    "y": "toFloat32(sipHash64(number, 'y') % 900)",
    "view_path": "concat('/shop/page-', toString(" + _ZIPF.format(n=200, salt="path") + "))",
    "message": "concat('TypeError: cart-', toString(" + _ZIPF.format(n=500, salt="message") + "), ' is undefined')",
    "file": "concat(toString(" + _UUID.format(of="session") + "), '/', toString(place), '.deflate')",
    "version": "concat('2.', toString(intDiv(sipHash64(session) % 2592000, 200000)))",
    "browser": "['Chrome', 'Safari', 'Firefox', 'Edge'][1 + sipHash64(session, 'b') % 4]",
    "country": "['KR', 'US', 'DE', 'GB', 'FR'][1 + sipHash64(session, 'c') % 5]",
    "kind": "['resource', 'resource', 'resource', 'long_task', 'vital'][1 + place % 5]",
    "document": "toInt32(1 + sipHash64(number, 'd') % 4)",
    "seconds": "sipHash64(number, 's') % 120000 / 1000.",
    "bytes": "toInt64(8000 + sipHash64(number, 'n') % 30000)",
    "state": "sipHash64(number, 'dead') % 40 = 0",
    "attributes": "map('plan', (toUnixTimestamp64Milli(" + _START + "), if(session % 5 = 0, 'paid', 'free')))",
}


async def run(*, quick: bool) -> list[Figure]:
    """In a process of its own there would be a server to speak with; the figure is the same."""
    return await asyncio.to_thread(_measured, ROWS[quick])


def _measured(actions: int) -> list[Figure]:
    import chdb  # noqa: PLC0415 - half a gigabyte, and only here

    with tempfile.TemporaryDirectory() as folder:
        engine = chdb.connect(str(Path(folder) / "engine"))
        try:
            tables = [table for table in TABLES if table.name in PER_SESSION]
            for table in tables:
                for sql in Layout().create(table):
                    engine.query(sql)
                _fill(engine, table, actions * PER_SESSION[table.name] // PER_SESSION["actions"])
                engine.query(f"OPTIMIZE TABLE {table.name} FINAL")
            return [*(_stored(engine, table) for table in tables), *_read(engine)]
        finally:
            engine.close()


def _fill(engine: Any, table: KeyedTable, rows: int) -> None:
    each = PER_SESSION[table.name]
    wanted = [_value(name, kind) for name, kind in zip(table.columns, table.types, strict=True)]
    engine.query(
        f"INSERT INTO {table.name} SELECT {', '.join(wanted)} FROM "
        f"(SELECT number, {_SESSION.format(each=each)} AS session, number % {each} AS place FROM numbers({rows}))"
    )


def _value(name: str, kind: str) -> str:
    """Text that the last delivery decides has the time of that delivery with it."""
    if name not in VALUES:
        name_of_type = kind.replace("'", "\\'")
        return f"defaultValueOfTypeName('{name_of_type}')"
    last = kind == "Tuple(UInt64, String)"
    return f"CAST({f'(toUnixTimestamp64Milli({_START}), {VALUES[name]})' if last else VALUES[name]} AS {kind})"


def _stored(engine: Any, table: KeyedTable) -> Figure:
    sizes = f"SELECT sum(rows), sum(bytes_on_disk) FROM system.parts WHERE active AND table = '{table.name}'"
    rows, size = map(int, str(engine.query(sizes, "TSV")).split())
    return Figure(f"a row of {table.name}", size / rows, unit="bytes", detail=f"{rows:,} rows, {size / 1e6:,.0f} MB")


_WEEKS = "moment >= '2026-11-08' AND moment < '2026-11-22'"
_OVERVIEW = f"SELECT target, count(), uniqExact(person) FROM actions FINAL WHERE {_WEEKS} GROUP BY target"
_ONE = f"SELECT count(), uniqExact(person) FROM actions FINAL WHERE target = 'Button 1' AND {_WEEKS}"


def _read(engine: Any) -> Iterator[Figure]:
    """The least that a question does, with exact people: of all targets, and of the most used one."""
    for name, sql in (("all targets", _OVERVIEW), ("one target", _ONE)):
        where = sql.partition(" WHERE ")[2].partition(" GROUP")[0]
        rows = int(str(engine.query(f"SELECT count() FROM actions WHERE {where}", "TSV")))
        times = []
        for _ in range(7):
            begun = perf_counter()
            engine.query(sql)
            times.append(perf_counter() - begun)
        took = median(times)
        detail = f"{rows:,} rows, {took * 1e3:.0f} ms"
        yield Figure(f"read of {name}", rows / took / 1e6, unit="million rows/s", detail=detail)
