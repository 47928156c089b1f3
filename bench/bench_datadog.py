"""Datadog: requests a question takes, what is our own time in an answer, and reading segments of a replay.

Datadog's stand-in holds the sample of the local source. For an answer's time it says every request the second time what
it said the first time, so that its own time is next to nothing; the floor is the same requests sent by a bare HTTP
client, nothing read.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from bench.figures import Figure
from bot.demo.datadog_demo import fill
from bot.kernel.clock import system_clock
from bot.providers.datadog.http.client import Body, Client
from bot.providers.datadog.http.site import Site
from bot.providers.datadog.replay.replay_segments import pieces
from bot.providers.datadog.rum.datadog_source import DatadogSource
from bot.providers.local.event_store import EventStore
from bot.providers.local.sample.load import load_sample
from bot.replay.read_recording import read
from bot.services.questions.with_context import answer_with_context
from bot.signals.answer import TargetMatch
from bot.signals.question import GroupBy, Period, Question, Signal
from standins.datadog.datadog_server import application
from standins.datadog.replay_api import FORMS
from standins.datadog.world import RequestRecord, World
from standins.serving import served

RECORDING = Path(__file__).parents[1] / "tests/recordings/datadog/sdk-7.16.2-shop-paired-rrweb/segments"
SEGMENTS_BYTES = 5_000_000
BUY = [TargetMatch("Buy")]


async def run(quick: bool) -> list[Figure]:
    rounds = 10 if quick else 50
    return [*await _answers(rounds), *_decoding(3 if quick else 7)]


async def _answers(rounds: int) -> list[Figure]:
    now, world = system_clock(), World(clock=system_clock)
    question = Question(Period(now - timedelta(days=7), now), target="buy")
    filled = await _filled(world, now)
    async with _listening(world) as url, Client.opened(Site(url=url), "api", "app") as client:
        source = DatadogSource(client, "secret", lambda: now)
        await answer_with_context(source, question, BUY)  # the first one also looks at what changes slowly
        world.requests.clear()
        calls = await _calls(client, source.answer(question, BUY))
        grouped = await _calls(client, source.answer(replace(question, group_by=GroupBy.BROWSER), BUY))
        around = await _calls(client, answer_with_context(source, replace(question, signals=(Signal.RAGE,)), BUY))
        own = statistics.median(it.seconds for it in world.requests)
    async with _listening(world, remembering=True) as url, Client.opened(Site(url=url), "api", "app") as client:
        source = DatadogSource(client, "secret", lambda: now)
        world.requests.clear()
        await source.answer(question, BUY)
        sent = [it for it in world.requests if it.body.get("page", {}).get("limit") != 1]
        async with aiohttp.ClientSession(url) as session:
            pairs = [
                (await _timed(source.answer(question, BUY)), await _timed(_bare(session, sent))) for _ in range(rounds)
            ]
    ours, floor = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    detail = f"{ours * 1000:.1f} ms against {floor * 1000:.1f} ms for the bare requests"
    events = f"{len(world.events):,} events; a request takes {own * 1000:.0f} ms (median)"
    return [
        Figure("requests of a question", calls, 7, detail="six at once, then one"),
        Figure("requests of a question by browser", grouped, 10, detail="nine at once, then one"),
        Figure("requests with what stands around it", around, 11, detail="then the days before, then three at once"),
        Figure("answer without Datadog's own time", ratio, 2.5, unit="× floor", detail=detail),
        Figure("the sample's 30 days into the stand-in", filled, unit="s", detail=events),
    ]


async def _filled(world: World, now: datetime) -> float:
    """With the sample of the local source; seconds."""
    with tempfile.TemporaryDirectory() as folder:
        store = await EventStore.open(Path(folder), clock=system_clock)
        await load_sample(store, now)
        seconds = await _timed(fill(world, store, now))
        await store.close()
    return seconds


@asynccontextmanager
async def _listening(world: World, *, remembering: bool = False) -> AsyncIterator[str]:
    app = application(world)
    async with served(_remembering(app) if remembering else app) as url:
        yield url


def _remembering(app: web.Application) -> web.Application:
    """The same answers without the time it takes to find them, after the first time."""
    known: dict[tuple[str, bytes], bytes] = {}

    @web.middleware
    async def remembered(request: web.Request, handler: Any) -> web.StreamResponse:
        key = (request.path, await request.read())
        if key not in known:
            response = await handler(request)
            known[key] = response.body
        return web.Response(body=known[key], content_type="application/json")

    app.middlewares.insert(0, remembered)
    return app


async def _calls(client: Client, work: Awaitable[object]) -> int:
    before = client.calls
    await work
    return client.calls - before


async def _bare(session: aiohttp.ClientSession, sent: list[RequestRecord]) -> None:
    """The requests in the order that we send them: the last one needs what the others said."""

    async def post(it: RequestRecord) -> None:
        async with session.post(it.path, data=msgspec.json.encode(it.body)) as response:
            await response.read()

    await asyncio.gather(*map(post, sent[:-1]))
    await post(sent[-1])


async def _timed(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


def _decoding(rounds: int) -> list[Figure]:
    """What taking an answer apart adds to reading its segments, for every form that an answer may have."""
    stored = list(_views(SEGMENTS_BYTES))
    floor = min(_seconds(lambda: read(stored)) for _ in range(rounds))
    figures = [Figure("5 MB of segments, read", floor, unit="s", detail=f"{len(stored)} segments, as they were stored")]
    for form, pack in FORMS.items():
        body = Body(*pack(stored, ""))
        ours = min(_seconds(partial(_read_pieces, body)) for _ in range(rounds))
        figures.append(Figure(f"5 MB of segments as {form}", ours / floor, 1.5, unit="×", detail=f"{ours:.2f} s"))
    return figures


def _read_pieces(body: Body) -> None:
    read(pieces(body).pieces)


def _views(most: int) -> Iterator[bytes]:
    """The recorded session over and over, each time as later views, until there are `most` bytes of JSON."""
    originals = [json.loads(zlib.decompress(path.read_bytes())) for path in sorted(RECORDING.glob("*.deflate"))]
    length = max(it["end"] for it in originals) - min(it["start"] for it in originals) + 1000
    size, again = 0, 0
    while size < most:
        for original in originals:
            text = msgspec.json.encode(_later(original, again, again * length))
            size += len(text)
            yield zlib.compress(text)
        again += 1


def _later(segment: dict[str, Any], again: int, by_ms: int) -> dict[str, Any]:
    records = [it | {"timestamp": it["timestamp"] + by_ms} for it in segment["records"]]
    moved = {"start": segment["start"] + by_ms, "end": segment["end"] + by_ms, "records": records}
    return segment | moved | {"view": {"id": f"{segment['view']['id']}-{again}"}}


def _seconds(work: Callable[[], object]) -> float:
    """Of the processor's time, because others share the machine."""
    began = time.process_time()
    work()
    return time.process_time() - began
