"""Clips: speed against the floor and against real-time recording, size, likeness, shots, sameness; the camera."""

from __future__ import annotations

import asyncio
import os
import statistics
import time

from bench import camera_figures, page_changes
from bench.baseline import recorded
from bench.figures import Figure
from bench.filming import (
    LOCALE,
    LONG,
    LONGEST,
    RAGE,
    SCROLL,
    Reference,
    clip,
    cost_of_a_picture,
    differing,
    every_picture,
    scene,
    take_of,
)
from bench.likeness import mean_ssim
from bot.replay.encode.frames import composed
from bot.replay.encode.ladder import POSTER_MS
from bot.replay.model import Clip
from bot.replay.scene import painter_of
from bot.replay.stage.pool import RenderPool

PAUSE_S = 0.4  # until the next browser of the pool is warm


async def run(*, quick: bool) -> list[Figure]:
    rounds = 3 if quick else 7
    figures: list[Figure] = []
    for reference in (RAGE, SCROLL) if quick else (RAGE, SCROLL, LONG, LONGEST):
        figures += await _reference(reference, rounds)
    figures += await _same(RAGE)
    figures.append(await _two(RAGE, rounds))
    figures += await page_changes.run()
    figures += await camera_figures.cost(rounds)
    figures += await camera_figures.legibility()
    return figures


async def _reference(reference: Reference, rounds: int) -> list[Figure]:
    made = scene(reference)
    pictures = await every_picture(made)
    distinct = differing(pictures)
    totals, floors = [], []
    async with RenderPool() as pool:
        for _ in range(rounds):
            await asyncio.sleep(PAUSE_S)
            shown = await clip(reference, pool)
            totals.append(shown.timings_ms["total"] / 1000)
            floors.append(distinct * await cost_of_a_picture(made))
    usual = await recorded(scene(reference).events, made.times[0], reference.window.span_ms)
    total, floor = statistics.median(totals), statistics.median(floors)
    mean, least = await _likeness(reference, shown)
    long = reference in (LONG, LONGEST)
    name = reference.name
    return [
        Figure(
            f"{name}: total / floor",
            statistics.median(t / f for t, f in zip(totals, floors, strict=True)),
            1.25,
            detail=f"{total:.2f} s / {floor:.2f} s ({distinct} frames); load of the machine {os.getloadavg()[0]:.1f}",
        ),
        Figure(
            f"{name}: total / real-time recording",
            total / usual.seconds,
            1 / 12 if long else 1 / 9,
            detail=f"{total:.2f} s / {usual.seconds:.1f} s by {usual.by}",
        ),
        Figure(
            f"{name}: size / real-time recording's",
            len(shown.data) / len(usual.gif),
            0.12,
            detail=f"{len(shown.data) / 1024:.0f} KiB / {len(usual.gif) / 1024:.0f} KiB",
        ),
        Figure(f"{name}: mean SSIM", mean, 0.988, floor=True, detail=f"least {least:.4f}"),
        Figure(f"{name}: shots / differing frames", shown.shots / distinct, 1.1, detail=f"{shown.shots} / {distinct}"),
    ]


async def _likeness(reference: Reference, shown: Clip) -> tuple[float, float]:
    made = scene(reference)
    take = await take_of(made)
    painter = painter_of(made, reference.window, made.size.width, shown.caption, LOCALE)
    begins_ms = 0 if reference.window.failed_ms is None else POSTER_MS
    return mean_ssim(shown.data, composed(take.shots, made.frame_plans, painter), begins_ms=begins_ms)


async def _same(reference: Reference) -> list[Figure]:
    async with RenderPool() as pool:
        one = await clip(reference, pool)
        other = await clip(reference, pool)
    framed, plain = await take_of(scene(reference)), await take_of(scene(reference), begin_frame=False)
    differ = sum(a.png != b.png for a, b in zip(framed.shots, plain.shots, strict=False))
    differ += abs(len(framed.shots) - len(plain.shots))
    return [
        Figure(f"{reference.name}: files that differ in two renders", float(one.data != other.data), 0),
        Figure(
            f"{reference.name}: pictures that differ with plain Chromium",
            differ,
            0,
            detail=f"{framed.pictures} pictures",
        ),
    ]


async def _two(reference: Reference, rounds: int) -> Figure:
    alone, both = [], []
    async with RenderPool(size=2) as pool:
        for _ in range(rounds):
            await asyncio.sleep(2 * PAUSE_S)
            began = time.perf_counter()
            await clip(reference, pool)
            alone.append(time.perf_counter() - began)
            await asyncio.sleep(2 * PAUSE_S)
            began = time.perf_counter()
            await asyncio.gather(clip(reference, pool), clip(reference, pool))
            both.append(time.perf_counter() - began)
    one, two = statistics.median(alone), statistics.median(both)
    return Figure("two clips at once / one", two / one, 1.8, detail=f"{two:.2f} s / {one:.2f} s")
