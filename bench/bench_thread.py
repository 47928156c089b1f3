"""From pressing *Clip* to the clip in the thread, against rendering alone: a bot, its worker, Slack's stand-in."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bot.files.file_areas import file_areas
from bot.kernel.clock import system_clock
from bot.kernel.locale import Locale
from bot.notebook.shown_clip import ShownClip
from bot.providers.local.event_store import EventStore
from bot.providers.local.sample.load import load_sample
from bot.providers.local.segment_files import LocalRecordings
from bot.replay.model import Clip, Masks, Style, Window
from bot.replay.read_recording import read
from bot.replay.render import render
from bot.replay.stage.pool import RenderPool
from bot.state.embedded_server import private_redis
from tests.handlers.house import House, has, open_house
from tests.handlers.test_clips import pressed, worker_process

TEAM = "T0NORDIC01"
SIGNALS = ("frustration signals", "rage clicks", "dead clicks", "error clicks")
QUESTIONS = tuple(f"{signals} on buy button {period}" for period in ("this week", "last 5 days") for signals in SIGNALS)
"""Each is asked once: who asks again is shown the answer that is there."""
USUAL: dict[str, Any] = {"clip_width": 800, "clip_fps": 10}
WARM_S = 2.0  # until the next browser waits
LOOK_S = 0.005
STEPS = ("chat.postMessage", "chat.update", "files.getUploadURLExternal", "files.completeUploadExternal")


async def run(*, quick: bool) -> list[Figure]:
    rounds = 3 if quick else 7
    with tempfile.TemporaryDirectory() as folder:
        store = await EventStore.open(Path(folder) / "rum", clock=system_clock)
        await load_sample(store, system_clock())
        await store.settle()
        await store.close()
        async with (
            private_redis(Path(folder) / "redis") as url,
            open_house(Path(folder), None, url, system_clock, **USUAL) as house,
        ):
            worker = await worker_process(house)
            try:
                return [await _figure(house, rounds)]
            finally:
                worker.terminate()
                await worker.wait()


async def _figure(house: House, rounds: int) -> Figure:
    await _pressed(house, QUESTIONS[0])  # everything is read and compiled
    ratios, waits, renders, spans = [], [], [], []
    async with RenderPool() as pool:
        for question in QUESTIONS[1 : rounds + 1]:
            await asyncio.sleep(WARM_S)
            seconds, shown, steps = await _pressed(house, question)
            await asyncio.sleep(WARM_S)
            alone = (await _rendered(house, shown, pool)).timings_ms["total"] / 1000
            ratios.append(seconds / alone)
            waits.append(seconds)
            renders.append(alone)
            spans.append(steps)
    ways = ", ".join(f"{name} {statistics.median(span[name] for span in spans):.2f}" for name in spans[0])
    wait, alone = statistics.median(waits), statistics.median(renders)
    detail = f"{wait:.2f} s / {alone:.2f} s; after the press, in s: {ways}"
    return Figure("press to thread / rendering", statistics.median(ratios), 1.5, detail=detail)


async def _pressed(house: House, question: str) -> tuple[float, ShownClip, dict[str, float]]:
    """Returns the seconds from the press to the file, the clip, and when each kind of call came first and last."""
    answer = await house.ask(question)
    before = (await house.journal())[-1]["n"]
    began, at = time.perf_counter(), time.time()
    await house.press(answer, "clip.make")
    while not (found := [it for it in await house.replies(answer["ts"]) if has(it, "clip.window")]):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_S)
    seconds = time.perf_counter() - began
    steps: dict[str, float] = {}
    for entry in await house.journal(way="api", since=before):
        if entry["name"] in STEPS:
            steps.setdefault(f"first {entry['name']}", entry["at"] - at)
            steps[f"last {entry['name']}"] = entry["at"] - at
    shown = await house.services.clips.records.shown(TEAM, pressed(found[0], "clip.later").target)
    if shown is None:
        raise LookupError("the clip that was shown is kept")
    return seconds, shown, steps


async def _rendered(house: House, shown: ShownClip, pool: RenderPool) -> Clip:
    pieces = await LocalRecordings(file_areas(house.settings).segments).recording(shown.session)
    window = Window(shown.start_ms, shown.end_ms)
    return await render(read(pieces), window, pool=pool, style=Style(), masks=Masks(), locale=Locale.of())
