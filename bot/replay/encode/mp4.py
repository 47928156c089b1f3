"""H.264 in MP4, by PyAV: several times smaller than a GIF where much of the page moves."""

from __future__ import annotations

import io
from collections.abc import Iterable
from fractions import Fraction

import av
import numpy as np

from bot.replay.encode.frames import Frame
from bot.replay.encode.palette import Pixels, unpack

CLOCK = Fraction(1, 1000)
QUALITY = "23"  # x264's constant rate factor: lower is better and larger; small text is still sharp at this
IN_ORDER = {"bf": "0", "forced-idr": "1"}  # frames stored as they are shown, or the length of the film is wrong
LAST_MS = 40


def mp4(frames: Iterable[Frame]) -> tuple[bytes, int, int, int]:
    """The frames as a video: its bytes, width, height and number of frames.

    Sides must be even.
    """
    film = Film()
    at = 0
    last: Pixels | None = None
    for pixels, lasts in frames:
        if pixels is not None:
            film.show(pixels, at)
            last = pixels
        at += lasts
    if last is None:
        raise ValueError("a video needs a frame")
    if at > LAST_MS:
        film.show(last, at - LAST_MS)  # a video's last frame has no length of its own, so it comes again at the end
    return film.finish(), last.shape[1], last.shape[0], film.frames


class Film:
    """An H.264 stream in memory. Equal frames give equal bytes."""

    def __init__(self) -> None:
        self.frames = 0
        self._output = io.BytesIO()
        self._container = av.open(self._output, "w", format="mp4")
        self._stream = self._container.add_stream("libx264", rate=25)
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = self._stream.codec_context.time_base = CLOCK
        self._stream.options = {"crf": QUALITY, "preset": "veryfast", "tune": "animation", **IN_ORDER}
        self._stream.codec_context.thread_count = 1

    def show(self, pixels: Pixels, moment_ms: int) -> None:
        if not self.frames:
            self._stream.height, self._stream.width = pixels.shape
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(unpack(pixels)), format="rgb24")
        frame.pts, frame.time_base = moment_ms, CLOCK
        self._container.mux(self._stream.encode(frame))
        self.frames += 1

    def finish(self) -> bytes:
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._output.getvalue()
