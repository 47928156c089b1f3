"""`python -m bench.one_clip RECORDING FROM_MS TO_MS`: reads and renders in this process.

Prints the most memory that this process ever held, in MB.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

from bench.filming import LOCALE, MASKS, STYLE
from bot.replay.model import Window
from bot.replay.read_recording import read
from bot.replay.render import render
from bot.replay.stage.pool import RenderPool


async def main(stored: bytes, start: int, end: int) -> None:
    async with RenderPool() as pool:
        await render(read([stored]), Window(start, end), pool=pool, style=STYLE, masks=MASKS, locale=LOCALE)
    print(_peak_mb())


def _peak_mb() -> float:
    """`ru_maxrss` would not do on Linux: it also counts what the process that started this one held."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # bytes on macOS


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]).read_bytes(), int(sys.argv[2]), int(sys.argv[3])))
