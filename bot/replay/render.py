"""From a recording and a window of it to a clip: filmed and written at the same time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.kernel.background import in_the_background
from bot.kernel.locale import Locale
from bot.replay.encode import ladder
from bot.replay.encode.ladder import QualityPlan, Written
from bot.replay.encode.shot_stream import ShotStream, Stopped, film
from bot.replay.model import Clip, Masks, Style, Window
from bot.replay.recording import Recording
from bot.replay.scene import Scene, painter_of, scene_of, told_of
from bot.replay.script.transcript import ClipText, clip_text
from bot.replay.stage.pool import RenderPool
from bot.replay.still import still

__all__ = ["Progress", "render", "still"]

Progress = Callable[[str, float], Awaitable[None]]
TOLD_EVERY = 0.1  # of the way


async def render(  # noqa: PLR0913  # the whole of the job, in names
    recording: Recording,
    window: Window,
    *,
    pool: RenderPool,
    style: Style,
    masks: Masks,
    locale: Locale,
    progress: Progress | None = None,
) -> Clip:
    """A clip of the window, masked and drawn on, within the byte budget of the style.

    `progress` is told a step ("load", "capture", "encode") and its share done. Raises `Unfilmable` when the recording
    cannot be played or masked, `Misunderstood` for a mask selector that is not read, `Unavailable` when the browser
    failed (then it is worth trying again).
    """
    watch = Watch()
    tell = Teller(progress)
    take = ShotStream()
    scene = await asyncio.to_thread(scene_of, recording, window, style, masks)
    telling = asyncio.create_task(asyncio.to_thread(clip_text, told_of(recording, scene.events), window, locale))
    try:
        async with pool.stage() as stage:
            await stage.bring(scene.events, pool.origins)
            await stage.load(scene.released(), scene.size.width, scene.size.height)
            draft = ClipDraft(scene, window, await telling, style, locale)
            watch.lap("load")
            await tell("load", 1.0)
            writing = in_the_background(draft.first, take)
            try:
                await film(stage, scene, take, lambda share: tell("capture", share))
            except BaseException:
                await asyncio.gather(writing, return_exceptions=True)
                raise
    finally:
        await asyncio.gather(telling, return_exceptions=True)
    watch.lap("capture")
    whole = await writing
    written, steps = (whole, ()) if whole else await asyncio.to_thread(draft.smaller, take)
    watch.lap("encode")
    await tell("encode", 1.0)
    return draft.clip(written, steps, take, watch)


@dataclass(slots=True)
class Watch:
    """Times of the steps in ms; `encode` is what was left to write when the last picture was taken."""

    began: float = field(default_factory=time.perf_counter)
    laps: dict[str, float] = field(default_factory=dict)

    def lap(self, name: str) -> None:
        passed = (time.perf_counter() - self.began) * 1000
        self.laps[name] = round(passed - self.laps.get("total", 0.0), 1)
        self.laps["total"] = round(passed, 1)


class Teller:
    """Passes progress on, in steps that are worth a message."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._told = ("", 0.0)

    async def __call__(self, step: str, share: float) -> None:
        told, before = self._told
        if self._progress is None or (step == told and share < 1.0 and share - before < TOLD_EVERY):
            return
        self._told = step, share
        await self._progress(step, share)


@dataclass(slots=True)
class ClipDraft:
    """A clip on its way: what is known before it is filmed, and how it is written."""

    scene: Scene
    window: Window
    words: ClipText
    style: Style
    locale: Locale

    def first(self, take: ShotStream) -> Written | None:
        """Writes the clip while it is filmed. Blocking. None when it is over the budget or was broken off."""
        try:
            return self._write(take, QualityPlan(kind=self.style.format), live=True)
        except Stopped:
            return None

    def smaller(self, take: ShotStream) -> tuple[Written, tuple[str, ...]]:
        """Steps down the ladder until the clip is within its budget, and the steps taken. Blocking."""
        taken: list[str] = []
        plans = ladder.AFTER_GIF if self.style.format == "gif" else ladder.AFTER_MP4
        for plan in plans:
            if plan.kind != self.style.format:
                taken.clear()  # another kind of file starts again with everything
            taken.append(self.locale.text(plan.step))
            if plan.kind == "png":
                break
            written = self._write(take, plan, live=False)
            if written is not None:
                return written, tuple(taken)
        at = self.window.failed_ms if self.window.failed_ms is not None else self.window.start_ms
        painter = painter_of(self.scene, self.window, self.scene.size.width, self.words.caption, self.locale)
        return ladder.still(take.shots, self.scene.frame_plans, painter, at, self.style.max_bytes), tuple(taken)

    def _write(self, take: ShotStream, plan: QualityPlan, *, live: bool) -> Written | None:
        width = round(self.scene.size.width * plan.share) // 2 * 2
        painter = painter_of(self.scene, self.window, width, self.words.caption, self.locale)
        shots = take.live() if live else iter(take.shots)
        return ladder.write(shots, self.scene.frame_plans, painter, plan, self.style.max_bytes)

    def clip(self, written: Written, steps: tuple[str, ...], take: ShotStream, watch: Watch) -> Clip:
        return Clip(
            data=written.data,
            kind=written.kind,
            width=written.width,
            height=written.height,
            duration_ms=0 if written.kind == "png" else self.scene.total_ms,
            frames=written.frames,
            shots=take.pictures,
            timings_ms=watch.laps,
            caption=self.words.caption,
            alt_text=self.words.alt_text,
            transcript=self.words.transcript,
            masked=self.scene.masked,
            window=self.window,
            steps=steps,
            skipped=self.scene.skipped,
        )
