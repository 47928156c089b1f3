"""Writing a clip within its byte budget: each step of the ladder gives up a little more and has a sentence for it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from PIL import Image

from bot.replay.encode.flashes import FlashGuard
from bot.replay.encode.frame_plans import FramePlan, Shot
from bot.replay.encode.frames import Frame, PosterFrame, composed
from bot.replay.encode.gif import Block, GifWriter
from bot.replay.encode.mp4 import mp4
from bot.replay.encode.painter import Painter
from bot.replay.encode.palette import Finder, Pixels, choose, unpack
from bot.replay.encode.scene_palettes import OURS


@dataclass(frozen=True, slots=True)
class QualityPlan:
    """One way to write a clip. `share` is its width against the wanted one, `every` how many plans make a frame."""

    kind: str = "gif"
    colours: int = 255
    every: int = 1
    share: float = 1.0
    step: str = ""
    """What was given up, in words; a message for the catalog."""


FEWER_COLOURS = QualityPlan(colours=64, step="fewer colours")
FEWER_FRAMES = QualityPlan(colours=64, every=2, step="fewer frames")
SMALLER = QualityPlan(colours=64, every=2, share=0.6, step="smaller picture")
VIDEO = QualityPlan(kind="mp4", step="video (MP4) instead of GIF")
SMALLER_VIDEO = QualityPlan(kind="mp4", share=0.6, step="smaller picture")
STILL = QualityPlan(kind="png", step="still picture instead of a clip")

STILLS = (
    *((share, colours) for share in (1.0, 0.6, 0.4) for colours in (0, 128, 32)),
    *((share, 16) for share in (0.25, 0.15, 0.08, 0.04, 0.02)),
)
"""What a still picture gives up in turn, until it fits: its width as a share, and its colours (0: none given up)."""

AFTER_GIF = (FEWER_COLOURS, FEWER_FRAMES, SMALLER, VIDEO, STILL)
AFTER_MP4 = (SMALLER_VIDEO, STILL)

POSTER_MS = 500
"""How long a clip shows the failed click before it begins."""
HOLD_MS = 1_500
"""How long the last frame stays at least."""
LONG_MS = 30_000
"""A GIF that is longer and over its budget becomes a video at once: a GIF that fits would show little."""


@dataclass(frozen=True, slots=True)
class Written:
    """A clip's file."""

    data: bytes
    kind: str
    width: int
    height: int
    frames: int
    slowed_ms: int = 0
    """How much longer it lasts than planned, because flashes were slowed down."""


def while_filmed(kind: str, lasts_ms: int) -> tuple[QualityPlan, ...]:
    """Returns what is tried while a clip of that kind and length is filmed, in turn."""
    whole = QualityPlan(kind=kind)
    return (whole, VIDEO) if kind == "gif" and lasts_ms > LONG_MS else (whole,)


def write(
    shots: Iterable[Shot], plans: list[FramePlan], painter: Painter, plan: QualityPlan, limit: int, loops: int = 0
) -> Written | None:
    """Returns the clip as planned, or None as soon as it is known to be over `limit` bytes. GIFs play `loops` times.

    It begins with the failed click and holds its end; neither is part of the clip's time.
    """
    poster = PosterFrame(plans, painter)
    shots = poster.watch(shots)
    shots = shots if plan.kind == "gif" else _from_poster(shots, poster)
    frames = _held(composed(shots, plans, painter, plan.every), plans)
    return write_frames(frames, plan, limit, loops, coming=len(plans), poster=poster)


def write_frames(  # what a file is made of
    frames: Iterable[Frame],
    plan: QualityPlan,
    limit: int,
    loops: int,
    *,
    coming: int = 0,
    poster: PosterFrame | None = None,
) -> Written | None:
    """Returns a clip of frames that are drawn already, or None as soon as it is known to be over `limit` bytes.

    `coming` is about how many frames there will be, 0 where that is not known. The poster comes first; a GIF takes it
    when it is there, a video where it is there already.
    """
    guard = FlashGuard()
    slowed = guard.slowed(frames)
    if plan.kind == "gif":
        written = _gif(slowed, plan, limit, coming, loops, poster)
    else:
        first = [] if poster is None or poster.pixels is None else [(poster.pixels, POSTER_MS)]
        written = _mp4(chain(first, slowed))
    return replace(written, slowed_ms=guard.added_ms) if written and len(written.data) <= limit else None


