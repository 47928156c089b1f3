"""The usual way, for comparison: play in real time, record the tab, convert the video with ffmpeg's defaults.

This is what rrvideo does through Playwright: a screencast of JPEG pictures at 1280 x 720, VP8 at 25 frames a second
with Playwright's settings, then `fps=10,scale=800:-1` and palettegen/paletteuse as they are. All of it by the same
libraries, inside PyAV. Playing starts at the window, which rrvideo cannot do: it would play the whole lead-in.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import msgspec
from av.filter import Graph

from bot.replay.stage import Stage, find_browser
from bot.replay.stage.pipe import Params

WIDTH, HEIGHT, RATE = 1280, 720, 25
VP8 = {"qmin": "0", "qmax": "50", "crf": "8", "deadline": "realtime", "speed": "8", "b": "1M", "threads": "1"}


@dataclass(frozen=True, slots=True)
class Recorded:
    gif: bytes
    seconds: float


async def recorded(events: list[dict[str, Any]], start_ms: int, span_ms: int) -> Recorded:
    """Plays `span_ms` from `start_ms` after the first event, in real time, to a GIF 800 px wide."""
    path, kind = find_browser()
    stage = await Stage.open(path, kind, begin_frame=False)
    try:
        began = time.perf_counter()
        pictures = await _screencast(stage, events, start_ms, span_ms)
        video = await asyncio.to_thread(_vp8, pictures, span_ms)
        gif = await asyncio.to_thread(_gif, video)
        return Recorded(gif, time.perf_counter() - began)
    finally:
        await stage.close()


async def _screencast(stage: Stage, events: list[dict[str, Any]], start: int, span: int) -> list[tuple[float, bytes]]:
    pipe, session = stage.browser.pipe, stage._session
    pictures: list[tuple[float, bytes]] = []

    def keep(event: Params, _: str) -> None:
        pictures.append((event["metadata"]["timestamp"], base64.b64decode(event["data"])))
        pipe.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]}, session)

    pipe.on("Page.screencastFrame", keep)
    await pipe.send(
        "Emulation.setDeviceMetricsOverride",
        {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False},
        session,
    )
    text = json.dumps(msgspec.json.encode(events).decode())
    await stage._evaluate(f"globalThis.player = new rrwebReplay.Replayer(JSON.parse({text})); player.pause({start}); 0")
    await asyncio.sleep(0.1)
    cast = {"format": "jpeg", "quality": 90, "maxWidth": WIDTH, "maxHeight": HEIGHT, "everyNthFrame": 1}
    await pipe.send("Page.startScreencast", cast, session)
    await stage._evaluate(f"player.play({start}); 0")
    await asyncio.sleep(span / 1000)
    await pipe.send("Page.stopScreencast", {}, session)
    return pictures


def _vp8(pictures: list[tuple[float, bytes]], span_ms: int) -> bytes:
    """Each picture stands until the next one, at 25 frames a second."""
    output = io.BytesIO()
    with av.open(output, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=RATE, options=VP8)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        first, at, shown = pictures[0][0], 0, None
        for number in range(span_ms * RATE // 1000):
            while at < len(pictures) and pictures[at][0] - first <= number / RATE:
                shown = _decoded(pictures[at][1])
                at += 1
            frame = shown.reformat(width=WIDTH, height=HEIGHT, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return output.getvalue()


def _decoded(jpeg: bytes) -> av.VideoFrame:
    with av.open(io.BytesIO(jpeg), format="mjpeg") as image:
        return next(image.decode(video=0))


def _gif(video: bytes) -> bytes:
    colours = _run(_frames(video), "palettegen")[-1]
    output = io.BytesIO()
    with av.open(output, "w", format="gif") as container:
        stream = None
        for frame in _run(_frames(video), "paletteuse", colours):
            if stream is None:
                stream = container.add_stream("gif", rate=10)
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "pal8"
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return output.getvalue()


def _frames(video: bytes) -> Iterator[av.VideoFrame]:
    with av.open(io.BytesIO(video)) as container:
        yield from container.decode(video=0)


def _run(frames: Iterator[av.VideoFrame], last: str, colours: av.VideoFrame | None = None) -> list[av.VideoFrame]:
    """The frames through `fps=10,scale=800:-1` and palettegen or paletteuse with their defaults."""
    graph = Graph()
    first = next(frames)
    source = graph.add_buffer(width=first.width, height=first.height, format=first.format, time_base=first.time_base)
    steps = [graph.add("fps", "10"), graph.add("scale", "800:-1:flags=lanczos"), graph.add(last)]
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
                made.append(sink.pull())
            except (av.error.BlockingIOError, av.error.EOFError):
                break
    return made
