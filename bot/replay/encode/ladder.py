"""Writing a clip within its byte budget: each step of the ladder gives up a little more and has a sentence for it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from bot.replay.encode.frames import Frame, FramePlan, Painter, Shot, composed
from bot.replay.encode.gif import GifWriter
from bot.replay.encode.mp4 import mp4
from bot.replay.encode.palette import unpack


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


@dataclass(frozen=True, slots=True)
class Written:
    """A clip's file."""

    data: bytes
    kind: str
    width: int
    height: int
    frames: int


def write(
    shots: Iterable[Shot], plans: list[FramePlan], painter: Painter, plan: QualityPlan, limit: int
) -> Written | None:
    """Returns the clip as planned, or None as soon as it is known to be over `limit` bytes."""
    frames = composed(shots, plans, painter, plan.every)
    written = _gif(frames, plan, limit, len(plans)) if plan.kind == "gif" else _mp4(frames)
    return written if written is not None and len(written.data) <= limit else None


def still(shots: Iterable[Shot], plans: list[FramePlan], painter: Painter, at_ms: int, limit: int) -> Written:
    """Returns the frame that stands at `at_ms` of the recording, as PNG of at most `limit` bytes.

    The last step always fits: fewer colours first, then ever smaller. Only a limit that no picture can keep (below the
    few hundred bytes of the smallest one) is passed over.
    """
    shown = None
    for plan, (pixels, _) in zip(plans, composed(shots, plans, painter), strict=False):
        if plan.at_ms > at_ms and shown is not None:
            break
        shown = shown if pixels is None else pixels
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


def _png(picture: Image.Image, colours: int) -> bytes:
    """Returns a PNG with all colours (0) or that many."""
    output = io.BytesIO()
    reduced = picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE) if colours else picture
    reduced.save(output, "PNG", optimize=True)
    return output.getvalue()


def _gif(frames: Iterable[Frame], plan: QualityPlan, limit: int, coming: int) -> Written | None:
    writer: GifWriter | None = None
    height = width = shown_ms = written_cs = 0
    for pixels, lasts_ms in frames:
        if writer is None and pixels is not None:
            height, width = pixels.shape
            writer = GifWriter(width, height, colours=plan.colours, coming=coming // plan.every)
        shown_ms += lasts_ms
        delay = round(shown_ms / 10) - written_cs  # rounded on the sum, so that no rate drifts
        written_cs += delay
        if writer is not None:
            writer.add(pixels, delay)
            if writer.bytes_so_far > limit:
                return None
    if writer is None:
        return None
    return Written(writer.finish(), "gif", width, height, writer.frames)


def _mp4(frames: Iterable[Frame]) -> Written:
    data, width, height, count = mp4(frames)
    return Written(data, "mp4", width, height, count)


def write_frames(frames: Iterable[Frame], plan: QualityPlan, limit: int) -> Written | None:
    """Returns a clip of frames that are drawn already, or None as soon as it is known to be over `limit` bytes."""
    written = _gif(frames, plan, limit, 0) if plan.kind == "gif" else _mp4(frames)
    return written if written is not None and len(written.data) <= limit else None
