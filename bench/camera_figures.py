"""What the camera costs in time and bytes, and what can be read at the width of a thread, with it and without."""

from __future__ import annotations

import asyncio
import io
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from PIL import Image, ImageSequence

from bench.figures import Figure
from bench.filming import LOCALE, MASKS, STYLE, opened
from bench.held_out import HELD_OUT, Case, tuned
from bench.legible import SHOWN, Word, installed, read_in, words_at
from bot.replay.model import Clip, Style
from bot.replay.render import render
from bot.replay.scene import Scene, film, scene_of
from bot.replay.script.camera_plan import CameraPlan
from bot.replay.shot_stream import ShotStream
from bot.replay.stage.pool import RenderPool
from bot.replay.stage.stage import Stage, View

CLOSE = replace(STYLE, camera=True)
AFTER_CLICK_MS = 500
AROUND = 160, 90
AIMS = {"around": 0.95, "message": 0.95, "target": 0.8}
PAUSE_S = 0.4
PLACE = """(() => {
  const frame = document.querySelector("iframe"), { width, left, top } = frame.getBoundingClientRect();
  return [width / frame.offsetWidth, left, top];
})()"""


async def cost(rounds: int) -> list[Figure]:
    """Time and bytes with the camera against without, over the clips it was tuned on; ways in turn."""
    cases = tuned()
    seconds: list[float] = []
    weights: list[float] = []
    async with RenderPool() as pool:
        for case in cases:
            clips = [[await _clip(pool, case, style) for style in (STYLE, CLOSE)] for _ in range(rounds)]
            took = [statistics.median(pair[way].timings_ms["total"] for pair in clips) for way in (0, 1)]
            seconds.append(took[1] / took[0])
            weights.append(len(clips[0][1].data) / len(clips[0][0].data))
    detail = f"{len(cases)} clips, {min(seconds):.2f} to {max(seconds):.2f}"
    return [
        Figure("camera: time with / without", statistics.median(seconds), 1.15, detail=detail),
        Figure(
            "camera: bytes with / without",
            statistics.mean(weights),
            1.5,
            detail=f"{len(cases)} clips, {min(weights):.2f} to {max(weights):.2f}",
        ),
    ]


async def _clip(pool: RenderPool, case: Case, style: Style) -> Clip:
    await asyncio.sleep(PAUSE_S)  # until the next browser of the pool is warm
    return await render(case.recording, case.window, pool=pool, style=style, masks=MASKS, locale=LOCALE)


async def legibility(cases: Iterable[Case] | None = None, name: str = "held out") -> list[Figure]:
    """Nothing without tesseract: no figure is better than one that was not measured."""
    if not installed():
        return []
    totals: dict[bool, Counter[tuple[str, str]]] = {False: Counter(), True: Counter()}
    async with RenderPool() as pool:
        for case in cases if cases is not None else (make() for make in HELD_OUT):
            for camera, found in totals.items():
                found.update(await read(pool, case, camera=camera))
    return [
        Figure(
            f"{name}: {group} read at {SHOWN} px" + ("" if camera else " without camera"),
            found[group, "read"] / max(1, found[group, "able"]),
            aim if camera else None,
            floor=True,
            detail=f"{found[group, 'read']} of {found[group, 'able']} words",
        )
        for group, aim in AIMS.items()
        for camera, found in totals.items()
    ]


async def read(pool: RenderPool, case: Case, *, camera: bool) -> Counter[tuple[str, str]]:
    """How many words of each group are read in a clip, and how many could be."""
    style = CLOSE if camera else STYLE
    clip = await _clip(pool, case, style)
    made = scene_of(case.recording, case.window, CLOSE, MASKS)
    plan = made.camera
    if plan is None:
        return Counter()
    click = min(plan.first + AFTER_CLICK_MS * STYLE.fps // 1000, len(plan.shown) - 1)
    last = min((page for page in plan.pages if page > plan.first), default=len(plan.shown)) - 1
    views = await _views(scene_of(case.recording, case.window, style, MASKS))
    counted: Counter[tuple[str, str]] = Counter()
    for index, groups in (await _groups(made, plan, click, last)).items():
        image = _frame(clip.data, plan.shown[index])
        sharp = await _sharp(made, made.times[index])
        for group, words in groups.items():
            able = read_in(sharp, words, (0, 0, 1), made.size, case.language)
            seen = read_in(image, able, _view(views, index), made.size, case.language)
            counted[group, "able"] += len(able)
            counted[group, "read"] += len(seen)
    return counted


async def _groups(made: Scene, plan: CameraPlan, click: int, last: int) -> dict[int, dict[str, list[Word]]]:
    """The words asked for, by the frame in which they must be read."""
    stage = await _loaded(made)
    try:
        before = await words_at(stage, made.times[max(0, plan.first - 1)], plan.point)
        clicked = await words_at(stage, made.times[click], plan.point)
        after = await words_at(stage, made.times[last], plan.point)
        scale, left, top = await stage._evaluate(PLACE)
    finally:
        await stage.close()
    x, y = plan.point[0] * scale + left, plan.point[1] * scale + top
    reach = [side * made.size.width / STYLE.width for side in AROUND]
    near = [it for it in clicked if abs(it.middle[0] - x) <= reach[0] and abs(it.middle[1] - y) <= reach[1]]
    known = {it.text for it in before}
    groups: dict[int, dict[str, list[Word]]] = {
        click: {
            "target": [it for it in clicked if it.clicked],
            "around": [it for it in near if not it.clicked and it.text in known],
        }
    }
    groups.setdefault(last, {})["message"] = [it for it in after if it.text not in known and not it.clicked]
    return groups


async def _loaded(made: Scene, times: int = 1) -> Stage:
    stage = await opened()
    await stage.load(made.events, made.size.width * times, made.size.height * times)
    return stage


async def _sharp(made: Scene, at: int) -> Image.Image:
    """The page drawn at twice its size."""
    stage = await _loaded(made, 2)
    try:
        await stage.start([at])
        return Image.open(io.BytesIO(await stage.shot())).convert("RGB")
    finally:
        await stage.close()


async def _views(made: Scene) -> list[tuple[int, View]]:
    stage, take = await _loaded(made), ShotStream()
    try:
        await film(stage, made, take, lambda _: asyncio.sleep(0))
    finally:
        await stage.close()
    return take.views


def _view(views: list[tuple[int, View]], index: int) -> View:
    return next((view for begin, view in reversed(views) if begin <= index), (0, 0, 1))


def _frame(gif: bytes, at_ms: int) -> Image.Image:
    """The frame that is shown at a time of the clip, as wide as in a thread."""
    passed = 0
    with Image.open(io.BytesIO(gif)) as clip:
        for frame in ImageSequence.Iterator(clip):
            passed += int(frame.info["duration"])
            if passed > at_ms:
                break
        shown = frame.convert("RGB")
    return shown.resize((SHOWN, round(shown.height * SHOWN / shown.width)), Image.Resampling.LANCZOS)
