"""From a recording and a window of it to a clip: filmed and written at the same time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from bot.kernel.locale import Locale
from bot.replay.encode import ladder
from bot.replay.encode.ladder import QualityPlan, Written
from bot.replay.model import Clip, ClipText, Masks, Style, Window
from bot.replay.recording import Recording
from bot.replay.scene import (
    Scene,
    film,
    masked_recording,
    painter_of,
    scene_of,
    unwritable_letters,
)
from bot.replay.script.transcript import clip_texts
from bot.replay.shot_stream import ShotStream, Stopped, at_work
from bot.replay.stage.pool import RenderPool
from bot.replay.still import still

__all__ = ["Progress", "render", "still"]

Progress = Callable[[str, float], Awaitable[None]]
REPORT_EVERY = 0.1  # of the way


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
    """Returns a clip of the window, masked and drawn on, within the byte budget of the style.

    `progress` gets a step ("load", "capture", "encode") and the share of it that is done. Raises `Unfilmable` when the
    recording cannot be played or masked, `Misunderstood` for a mask selector that is not read, `Unavailable` when the
    browser failed (then it is worth trying again).
    """
    watch = Stopwatch()
    report = ProgressReporter(progress)
    stream = ShotStream()
    scene = await asyncio.to_thread(scene_of, recording, window, style, masks)
    wording = asyncio.create_task(asyncio.to_thread(clip_texts, masked_recording(recording, scene.events), window))
    letters = asyncio.create_task(asyncio.to_thread(unwritable_letters, scene.events))
    try:
        async with pool.stage() as stage:
            await stage.bring(scene.events, pool.origins)
            await stage.load(scene.released(), scene.size.width, scene.size.height)
            draft = ClipDraft(scene, window, await wording, style, locale)
            watch.lap("load")
            await report("load", 1.0)
            async with at_work(partial(draft.first, stream), [stream]) as writing:

                async def on_the_way(share: float) -> None:
                    if writing.done():
                        writing.result()  # what can't be written needn't be filmed to its end
                    await report("capture", share)

                await film(stage, scene, stream, on_the_way)
                stage.played()
                watch.lap("capture")
                written_live = await writing  # before the next browser is started, which wants a core
    finally:
        await asyncio.gather(wording, letters, return_exceptions=True)
    scene.skipped.update(await letters)
    async with at_work(partial(draft.finished, written_live, stream), [stream]) as finishing:
        written, steps, poster = await finishing
    watch.lap("encode")
    await report("encode", 1.0)
    clip = draft.clip(written, steps, stream, watch)
    return replace(clip, poster=poster.data) if poster else clip


@dataclass(slots=True)
class Stopwatch:
    """Times of the steps in ms; `encode` is the time to write what was left when the last picture was taken."""

    began: float = field(default_factory=time.perf_counter)
    laps: dict[str, float] = field(default_factory=dict)

    def lap(self, name: str) -> None:
        passed = (time.perf_counter() - self.began) * 1000
        self.laps[name] = round(passed - self.laps.get("total", 0.0), 1)
        self.laps["total"] = round(passed, 1)


class ProgressReporter:
    """Reports progress, in steps that are worth a message."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._last = ("", 0.0)

    async def __call__(self, step: str, share: float) -> None:
        last_step, before = self._last
        if self._progress is None or (step == last_step and share < 1.0 and share - before < REPORT_EVERY):
            return
        self._last = step, share
        await self._progress(step, share)


@dataclass(slots=True)
class ClipDraft:
    """A clip before it is filmed, and the ways to write it."""

    scene: Scene
    window: Window
    texts: Mapping[str, ClipText]
    style: Style
    locale: Locale

    @property
    def words(self) -> ClipText:
        return self.texts[self.locale.tag]

    def first(self, stream: ShotStream) -> tuple[Written, tuple[str, ...]] | None:
        """Writes the clip while it is filmed; returns it with the steps taken. Blocks.

        Returns None when it is over the budget or was broken off.
        """
        with suppress(Stopped):
            for plan in ladder.while_filmed(self.style.format, self.scene.total_ms):
                if written := self._write(stream, plan, live=True):
                    return written, (self.locale.text(plan.step),) if plan.step else ()
        return None

    def finished(
        self, live: tuple[Written, tuple[str, ...]] | None, stream: ShotStream
    ) -> tuple[Written, tuple[str, ...], Written | None]:
        """Returns what was written while it was filmed, or a smaller clip; the steps; and a video's poster. Blocks."""
        written, steps = live or self.smaller(stream)
        return written, steps, self.still(stream) if written.kind == "mp4" else None

    def smaller(self, stream: ShotStream) -> tuple[Written, tuple[str, ...]]:
        """Steps down the ladder until the clip is within its budget; returns it with the steps taken. Blocks."""
        before = ladder.while_filmed(self.style.format, self.scene.total_ms)[-1]
        steps = [self.locale.text(before.step)] if before.step else []
        plans = ladder.AFTER_GIF if before.kind == "gif" else ladder.AFTER_MP4
        for plan in plans:
            if plan.kind != before.kind:
                steps.clear()  # another kind of file starts again with everything
            before = plan
            steps.append(self.locale.text(plan.step))
            if plan.kind == "png":
                break
            written = self._write(stream, plan, live=False)
            if written is not None:
                return written, tuple(steps)
        return self.still(stream), tuple(steps)

    def still(self, stream: ShotStream) -> Written:
        """Returns the failed click as a picture within the budget. Blocks."""
        at = self.window.failed_ms if self.window.failed_ms is not None else self.window.start_ms
        painter = painter_of(self.scene, self.window, self.scene.size.width, self.words.caption, self.locale)
        return ladder.still(stream.again(), self.scene.frame_plans, painter, at, self.style.max_bytes)

    def _write(self, stream: ShotStream, plan: QualityPlan, *, live: bool) -> Written | None:
        width = round(self.scene.size.width * plan.share) // 2 * 2
        painter = painter_of(self.scene, self.window, width, self.words.caption, self.locale)
        shots = stream.live() if live else stream.again()
        return ladder.write(shots, self.scene.frame_plans, painter, plan, self.style.max_bytes, self.style.loops)

    def clip(self, written: Written, steps: tuple[str, ...], stream: ShotStream, watch: Stopwatch) -> Clip:
        if written.slowed_ms:
            steps = (*steps, self.locale.text("flashes slowed down"))
        return Clip(
            data=written.data,
            kind=written.kind,
            width=written.width,
            height=written.height,
            duration_ms=0 if written.kind == "png" else self.scene.total_ms + written.slowed_ms,
            frames=written.frames,
            shots=stream.pictures,
            timings_ms=watch.laps,
            caption=self.words.caption,
            alt_text=self.words.alt_text,
            transcript=self.words.transcript,
            words=self.texts,
            masked=self.scene.masked,
            window=self.window,
            steps=steps,
            skipped=self.scene.skipped,
            zoomed=stream.zoomed,
        )
