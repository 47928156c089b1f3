"""How far a replayed Datadog recording is from the real page, photographed by the recorder at known times."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from bot.replay.read_recording import read, read_path
from bot.replay.recording import Recording
from bot.replay.stage.browser import find_browser
from bot.replay.stage.stage import Stage
from bot.replay.stage.stage_page import Asset
from bot.replay.still import raw
from tests.replay.sessions import RECORDINGS, SDK_6, SDK_7

FOLDERS = (SDK_6, SDK_7)
VISIBLE = 40  # of 255 in a channel: what differs less is not seen as different
LAMP = Asset((RECORDINGS / "datadog" / "lamp.png").read_bytes(), "image/png")
NOT_RECORDED = "canvas,input[type=email],input[type=password],input[type=tel],[data-dd-privacy]"
BOXES = f"""[...document.querySelector("iframe").contentDocument.querySelectorAll("{NOT_RECORDED}")].map((one) => {{
  const {{ left, top, right, bottom }} = one.getBoundingClientRect();
  return [left, top, right, bottom];
}})"""


@dataclass(frozen=True, slots=True)
class Compared:
    """`share` of the pixels that differ visibly; what the SDK never records (canvas, what it masks) is left out."""

    name: str
    share: float
    replayed: Image.Image
    """As it was replayed."""


async def compared(folder: Path) -> list[Compared]:
    """Every screenshot of a recording against its replay at that time."""
    recording = read(read_path(folder))
    marks = [it for it in json.loads((folder / "marks.json").read_text()) if it["kind"] == "screenshot"]
    [origin] = {f"{site.scheme}://{site.netloc}" for site in (urlsplit(mark["url"]) for mark in marks)}
    stage = await Stage.open(*find_browser(), origins=[origin])
    stage.gate.assets = {f"{origin}/lamp.png": LAMP}  # the page's only file
    try:
        return [await _compared(folder, recording, mark, stage) for mark in marks]
    finally:
        await stage.close()


async def _compared(folder: Path, recording: Recording, mark: dict[str, Any], stage: Stage) -> Compared:
    real = await asyncio.to_thread(_photograph, folder, mark["name"])
    replayed = _opened(await raw(recording, mark["t_after"] - recording.start_epoch_ms, stage))
    boxes = await stage._evaluate(BOXES)
    await stage._evaluate("stage.clear()")
    return Compared(mark["name"], differing(np.asarray(real), np.asarray(replayed), boxes), replayed)


def differing(one: np.ndarray, other: np.ndarray, without: list[list[float]]) -> float:
    """Share of pixels with a channel more than `VISIBLE` apart, outside of the boxes (left, top, right, bottom)."""
    if one.shape != other.shape:
        return 1.0
    apart = np.abs(one.astype(int) - other).max(axis=2) > VISIBLE
    for left, top, right, bottom in without:
        apart[max(0, int(top)) : max(0, int(bottom) + 1), max(0, int(left)) : max(0, int(right) + 1)] = False
    return float(apart.mean())


def _photograph(folder: Path, name: str) -> Image.Image:
    return _opened(next(folder.glob(f"shot-*-{name}.png")).read_bytes())


def _opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")