def _held(frames: Iterable[Frame], plans: list[FramePlan]) -> Iterator[Frame]:
    """Yields the frames, the last one for as long as people need to read it."""
    yield from frames
    if plans[-1].lasts_ms < HOLD_MS:
        yield None, HOLD_MS - plans[-1].lasts_ms


def _from_poster(shots: Iterator[Shot], poster: PosterFrame) -> Iterator[Shot]:
    """Takes shots until the poster is there; returns all of them again."""
    taken: list[Shot] = []
    while poster.wanted and poster.pixels is None and (shot := next(shots, None)) is not None:
        taken.append(shot)
    return chain(taken, shots)


def still(shots: Iterable[Shot], plans: list[FramePlan], painter: Painter, at_ms: int, limit: int) -> Written:
    """Returns the frame that stands at `at_ms` of the recording, as PNG of at most `limit` bytes.

    It is marked where that is the failed click. The last step always fits: fewer colours first, then ever smaller.
    Only a limit that no picture can keep (below the few hundred bytes of the smallest one) is passed over.
    """
    shots = list(shots)
    shown = poster_of(shots, plans, painter) if at_ms == painter.failed_ms else None
    if shown is None:
        shown = _frame_at(composed(shots, plans, painter), plans, at_ms)
    if shown is None:
        raise ValueError("a clip has a frame")
    return fitted(Image.fromarray(unpack(shown)), limit)


def fitted(full: Image.Image, limit: int) -> Written:
    """Returns the picture as PNG of at most `limit` bytes, as `still` says."""
    for share, colours in STILLS:
        picture = full.resize((max(1, round(full.width * share)), max(1, round(full.height * share))))
        data = _png(picture, colours)
        if len(data) <= limit:
            break
    return Written(data, "png", picture.width, picture.height, 1)


def poster_of(shots: Iterable[Shot], plans: list[FramePlan], painter: Painter) -> Pixels | None:
    """Returns the failed click, marked, or None where none is in the clip."""
    poster = PosterFrame(plans, painter)
    for _ in poster.watch(shots):
        if poster.pixels is not None:
            break
    return poster.pixels


def _frame_at(frames: Iterable[Frame], plans: list[FramePlan], at_ms: int) -> Pixels | None:
    shown = None
    for plan, (pixels, _) in zip(plans, frames, strict=False):
        if plan.at_ms > at_ms and shown is not None:
            break
        shown = shown if pixels is None else pixels
    return shown


def _png(picture: Image.Image, colours: int) -> bytes:
    """Returns a PNG with all colours (0) or that many."""
    output = io.BytesIO()
    reduced = picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE) if colours else picture
    reduced.save(output, "PNG", optimize=True)
    return output.getvalue()


def _gif(
    frames: Iterable[Frame], plan: QualityPlan, limit: int, coming: int, loops: int, poster: PosterFrame | None
) -> Written | None:
    writer: GifWriter | None = None
    height = width = shown_ms = written_cs = before = 0
    for pixels, lasts_ms in frames:
        if writer is None and pixels is not None:
            height, width = pixels.shape
            writer = GifWriter(width, height, colours=plan.colours, coming=coming // plan.every, loops=loops)
        shown_ms += lasts_ms
        delay = round(shown_ms / 10) - written_cs  # rounded on the sum, so that no rate drifts
        written_cs += delay
        if writer is not None:
            writer.add(pixels, delay)
            if poster is not None and poster.pixels is not None:
                writer.before = [_full_frame(poster.pixels, plan.colours)]
                before, poster = len(writer.before[0].data) + len(writer.before[0].table), None
            if writer.bytes_so_far + before > limit:
                return None
    if writer is None:
        return None
    return Written(writer.finish(), "gif", width, height, writer.frames)


def _full_frame(pixels: Pixels, colours: int) -> Block:
    """Returns the poster as a frame of a GIF, with a palette of its own."""
    height, width = pixels.shape
    block = Block((0, height, 0, width), POSTER_MS // 10)
    finder = Finder(choose(pixels.ravel(), colours, kept=OURS))
    block.fill(pixels, np.ones(pixels.shape, np.bool_), finder, bring=True)
    return block


def _mp4(frames: Iterable[Frame]) -> Written:
    data, width, height, count = mp4(frames)
    return Written(data, "mp4", width, height, count)
