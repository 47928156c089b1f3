"""The usual way, for comparison: play in real time, record the tab, convert the video with ffmpeg's defaults.

This is what rrvideo does through Playwright: a screencast of JPEG pictures at 1280 x 720, a VP8 video written while it
plays, then a GIF of that. Playing starts at the window, which rrvideo cannot do: it would play the whole lead-in.
Starting the browser and loading the page are not counted.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import msgspec

from bench.ffmpeg import HEIGHT, RATE, WIDTH, Recorder, recorder
from bot.replay.stage.browser import find_browser
from bot.replay.stage.pipe import Params
from bot.replay.stage.stage import Stage


@dataclass(frozen=True, slots=True)
class Recorded:
    gif: bytes
    seconds: float
    by: str
    """What made the video and the GIF."""


async def recorded(events: list[dict[str, Any]], start_ms: int, span_ms: int) -> Recorded:
    """Plays `span_ms` from `start_ms` after the first event, in real time, to a GIF 800 px wide."""
    path, kind = find_browser()
    stage = await Stage.open(path, kind, begin_frame=False)
    try:
        await _ready(stage, events, start_ms)
        began, used = time.perf_counter(), recorder()
        await _screencast(stage, start_ms, span_ms, used)
        gif = await asyncio.to_thread(used.gif)
        return Recorded(gif, time.perf_counter() - began, used.name)
    finally:
        await stage.close()


async def _ready(stage: Stage, events: list[dict[str, Any]], start: int) -> None:
    size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    await stage.browser.pipe.send("Emulation.setDeviceMetricsOverride", size, stage._session)
    text = json.dumps(msgspec.json.encode(events).decode())
    await stage._evaluate(f"globalThis.player = new rrwebReplay.Replayer(JSON.parse({text})); player.pause({start}); 0")
    await asyncio.sleep(0.1)


async def _screencast(stage: Stage, start: int, span: int, used: Recorder) -> None:
    """Each picture stands until the next one, at 25 frames a second."""
    pipe, session = stage.browser.pipe, stage._session
    coming: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()

    def keep(event: Params, _: str) -> None:
        coming.put_nowait((event["metadata"]["timestamp"], bytes(event["data"])))
        pipe.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]}, session)

    pipe.on("Page.screencastFrame", keep)
    writing = asyncio.create_task(_steadily(coming, used, span * RATE // 1000))
    cast = {"format": "jpeg", "quality": 90, "maxWidth": WIDTH, "maxHeight": HEIGHT, "everyNthFrame": 1}
    await pipe.send("Page.startScreencast", cast, session)
    await stage._evaluate(f"player.play({start}); 0")
    await asyncio.sleep(span / 1000)
    await pipe.send("Page.stopScreencast", {}, session)
    coming.put_nowait(None)
    await writing


async def _steadily(coming: asyncio.Queue[tuple[float, bytes] | None], used: Recorder, frames: int) -> None:
    picture = await coming.get()
    if picture is None:
        raise RuntimeError("the screencast gave no picture")
    first, written = picture[0], 0
    while written < frames:
        after = await coming.get()
        until = frames if after is None else min(frames, round((after[0] - first) * RATE))
        for _ in range(until - written):
            await asyncio.to_thread(used.write, picture[1])
        written = max(written, until)
        if after is None:
            break
        picture = after
