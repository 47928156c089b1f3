"""Growth: answers over 1 and 10 million actions on both engines, a week in a year, and what comes in through HTTP.

`REPLAYBOOK_BENCH_MILLIONS="1 10 100"` names other sizes; DuckDB has those up to 10. Rows are made inside the engines.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from bench.bench_local_source import RUM, ingested
from bench.figures import Figure
from bench.local_source import rum_body
from bench.scale_rows import ASKED, END, TARGETS, Stretch, bare, fill_clickhouse, fill_duckdb
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_migrations import migrate
from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.clickhouse.clickhouse_tables import Layout
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.local_source import LocalSource
from tests.clickhouse_server import ClickHouseServer

MOST_IN_DUCKDB = 10
BROWSERS = 32
"""That send at once: what arrives together is one insert."""
ENGINES = ("DuckDB", "ClickHouse")


@dataclass(frozen=True, slots=True)
class TimedRun:
    """Medians in seconds."""

    answer: float
    by_hand: float


async def run(quick: bool = False) -> list[Figure]:
    named = os.environ.get("REPLAYBOOK_BENCH_MILLIONS", "")
    sizes = [float(size) for size in named.split()] or ([1.0] if quick else [1.0, 10.0])
    rounds = 7 if quick else 15
    with tempfile.TemporaryDirectory() as folder:
        server = ClickHouseServer(Path(folder) / "server")
        server.start()
        try:
            figures = [figure for size in sizes[:1] for figure in await _week_in_a_year(server, size, rounds)]
            for engine in ENGINES:
                figures += await _sizes(engine, server, sizes, rounds)
            figures += await _ingest(server, batches=40 if quick else 200)
        finally:
            server.kill()
    return figures


async def _sizes(engine: str, server: ClickHouseServer, sizes: Sequence[float], rounds: int) -> list[Figure]:
    figures: list[Figure] = []
    times: dict[float, TimedRun] = {}
    for millions in sizes:
        if engine == "DuckDB" and millions > MOST_IN_DUCKDB:
            continue
        async with _filled(engine, server, Stretch(round(millions * 1_000_000))) as store:
            times[millions] = timed = (await _timed([store], rounds))[0]
        detail = f"answer {timed.answer * 1e3:.1f} ms, by hand {timed.by_hand * 1e3:.1f} ms"
        ratio = timed.answer / timed.by_hand
        figures.append(Figure(f"{engine}: answer / bare SQL, {millions:g} M actions", ratio, 1.3, detail=detail))
    for smaller, larger in zip(times, list(times)[1:], strict=False):
        growth = times[larger].answer / times[smaller].answer
        figures.append(Figure(f"{engine}: answer, {larger:g} M / {smaller:g} M actions", growth, larger / smaller))
    return figures


async def _week_in_a_year(server: ClickHouseServer, millions: float, rounds: int) -> list[Figure]:
    """The same rows of two weeks, alone and at the end of a year's, asked in turns."""
    all = round(millions * 1_000_000)
    figures = []
    for engine in ENGINES:
        async with (
            _filled(engine, server, Stretch(all)) as year,
            _filled(engine, server, Stretch.two_weeks(all)) as weeks,
        ):
            long, short = await _timed([year, weeks], rounds)
        detail = f"{long.answer * 1e3:.1f} ms, alone {short.answer * 1e3:.1f} ms"
        name = f"{engine}: a week's question, in a year of {millions:g} M / alone"
        figures.append(Figure(name, long.answer / short.answer, 1.5, detail=detail))
    return figures


async def _timed(stores: Sequence[EventStorePort], rounds: int) -> list[TimedRun]:
    """Asks all in turns, so that what else the machine does is shared. The first round warms up."""
    answers: list[list[float]] = [[] for _ in stores]
    by_hand: list[list[float]] = [[] for _ in stores]
    for number in range(rounds + 1):
        for place, store in enumerate(stores):
            source = LocalSource(store, END.timestamp)
            took = await _seconds(partial(source.answer, ASKED, TARGETS))
            bare_took = await _seconds(partial(bare, store))
            if number:
                answers[place].append(took)
                by_hand[place].append(bare_took)
    return [TimedRun(median(one), median(other)) for one, other in zip(answers, by_hand, strict=True)]


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await work()
    return time.perf_counter() - begun


@asynccontextmanager
async def _filled(engine: str, server: ClickHouseServer, stretch: Stretch) -> AsyncIterator[EventStorePort]:
    with tempfile.TemporaryDirectory() as folder:
        if engine == "DuckDB":
            embedded = await EventStore.open(Path(folder), clock=lambda: END)
            try:
                await fill_duckdb(embedded, stretch)
                yield embedded
            finally:
                await embedded.close()
            return
        async with _database(server) as url:
            store = await ClickHouseStore.open(url, Path(folder), clock=lambda: END)
            try:
                await fill_clickhouse(store, stretch)
                yield store
            finally:
                await store.close()


@asynccontextmanager
async def _database(server: ClickHouseServer) -> AsyncIterator[str]:
    """The address of an empty database with our tables."""
    name = f"bench_{time.monotonic_ns()}"
    server.run(f"CREATE DATABASE {name}")
    try:
        client = await ClickHouseClient.open(server.url(name))
        await migrate(client, Layout(), lambda: END)
        await client.close()
        yield server.url(name)
    finally:
        server.run(f"DROP DATABASE {name} SYNC")


async def _ingest(server: ClickHouseServer, batches: int) -> list[Figure]:
    async with _database(server) as url:
        return await ingested(
            "RUM into ClickHouse", RUM, rum_body, size=500, batches=batches, events=url, senders=BROWSERS
        )
