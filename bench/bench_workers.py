"""Clips a minute with 1, 2 and 4 workers, each a process of its own, and what memory the processes take meanwhile.

`REPLAYBOOK_BENCH_MINUTES=10` says for how long memory is looked at. A clip here is one of usual size from the button
to the thread: the bot, the workers, Redis, Datadog's stand-in and Slack's share the machine.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, cast

from bench.figures import Figure
from bench.resident_memory import resident
from bot.kernel.clock import system_clock
from bot.queue.job import ANSWERS, CLIPS
from bot.queue.queue import Queue
from bot.services.clips.jobs import ChooseClipJob
from bot.slack.buttons import Pressed
from standins.slack.seed import MINA
from tests.handlers.datadog import CHANGE, QUESTION, TEAM, filmed, shop_of
from tests.handlers.house import has
from tests.handlers.killing import RedisProcess, Scene
from tests.handlers.replicas import Replicas, replicas
from tests.handlers.walking import quiet

WORKERS = (1, 2, 4)
SPAN_MS, STEP_MS = 6000, 100
"""How long a clip is, and how far apart their windows begin: no two are the same clip."""
USUAL = {"clip_width": 800, "clip_fps": 10}
FLAT = 1.25


async def run(*, quick: bool) -> list[Figure]:
    clips, minutes = (8, 1.0) if quick else (24, float(os.environ.get("REPLAYBOOK_BENCH_MINUTES", "2")))
    figures: list[Figure] = []
    rates: dict[int, float] = {}
    for workers in WORKERS:
        async with rendering_bench(workers) as here:
            await here.render(workers)  # browsers are up, the page's pictures fetched
            rates[workers] = 60 * clips / await here.render(clips)
            figures.append(Figure(f"clips a minute, workers: {workers}", rates[workers]))
            if workers > 1:
                figures.append(Figure(f"{workers} workers / 1", rates[workers] / rates[1]))
            if workers == WORKERS[-1]:
                figures += await _memory(here, minutes)
    return figures


class RenderingBench:
    """A question with a recorded session, of which any number of clips can be made."""

    def __init__(self, here: Scene, queue: Queue, question: str, session: str) -> None:
        self._scene = here
        self._queue = queue
        self._question = question
        self._session = session
        self._numbers = count()

    async def render(self, clips: int) -> float:
        """Seconds until so many new clips are in the thread."""
        before = (await self._scene.journal())[-1]["n"]
        began = time.perf_counter()
        for number in (next(self._numbers) for _ in range(clips)):
            start = number * STEP_MS % 20_000
            job = ChooseClipJob(
                team=TEAM,
                question=self._question,
                session=self._session,
                start_ms=start,
                end_ms=start + SPAN_MS,
                attempt=number,
                by=MINA.id,
                meaning=str(number),
            )
            await self._queue.put(job)
        await quiet(self._scene.redis)
        took = time.perf_counter() - began
        made = await self._clips_in_threads(before)
        assert made == clips, f"{made} of {clips} clips are there"
        return took

    def resident(self) -> Mapping[str, int]:
        """Bytes of each process of ours, without its browser's."""
        every = cast(Replicas, self._scene.bot)
        named = {f"bot {n}": bot for n, bot in enumerate(every.bots)} | {
            f"worker {n}": worker for n, worker in enumerate(every.workers)
        }
        return {name: resident(each.process.pid) for name, each in named.items() if each.process}

    async def _clips_in_threads(self, since: int) -> int:
        """Those that came after an entry of the journal, which doesn't keep all of them."""
        calls = await self._scene.journal(way="api", name="chat.update", since=since)
        shown = (call["args"] for call in calls if call["ok"] and has(call["args"], "clip.window"))
        return len({(args["channel"], args["ts"]) for args in shown})


async def _memory(here: RenderingBench, minutes: float) -> list[Figure]:
    """Clips all along; after a fifth of the time everything has grown that grows once."""
    began, first = time.monotonic(), dict[str, int]()
    while not first or time.monotonic() - began < 60 * minutes:
        await here.render(8)
        if not first and time.monotonic() - began > 60 * minutes / 5:
            first = dict(here.resident())
    await here.render(8)
    last = here.resident()
    return [
        Figure(
            f"memory of {name} after {minutes:g} minutes / after {minutes / 5:g}",
            last[name] / first[name],
            FLAT,
            detail=f"{last[name] >> 20} MiB / {first[name] >> 20} MiB",
        )
        for name in first
    ]


@asynccontextmanager
async def rendering_bench(workers: int) -> AsyncIterator[RenderingBench]:
    with tempfile.TemporaryDirectory() as folder:
        (place := Path(folder) / "redis").mkdir()
        server = RedisProcess(place)
        server.start()
        try:
            url = server.emptied(0)
            world = shop_of((), system_clock, CHANGE)
            scene = replicas(Path(folder) / "all", url, world, bots=1, workers=workers, **USUAL)
            async with scene as here, Queue.opened(url, ANSWERS, CLIPS) as queue:
                await here.say(f"/replay {QUESTION}")
                said = await here.message(lambda message: has(message, "signals.refine"))
                pressed = pressed_in(await filmed(here, said), "clip.window")
                yield RenderingBench(here, queue, pressed.id, pressed.session)
        finally:
            server.kill()


def pressed_in(message: dict[str, Any], action: str) -> Pressed:
    elements = [element for block in message["blocks"] for element in block.get("elements", ())]
    [value] = [element["value"] for element in elements if element.get("action_id") == action]
    return Pressed.read(value)
