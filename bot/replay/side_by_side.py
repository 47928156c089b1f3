"""Moments of several sessions in one clip: panels side by side, in all of which the failed click comes at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from PIL import Image

from bot.kernel.errors import Misunderstood, ReplaybookError, Unfilmable, Upstream
from bot.kernel.locale import LANGUAGES, Locale
from bot.replay.encode import ladder
from bot.replay.encode.frames import Frame, composed
from bot.replay.encode.ladder import POSTER_MS, QualityPlan, Written
from bot.replay.encode.painter import Painter
from bot.replay.encode.palette import Pixels, unpack
from bot.replay.encode.panels import PanelFrames, letters_of, picture_at, side_by_side
from bot.replay.model import Clip, ClipText, Line, MaskReport, Masks, Style, Window
from bot.replay.recording import Recording
from bot.replay.render import Progress, ProgressReporter, Stopwatch
from bot.replay.scene import Scene, film, masked_recording, painter_of, scene_of, unwritable_letters
from bot.replay.script.transcript import clip_texts, cut
from bot.replay.shot_stream import ShotStream, at_work
from bot.replay.stage.pool import RenderPool

WIDER = 1.5
"""The picture is so many times as wide as a clip: with less, nothing could be read in a panel."""
WIDEST_PX = 1_600
HOLD_MS = 1_000
"""The end stays so much longer, to be read."""
MAX_ALT = 600  # letters for each panel: Slack takes 2,000 in all


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the sessions. `mark` names it in a word ("1", "Before"), `label` says what it is; both stand above it."""

    mark: str
    label: str
    recording: Recording
    window: Window

    @property
    def heading(self) -> str:
        return f"{self.mark} · {self.label}" if self.label else self.mark


@dataclass(frozen=True, slots=True)
class PanelClip:
    """The clip of all panels; what stands above and below each, and why others aren't in it, by their place."""

    clip: Clip
    headings: dict[int, str]
    captions: dict[int, str]
    refused: dict[int, ReplaybookError]


@dataclass(frozen=True, slots=True)
class FilmedPanel:
    """A panel with its pictures and words."""

    panel: Panel
    scene: Scene
    texts: Mapping[str, ClipText]
    stream: ShotStream

    @property
    def failed_after_ms(self) -> int:
        """When its failed click comes in its own clip, on the grid of its frames."""
        failed = self.panel.window.failed_ms
        at = self.panel.window.start_ms if failed is None else failed
        return sum(plan.lasts_ms for plan in self.scene.frame_plans if plan.at_ms < at)


async def render_side_by_side(
    panels: Sequence[Panel],
    *,
    pool: RenderPool,
    style: Style,
    masks: Masks,
    locale: Locale,
    progress: Progress | None = None,
) -> PanelClip:
    """Returns one clip of all panels, each masked and drawn on like a clip, within the byte budget of the style.

    A panel that can't be filmed is left out. Raises as the first one did when none can be, and `Misunderstood` for a
    mask selector that is not read.
    """
    watch, report = Stopwatch(), ProgressReporter(progress)
    shares = [0.0] * len(panels)
    small = replace(style, width=panel_width(style.width, len(panels)))

    def share_of(number: int) -> Callable[[float], Awaitable[None]]:
        async def report_share(share: float) -> None:
            shares[number] = share
            await report("capture", sum(shares) / len(shares))

        return report_share

    await report("load", 1.0)
    watch.lap("load")
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(_filmed_or_refused(panel, pool, small, masks, locale, share_of(number)))
            for number, panel in enumerate(panels)
        ]
    results = [task.result() for task in running]
    watch.lap("capture")
    filmed = {number: it for number, it in enumerate(results) if isinstance(it, FilmedPanel)}
    refused = {number: it for number, it in enumerate(results) if isinstance(it, ReplaybookError)}
    if not filmed:
        raise next(iter(refused.values()))
    row = FilmedRow(tuple(filmed.values()), style, locale)
    async with at_work(row.written, [it.stream for it in filmed.values()]) as writing:
        written, steps = await writing
    watch.lap("encode")
    await report("encode", 1.0)
    headings = {number: it.panel.heading for number, it in filmed.items()}
    captions = {number: it.texts[locale.tag].caption for number, it in filmed.items()}
    return PanelClip(row.clip(written, steps, watch), headings, captions, refused)


