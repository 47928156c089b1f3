"""H.264 in MP4, by PyAV: several times smaller than a GIF where much of the page moves.

Its index comes first, so that a player shows it before the rest has arrived (what ffmpeg calls "faststart", which it
does only to files on disk).
"""

from __future__ import annotations

import io
import platform
import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import numpy as np
from av.video.frame import PictureType

from bot.replay.encode.frames import Frame
from bot.replay.encode.palette import Pixels, unpack

CLOCK = Fraction(1, 1000)
QUALITY = "23"  # x264's constant rate factor: lower is better and larger; small text is still sharp at this
IN_ORDER = {"bf": "0", "forced-idr": "1"}  # frames stored as they are shown, or the length of the film is wrong
ON_X86 = {"x264-params": "asm=SSE2"} if platform.machine() in {"x86_64", "AMD64"} else {}
"""Instructions that all of these processors have, so that all of them make the same bytes. With AVX-512, x264 reads
memory that nobody has written, so that not even the films of one machine are alike. The film is a hundredth larger."""
LAST_MS = 40
STEADY_MS = 1_000  # a frame that stays comes again after this: players jump and draw by frames
JUMP_MS = 4_000  # from a frame that can be jumped to, to the next
AROUND_OFFSETS = (b"trak", b"mdia", b"minf", b"stbl", b"stco")  # boxes of the index, outermost first


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
        elif last is not None and at - film.newest_ms >= STEADY_MS:
            film.show(last, at)
        at += lasts
    if last is None:
        raise ValueError("a video needs a frame")
    if at - LAST_MS > film.newest_ms:
        film.show(last, at - LAST_MS)  # a video's last frame has no length of its own, so it comes again at the end
    return film.finish(), last.shape[1], last.shape[0], film.frames


class Film:
    """An H.264 stream in memory. Equal frames give equal bytes."""

    def __init__(self) -> None:
        self.frames = 0
        self.newest_ms = 0
        self._jump_ms = 0
        self._output = io.BytesIO()
        self._container = av.open(self._output, "w", format="mp4")
        self._stream = self._container.add_stream("libx264", rate=25)
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = self._stream.codec_context.time_base = CLOCK
        self._stream.options = {"crf": QUALITY, "preset": "veryfast", "tune": "animation", **IN_ORDER, **ON_X86}
        self._stream.codec_context.thread_count = 1

    def show(self, pixels: Pixels, moment_ms: int) -> None:
        if not self.frames:
            self._stream.height, self._stream.width = pixels.shape
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(unpack(pixels)), format="rgb24")
        frame.pts, frame.time_base = moment_ms, CLOCK
        if moment_ms - self._jump_ms >= JUMP_MS:
            frame.pict_type, self._jump_ms = PictureType.I, moment_ms
        self._container.mux(self._stream.encode(frame))
        self.frames += 1
        self.newest_ms = moment_ms

    def finish(self) -> bytes:
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return index_first(self._output.getvalue())


def index_first(film: bytes) -> bytes:
    """The film with its index before its pictures, whose offsets in the file grow by the size of the index."""
    boxes = dict(_boxes(film, 0, len(film)))
    index, pictures = boxes[b"moov"], boxes[b"mdat"]
    if index.start < pictures.start:
        return film
    inside = index
    for name in AROUND_OFFSETS:
        inside = dict(_boxes(film, inside.start + 8, inside.stop))[name]
    moved = bytearray(film)
    for at in range(inside.start + 16, inside.stop, 4):
        struct.pack_into(">I", moved, at, struct.unpack_from(">I", film, at)[0] + len(index))
    parts = moved[: pictures.start], moved[index.start : index.stop], moved[pictures.start : index.start]
    return b"".join([*parts, moved[index.stop :]])


def _boxes(film: bytes, start: int, stop: int) -> Iterator[tuple[bytes, range]]:
    """Yields the boxes that lie side by side between two offsets, each with where it begins and ends."""
    while start < stop:
        size = struct.unpack_from(">I", film, start)[0]
        yield film[start + 4 : start + 8], range(start, start + size)
        start += size
