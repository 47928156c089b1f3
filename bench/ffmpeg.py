"""From the pictures of a screencast to a video and from that to a GIF, as rrvideo's users get it.

The video has Playwright's settings (VP8, 25 frames a second, 1 Mbit/s); the GIF is `fps=10,scale=800:-1` with
palettegen and paletteuse as they are. By the program ffmpeg where it is on the PATH, else by its libraries in PyAV.
"""

from __future__ import annotations

import io
import queue
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Protocol, cast

import av
from av.filter import Graph

WIDTH, HEIGHT, RATE = 1280, 720, 25
VP8 = {"qmin": "0", "qmax": "50", "crf": "8", "deadline": "realtime", "speed": "8", "b": "1M", "threads": "1"}
RECORD = (
    "-f image2pipe -avioflags direct -fpsprobesize 0 -probesize 32 -analyzeduration 0 -c:v mjpeg -i pipe:0 "
    f"-y -an -r {RATE} -c:v vp8 -qmin 0 -qmax 50 -crf 8 -deadline realtime -speed 8 -b:v 1M -threads 1 "
    f"-vf pad={WIDTH}:{HEIGHT}:0:0:gray,crop={WIDTH}:{HEIGHT}:0:0"
).split()
CONVERT = "fps=10,scale=800:-1,split[a][b];[a]palettegen[p];[b][p]paletteuse"


class Recorder(Protocol):
    """Takes pictures while the page plays, 25 a second; then makes the GIF. All of it blocks."""

    name: str

    def write(self, jpeg: bytes) -> None: ...

    def gif(self) -> bytes: ...


def recorder() -> Recorder:
    program = shutil.which("ffmpeg")
    return Program(program) if program else Library()


class Program:
    """ffmpeg, as Playwright starts it."""

    name = "ffmpeg"

    def __init__(self, path: str) -> None:
        self._path = path
        self._folder = tempfile.TemporaryDirectory()
        self._video = str(Path(self._folder.name) / "video.webm")
        command = [path, "-loglevel", "error", *RECORD, self._video]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE)

    def write(self, jpeg: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(jpeg)

    def gif(self) -> bytes:
        with self._folder as folder:
            self._process.communicate()
            made = Path(folder) / "clip.gif"
            command = [self._path, "-loglevel", "error", "-i", self._video, "-filter_complex", CONVERT, str(made)]
            subprocess.run(command, check=True)
            return made.read_bytes()


class Library:
    """PyAV, on a thread of its own while the page plays."""

    name = "PyAV"

    def __init__(self) -> None:
        self._pictures: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._video = io.BytesIO()
        self._thread = threading.Thread(target=self._encode)
        self._thread.start()

    def write(self, jpeg: bytes) -> None:
        self._pictures.put(jpeg)

    def gif(self) -> bytes:
        self._pictures.put(None)
        self._thread.join()
        return _gif(self._video.getvalue())

    def _encode(self) -> None:
        with av.open(self._video, "w", format="webm") as container:
            stream = container.add_stream("libvpx", rate=RATE, options=VP8)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            for number, jpeg in enumerate(iter(self._pictures.get, None)):
                frame = _decoded(jpeg).reformat(width=WIDTH, height=HEIGHT, format="yuv420p")
                frame.pts, frame.time_base = number, Fraction(1, RATE)
                frame.pict_type = av.video.frame.PictureType.NONE  # else each JPEG would become a key frame
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))


def _decoded(jpeg: bytes) -> av.VideoFrame:
    with av.open(io.BytesIO(jpeg), "r", format="mjpeg") as image:
        return next(image.decode(video=0))


def _gif(video: bytes) -> bytes:
    colours = _run(_frames(video), "palettegen")[-1]
    output = io.BytesIO()
    frames = _run(_frames(video), "paletteuse", colours)
    with av.open(output, "w", format="gif") as container:
        stream = container.add_stream("gif", rate=10)
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, "pal8"
        for frame in frames:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return output.getvalue()


def _frames(video: bytes) -> Iterator[av.VideoFrame]:
    with av.open(io.BytesIO(video), "r") as container:
        yield from container.decode(video=0)


def _run(frames: Iterator[av.VideoFrame], last: str, colours: av.VideoFrame | None = None) -> list[av.VideoFrame]:
    """The frames through `fps=10,scale=800:-1` and palettegen or paletteuse with their defaults."""
    graph = Graph()
    first = next(frames)
    source = graph.add_buffer(width=first.width, height=first.height, format=first.format, time_base=first.time_base)
    steps = [graph.add("fps", "10"), graph.add("scale", "800:-1"), graph.add(last)]
    sink = graph.add("buffersink")
    before = source
    for step in [*steps, sink]:
        before.link_to(step)
        before = step
    if colours is not None:
        palette = graph.add_buffer(width=16, height=16, format=colours.format, time_base=first.time_base)
        palette.link_to(steps[-1], 0, 1)
    graph.configure()
    if colours is not None:
        palette.push(colours)
        palette.push(None)
    made: list[av.VideoFrame] = []
    for frame in [first, *frames, None]:
        source.push(frame)
        while True:
            try:
                made.append(cast(av.VideoFrame, sink.pull()))
            except (av.error.BlockingIOError, av.error.EOFError):
                break
    return made