def panel_width(width: int, panels: int) -> int:
    """Returns how wide each of several panels is where a clip is `width` px wide; even."""
    return min(round(width * WIDER), WIDEST_PX, round(width * 0.75 * panels)) // max(1, panels) // 2 * 2


async def _filmed_or_refused(
    panel: Panel,
    pool: RenderPool,
    style: Style,
    masks: Masks,
    locale: Locale,
    progress: Callable[[float], Awaitable[None]],
) -> FilmedPanel | ReplaybookError:
    """A browser that failed is tried once more: the other panels needn't be filmed again for that."""
    for again in (True, False):
        try:
            return await _filmed(panel, pool, style, masks, locale, progress)
        except Upstream as error:
            if not again:
                return error
        except (Unfilmable, Misunderstood) as error:
            return error
    raise AssertionError("the second time ends it")


async def _filmed(
    panel: Panel,
    pool: RenderPool,
    style: Style,
    masks: Masks,
    locale: Locale,
    progress: Callable[[float], Awaitable[None]],
) -> FilmedPanel:
    scene = await asyncio.to_thread(scene_of, panel.recording, panel.window, style, masks)
    recorded = masked_recording(panel.recording, scene.events)
    texts = await asyncio.to_thread(clip_texts, recorded, panel.window)
    scene.skipped.update(await asyncio.to_thread(unwritable_letters, scene.events))
    stream = ShotStream()
    async with pool.stage() as stage:
        await stage.bring(scene.events, pool.origins)
        await stage.load(scene.released(), scene.size.width, scene.size.height)
        await film(stage, scene, stream, progress)
    return FilmedPanel(panel, scene, texts, stream)


