"""The same clip at the end of an hour, the worker's memory with it, and a clip from a cold start."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure
from bench.filming import LOCALE, MASKS, RAGE, RECORDING, STYLE, clip
from bot.kernel.paths import ROOT
from bot.replay.model import Window
from bot.replay.read_recording import read
from bot.replay.render import render
from bot.replay.stage.pool import RenderPool
from tests.replay.long_recording import long_recording, shop

HOUR_MS = 3_600_000
START, END = RAGE.window.start_ms, RAGE.window.end_ms


async def run(*, quick: bool) -> list[Figure]:
    stored = {
        "short": (json.dumps(shop()).encode(), 0),
        "often": (long_recording(60, 5), HOUR_MS),
        "once": (long_recording(60, None), HOUR_MS),
    }
    seconds = await _interleaved(stored, 3 if quick else 7)
    memory = [await _memory(*stored[name]) for name in ("often", "once")]
    return [
        _added("hour, checkouts: added s", seconds, "often", 0.4),
        _added("hour, no checkouts: added s", seconds, "once", 1.0),
        Figure("hour: peak memory", max(memory), 250, unit="MB"),
        await _cold(3 if quick else 5),
    ]


async def _interleaved(stored: dict[str, tuple[bytes, int]], rounds: int) -> dict[str, list[float]]:
    """Seconds from stored bytes to the clip, reading included, each recording in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in stored}
    async with RenderPool() as pool:
        for _ in range(rounds):
            for name, (data, offset) in stored.items():
                await asyncio.sleep(0.5)
                began = time.perf_counter()
                window = Window(START + offset, END + offset)
                await render(read([data]), window, pool=pool, style=STYLE, masks=MASKS, locale=LOCALE)
                seconds[name].append(time.perf_counter() - began)
    return seconds


def _added(title: str, seconds: dict[str, list[float]], name: str, target: float) -> Figure:
    added = statistics.median(long - short for long, short in zip(seconds[name], seconds["short"], strict=True))
    long, short = statistics.median(seconds[name]), statistics.median(seconds["short"])
    return Figure(title, added, target, unit="s", detail=f"{long:.2f} s; short: {short:.2f} s")


async def _memory(data: bytes, offset: int) -> float:
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(data)
        file.flush()
        arguments = [file.name, str(START + offset), str(END + offset)]
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.one_clip", *arguments, stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        output, _ = await child.communicate()
    return float(output)


async def _cold(rounds: int) -> Figure:
    """The command from its start to its end, over the warm total."""
    command = [str(Path(sys.executable).with_name("replaybook")), "clip", str(RECORDING), "-o", "/dev/null"]
    command += ["--from", str(START), "--to", str(END), "--json"]
    cold, warm = [], []
    async with RenderPool() as pool:
        for _ in range(rounds):
            await asyncio.sleep(0.5)
            warm.append((await clip(RAGE, pool)).timings_ms["total"] / 1000)
            await asyncio.sleep(0.5)
            began = time.perf_counter()
            done = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL, cwd=ROOT)
            if await done.wait():
                raise RuntimeError(f"{' '.join(command)} failed")
            cold.append(time.perf_counter() - began)
    added = sorted(one - other for one, other in zip(cold, warm, strict=True))[rounds // 2]
    return Figure(
        "cold command: added s", added, 1.2, unit="s", detail=f"{min(cold):.2f} s / {min(warm):.2f} s at best"
    )
