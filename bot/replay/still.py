"""One frame of a recording as a picture."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from bot.kernel.errors import Misunderstood, Unfilmable
from bot.kernel.locale import Locale
from bot.replay.encode.frame_plans import FramePlan, Shot
from bot.replay.encode.frames import blank, composed
from bot.replay.encode.palette import unpack
from bot.replay.masked_part import masked_part
from bot.replay.model import Masks, Point, Style, Window
from bot.replay.recording import Recording
from bot.replay.scene import (
    NOTHING_SHOWN,
    Scene,
    masked_recording,
    painter_of,
    scene_of,
    unwritable_letters,
    viewport,
)
from bot.replay.script.transcript import clip_text, clock
from bot.replay.script.trim import playable
from bot.replay.stage.pool import RenderPool
from bot.replay.stage.stage import Stage

AROUND_MS = 2_000
"""The caption below the picture covers this long before and after the moment."""


async def still(  # noqa: PLR0913  # the whole of the job, in names
    recording: Recording,
    at_ms: int,
    *,
    pool: RenderPool,
    masks: Masks,
    locale: Locale,
    raw: bool = False,
    losses: dict[str, int] | None = None,
    width: int = Style().width,
) -> bytes:
    """The page at `at_ms` after the first event, as PNG, drawn on and masked like a clip.

    `raw` gives the page alone, at its recorded size, with no pointer and no masks: for measuring faithfulness.
    What could not be shown is counted in `losses`. Raises like `render`, and `Misunderstood` for a time outside of the
    recording.
    """
    if not 0 <= at_ms <= recording.duration_ms:
        raise Misunderstood(
            "The recording lasts %(length)s ms; there is no picture at %(moment)s ms.",
            at=str(at_ms),
            length=recording.duration_ms,
            moment=at_ms,
        )
    lost = {} if losses is None else losses
    if raw:
        return await _raw(recording, at_ms, pool, lost)
    return await _drawn(recording, at_ms, pool, replace(Style(), width=width), masks, locale, lost)


async def _raw(recording: Recording, at_ms: int, pool: RenderPool, lost: dict[str, int]) -> bytes:
    async with pool.stage() as stage:
        picture = await raw(recording, at_ms, stage, pool.origins)
        lost.update(await stage.losses())
        return picture


async def raw(recording: Recording, at_ms: int, stage: Stage, origins: Sequence[str] = ()) -> bytes:
    """The page alone at `at_ms`, as large as its viewport then was; on a stage that was not yet used."""
    events = await asyncio.to_thread(playable, recording, at_ms, at_ms)
    moment = recording.start_epoch_ms + at_ms - int(events[0]["timestamp"])
    await stage.bring(events, origins)
    await stage.load(events, *viewport(events, moment))
    await stage.start([max(0, moment)])
    return await stage.shot()


async def _drawn(  # noqa: PLR0913, PLR0917  # the same in order
    recording: Recording,
    at_ms: int,
    pool: RenderPool,
    style: Style,
    masks: Masks,
    locale: Locale,
    lost: dict[str, int],
) -> bytes:
    window = Window(at_ms, at_ms)
    scene = await asyncio.to_thread(scene_of, recording, window, style, masks)
    around = Window(max(0, at_ms - AROUND_MS), min(recording.duration_ms, at_ms + AROUND_MS), at_ms)
    words = await asyncio.to_thread(_words, recording, around, masks, locale)
    png, point = await _photographed(pool, scene, lost)
    painter = painter_of(scene, window, scene.size.width, words, locale)
    painter.clock = lambda _: clock(at_ms)
    frames = composed([Shot(0, png, [point])], [FramePlan(at_ms, 0)], painter)
    pixels, _ = next(frames)
    output = io.BytesIO()
    if pixels is not None:
        Image.fromarray(unpack(pixels)).save(output, "PNG")
    return output.getvalue()


def _words(recording: Recording, around: Window, masks: Masks, locale: Locale) -> str:
    events, _ = masked_part(recording, around, masks)
    return clip_text(masked_recording(recording, events), around, locale).caption


async def _photographed(pool: RenderPool, scene: Scene, lost: dict[str, int]) -> tuple[bytes, Point]:
    scene.skipped.update(await asyncio.to_thread(unwritable_letters, scene.events))
    async with pool.stage() as stage:
        await stage.bring(scene.events, pool.origins)
        await stage.load(scene.released(), scene.size.width, scene.size.height)
        point = await stage.start([max(0, scene.times[0])])
        picture = await stage.shot()
        _, place = (await stage.places())[-1]
        if await asyncio.to_thread(blank, picture, place):
            raise Unfilmable(NOTHING_SHOWN)
        lost.update(scene.skipped | await stage.losses())
        return picture, point
