"""The local source at scale: one million actions in ten million events, and what comes in through HTTP."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from statistics import median
from urllib.parse import quote

import duckdb
from aiohttp import ClientSession

from bench.figures import Figure
from bench.local_source import ASKED, NOW, TARGETS, bare, filled, rrweb_body, rum_body, size_of
from bot.kernel.clock import system_clock
from bot.providers.local.local_source import LocalSource

RUM = "/intake/datadog?ddforward=" + quote("/api/v2/rum?ddsource=browser", safe="")
SENDERS = 8
Body = Callable[[int, int, datetime], bytes]


async def run(quick: bool = False) -> list[Figure]:
    figures: list[Figure] = []
    for events in (100_000, 1_000_000) if quick else (100_000, 1_000_000, 10_000_000):
        figures += await _answers(events, rounds=11 if quick else 31)
    batches = 100 if quick else 400
    figures += await ingested("RUM", RUM, rum_body, size=500, batches=batches)
    figures += await ingested("rrweb", "/intake/rrweb", rrweb_body, size=500, batches=batches)
    return figures


async def _answers(events: int, rounds: int) -> list[Figure]:
    """The reference question through the source against the same numbers by hand, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        store = await filled(Path(folder), events)
        source = LocalSource(store, NOW.timestamp)
        answered, by_hand, seen = [], [], []
        for _ in range(rounds):
            answered.append(await _seconds(lambda: source.answer(ASKED, TARGETS)))
            by_hand.append(await _seconds(lambda: asyncio.to_thread(store.change, _bare)))
            seen.append(await _seconds(lambda: source.seen(ASKED.period)))
        await store.close()
        label, size = f"{events / 1e6:g} M events", size_of(Path(folder))
    detail = f"answer {median(answered) * 1e3:.1f} ms, bare {median(by_hand) * 1e3:.1f} ms, file {size:.0f} MB"
    return [
        Figure(f"answer / bare SQL, {label}", median(answered) / median(by_hand), 1.3, detail=detail),
        Figure(f"targets seen, {label}", median(seen) * 1e3, unit="ms"),
    ]


def _bare(connection: duckdb.DuckDBPyConnection) -> None:
    bare(connection)


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def ingested(  # noqa: PLR0913 - what is sent, how, and where it goes
    name: str, path: str, body: Body, *, size: int, batches: int, events: str = "", senders: int = SENDERS
) -> list[Figure]:
    """Events a second until the last is on disk, the best of four quarters; then they are counted.

    `events` is the address of a ClickHouse store; without it the store is embedded.
    """
    start = system_clock()
    bodies = [body(number, size, start) for number in range(batches * 2)]
    with tempfile.TemporaryDirectory() as folder:
        server = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bench.local_source",
            folder,
            events,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert server.stdout
        assert server.stdin
        address = f"http://127.0.0.1:{(await server.stdout.readline()).decode().strip()}"
        async with ClientSession(address) as session:
            quarters = [bodies[first::4] for first in range(4)]
            rates = [await _sent(session, path, part, senders) for part in quarters[:2]]
            half = await _told(session)
            rates += [await _sent(session, path, part, senders) for part in quarters[2:]]
            whole = await _told(session)
        server.stdin.close()
        await server.wait()
    lost = 2 * batches * size - int(whole["recorded" if name == "rrweb" else "events"])
    megabytes = sum(map(len, bodies)) / 1e6
    cpu_us = (whole["cpu"] - half["cpu"]) / (batches * size) * 1e6
    return [
        Figure(
            f"{name} through HTTP",
            max(rates) * size,
            20_000,
            floor=True,
            unit="events/s",
            detail=f"{megabytes:.0f} MB sent; {cpu_us:.0f} µs of the process's CPU an event",
        ),
        Figure(f"{name} events lost", lost, 0, detail=f"{2 * batches * size} sent"),
        Figure(
            f"{name} memory, second half / first",
            whole["rss"] / half["rss"],
            1.15,
            detail=f"{whole['rss']:.0f} MB at the end",
        ),
    ]


async def _sent(session: ClientSession, path: str, bodies: list[bytes], senders: int) -> float:
    """Deliveries a second, with a few senders at once. Every one must be accepted."""
    waiting = iter(bodies)

    async def sender() -> None:
        for body in waiting:
            async with session.post(path, data=body) as answer:
                assert answer.status == 202, await answer.text()

    start = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(senders)))
    return len(bodies) / (time.perf_counter() - start)


async def _told(session: ClientSession) -> dict[str, float]:
    async with session.get("/told") as answer:
        told: dict[str, float] = await answer.json()
        return told
