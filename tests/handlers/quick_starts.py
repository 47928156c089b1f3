"""What the starts of many bots needn't do again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from bot.app import render_parts
from bot.replay.stage.pool import RenderPool


class ColdPool(RenderPool):
    """Starts a browser for each clip when it is asked for, and none beforehand, which most tests would throw away."""

    def _prepare(self) -> None:
        pass


@contextmanager
def quick_starts() -> Iterator[None]:
    """No browser waits for clips; those that wait are in tests/replay and tests/journey."""
    with mock.patch.object(render_parts, "RenderPool", ColdPool):
        yield
