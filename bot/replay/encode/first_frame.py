"""The first picture of a clip, for where nothing moves: paper, PDF, readers who asked for less motion.

A clip begins with its poster, the picture of the click that failed (see `ladder.encode`).
"""

from __future__ import annotations

import io

import av
from av.error import FFmpegError
from PIL import Image, UnidentifiedImageError

from bot.kernel.errors import Missing


def first_frame(data: bytes, kind: str) -> bytes:
    """Returns the first frame of a `gif`, `mp4` or `png` as PNG. Blocking. Raises Missing for what can't be read."""
    if kind == "png":
        return data
    try:
        picture = _of_video(data) if kind == "mp4" else Image.open(io.BytesIO(data)).convert("RGB")
    except (FFmpegError, UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Missing("This file holds no picture that can be read.") from None
    output = io.BytesIO()
    picture.save(output, "PNG", optimize=True)
    return output.getvalue()


def _of_video(data: bytes) -> Image.Image:
    with av.open(io.BytesIO(data), "r") as container:
        for frame in container.decode(video=0):
            return Image.fromarray(frame.to_ndarray(format="rgb24"))
    raise ValueError("a video without a frame")