@dataclass(frozen=True, slots=True)
class FilmedRow:
    """The panels that could be filmed, and the ways to write them as one clip."""

    panels: tuple[FilmedPanel, ...]
    style: Style
    locale: Locale

    @property
    def failed_after_ms(self) -> int:
        """When the failed click comes in all panels, the first frame not counted."""
        return max(it.failed_after_ms for it in self.panels)

    @property
    def total_ms(self) -> int:
        return POSTER_MS + max(self.delay_of(it) + it.scene.total_ms for it in self.panels) + HOLD_MS

    def delay_of(self, filmed: FilmedPanel) -> int:
        """Returns how long a panel waits for the one whose failed click comes last."""
        return self.failed_after_ms - filmed.failed_after_ms

    def written(self) -> tuple[Written, tuple[str, ...]]:
        """Steps down the ladder until the clip is within its budget; returns it with the steps taken. Blocks."""
        steps: list[str] = []
        first = QualityPlan(kind=self.style.format)
        for plan in (first, *(ladder.AFTER_GIF if first.kind == "gif" else ladder.AFTER_MP4)):
            if plan.kind == "png":
                break
            if plan.kind != self.style.format:
                steps.clear()  # another kind of file starts again with everything
            steps += [self.locale.text(plan.step)] if plan.step else []
            written = ladder.write_frames(self._frames(plan), plan, self.style.max_bytes, self.style.loops)
            if written is not None:
                slowed = [self.locale.text("flashes slowed down")] if written.slowed_ms else []
                return written, (*steps, *slowed)
        return self._picture(), (*steps, self.locale.text(ladder.STILL.step))

    def _picture(self) -> Written:
        """All failed clicks as a picture within the budget."""
        poster = self._poster(QualityPlan(kind=self.style.format))
        return ladder.fitted(Image.fromarray(unpack(poster)), self.style.max_bytes)

    def _frames(self, plan: QualityPlan) -> Iterator[Frame]:
        return chain([(self._poster(plan), POSTER_MS)], self._moving(plan), [(None, HOLD_MS)])

    def _poster(self, plan: QualityPlan) -> Pixels:
        return picture_at(side_by_side([self._first(it, plan) for it in self.panels]), 0)

    def _moving(self, plan: QualityPlan) -> Iterator[Frame]:
        return side_by_side([self._panel(it, plan) for it in self.panels])

    def _first(self, filmed: FilmedPanel, plan: QualityPlan) -> PanelFrames:
        """Its failed click alone, as the first frame of a clip shows it."""
        moving = self._panel(filmed, plan)
        painter = self._painter(filmed, plan)
        pixels = ladder.poster_of(filmed.stream.again(), filmed.scene.frame_plans, painter)
        if pixels is None:
            pixels = picture_at(moving.frames, filmed.failed_after_ms)
        return replace(moving, delay_ms=0, frames=[(pixels, POSTER_MS)])

    def _panel(self, filmed: FilmedPanel, plan: QualityPlan) -> PanelFrames:
        painter = self._painter(filmed, plan)
        frames = composed(filmed.stream.again(), filmed.scene.frame_plans, painter, plan.every)
        return PanelFrames(filmed.panel.heading, painter.scale.width, self.delay_of(filmed), frames)

    def _painter(self, filmed: FilmedPanel, plan: QualityPlan) -> Painter:
        widths = {id(it): round(it.scene.size.width * plan.share) // 2 * 2 for it in self.panels}
        letters = letters_of(sum(widths.values()))  # to be read where all of the picture is as wide as a phone
        width, caption = widths[id(filmed)], filmed.texts[self.locale.tag].caption
        return painter_of(filmed.scene, filmed.panel.window, width, caption, self.locale, letters)

    def clip(self, written: Written, steps: tuple[str, ...], watch: Stopwatch) -> Clip:
        hidden: Counter[str] = sum((Counter(it.scene.masked.hidden) for it in self.panels), Counter())
        skipped: Counter[str] = sum((Counter(it.scene.skipped) for it in self.panels), Counter())
        texts = {tag: self._words(tag) for tag in LANGUAGES}
        words = texts[self.locale.tag]
        return Clip(
            data=written.data,
            kind=written.kind,
            width=written.width,
            height=written.height,
            duration_ms=0 if written.kind == "png" else self.total_ms + written.slowed_ms,
            frames=written.frames,
            shots=sum(it.stream.pictures for it in self.panels),
            timings_ms=watch.laps,
            caption=words.caption,
            alt_text=words.alt_text,
            transcript=words.transcript,
            words=texts,
            masked=MaskReport(dict(hidden)),
            poster=self._picture().data if written.kind == "mp4" else b"",
            window=self.panels[0].panel.window,
            steps=steps,
            skipped=dict(skipped),
        )

    def _words(self, tag: str) -> ClipText:
        """What happens in all panels, by the time of the clip. Headings are in the asker's language alone."""
        lines = [
            Line(POSTER_MS + self.delay_of(it) + line.at_ms, f"{it.panel.mark} · {line.text}")
            for it in self.panels
            for line in it.texts[tag].transcript
        ]
        spoken = [
            (it.panel.heading if tag == self.locale.tag else it.panel.mark, it.texts[tag].alt_text)
            for it in self.panels
        ]
        return ClipText(
            caption="; ".join(f"{it.panel.mark}: {it.texts[tag].caption}" for it in self.panels),
            alt_text=" ".join(f"{heading}: {cut(alt_text, MAX_ALT)}" for heading, alt_text in spoken),
            transcript=tuple(sorted(lines, key=lambda line: line.at_ms)),
        )
