"""Replays of Datadog's recordings against photographs of the real pages, in percent of pixels that differ visibly."""

from __future__ import annotations

from bench.figures import Figure
from tests.replay.faithful import FOLDERS, compared

WHOLE = {"scrolled", "narrow", "checkout", "after-pay"}
"""Pages on which the SDK records everything; on the others the canvas and what it masks are left out."""


async def run(*, quick: bool) -> list[Figure]:
    figures = []
    for folder in FOLDERS[: 1 if quick else None]:
        shares = {one.name: one.share * 100 for one in await compared(folder)}
        whole = max(share for name, share in shares.items() if name in WHOLE)
        rest = max(share for name, share in shares.items() if name not in WHOLE)
        figures += [
            Figure(f"{folder.name}: whole pages", whole, 0.005, unit="%", detail="worst of 4 screenshots"),
            Figure(f"{folder.name}: what is recorded", rest, 0.1, unit="%", detail="worst of 7 screenshots"),
        ]
    return figures
