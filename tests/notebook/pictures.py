"""Small pictures and films of plain colours."""

from __future__ import annotations

import io

import av
import numpy as np
from PIL import Image


def gif(*colours: str) -> bytes:
    frames = [Image.new("RGB", (80, 50), colour) for colour in colours]
    output = io.BytesIO()
    frames[0].save(output, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return output.getvalue()


def film(*colours: str) -> bytes:
    """A video of one frame a colour."""
    output = io.BytesIO()
    with av.open(output, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for colour in colours:
            frame = av.VideoFrame.from_ndarray(np.asarray(Image.new("RGB", (64, 48), colour)), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return output.getvalue()
