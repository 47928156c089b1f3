"""What was recorded is printed, and does nothing to the terminal."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bot.cli.clip_commands import clip_lines


def test_a_clips_words_move_no_terminal() -> None:
    made: Any = SimpleNamespace(
        caption="\x1b[31mBuy clicked",
        data=b"x" * 1000,
        frames=3,
        shots=2,
        width=800,
        height=600,
        transcript=[SimpleNamespace(at_ms=61_000, text="clicks \x1b]0;x\x07“Buy”\u202e")],
        masked=SimpleNamespace(total=0, hidden={}),
        skipped={},
        steps=(),
    )
    lines = list(clip_lines(made, Path("a.gif")))
    assert all(line.isprintable() for line in lines)
    assert lines[0] == "a.gif: [31mBuy clicked"
    assert lines[2].startswith("  1:01 clicks ")
