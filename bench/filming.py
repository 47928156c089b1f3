"""Reference clips, and ways of filming them that measure more than the product needs to know."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bot.kernel.locale import Locale
from bot.kernel.paths import ROOT
from bot.replay.model import Clip, Masks, Style, Window
from bot.replay.read_recording import read, read_path
from bot.replay.recording import Recording
from bot.replay.render import render
from bot.replay.scene import Scene, film, scene_of
from bot.replay.shot_stream import ShotStream
from bot.replay.stage.browser import find_browser
from bot.replay.stage.pool import RenderPool
from bot.replay.stage.stage import Stage
from tests.replay.long_recording import long_recording

RECORDING = ROOT / "tests" / "recordings" / "rrweb" / "shop-rage.json.gz"
SESSIONS = ROOT / "bot" / "providers" / "local" / "sample" / "sessions"
DATADOG = ROOT / "tests" / "recordings" / "datadog" / "sdk-7.16.2-shop-paired-rrweb" / "rrweb.json"
STYLE, MASKS, LOCALE = Style(), Masks(), Locale.of()


@dataclass(frozen=True, slots=True)
class Reference:
    """A part of a recording, the shop's where nothing else is said, that stands for a kind of clip."""

    name: str
    window: Window
    path: Path | None = RECORDING
    """None: the shop's recording after a minute of small changes, for clips longer than itself."""


RAGE = Reference("rage", Window(24_000, 34_000, 26_093))
SCROLL = Reference("scroll", Window(0, 10_000))
LONG = Reference("30 s", Window(0, 30_000))
LONGEST = Reference("60 s", Window(34_000, 94_000), None)


def recording(reference: Reference) -> Recording:
    return read(read_path(reference.path) if reference.path else [long_recording(1, 5)])


def scene(reference: Reference) -> Scene:
    return scene_of(recording(reference), reference.window, STYLE, MASKS)


async def clip(reference: Reference, pool: RenderPool) -> Clip:
    """The product's own way, with a recording that nobody has touched."""
    return await render(recording(reference), reference.window, pool=pool, style=STYLE, masks=MASKS, locale=LOCALE)


async def opened(*, begin_frame: bool | None = None) -> Stage:
    path, kind = find_browser()
    return await Stage.open(path, kind, begin_frame=begin_frame)


async def take_of(made: Scene, *, begin_frame: bool | None = None) -> ShotStream:
    stage = await opened(begin_frame=begin_frame)
    take = ShotStream()
    try:
        await stage.load(made.events, made.size.width, made.size.height)
        await film(stage, made, take, _silent)
    finally:
        await stage.close()
    return take


async def cost_of_a_picture(made: Scene) -> float:
    """Median seconds of one seek with its screenshot, over the pictures of a clip, with nothing else to do."""
    stage = await opened()
    try:
        await stage.load(made.events, made.size.width, made.size.height)
        await stage.start(made.times)
        await stage.shot()
        costs, index = [], 1
        while index < len(made.times):
            began = time.perf_counter()
            found, _ = await stage.run(index)
            if found is None:
                break
            await stage.shot()
            costs.append(time.perf_counter() - began)
            index = found + 1
    finally:
        await stage.close()
    return statistics.median(costs)


async def every_picture(made: Scene) -> list[bytes]:
    """A picture for every frame, whether it may differ or not: what is to be compared with."""
    stage = await opened()
    pictures = []
    try:
        await stage.load(made.events, made.size.width, made.size.height)
        for moment in made.times:
            await stage.start([moment])
            pictures.append(await stage.shot())
    finally:
        await stage.close()
    return pictures


def differing(pictures: Sequence[bytes]) -> int:
    """How many pictures are not equal to the one before. Equal pixels give equal bytes: one encoder writes them all."""
    return 1 + sum(one != other for one, other in pairwise(pictures))


async def _silent(_share: float) -> None:
    return None
