"""What the starts of many bots needn't do again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from unittest import mock

from bot.app import render_parts
from bot.kernel.messages import Messages
from bot.notebook.notebook_text import NotebookText
from bot.replay.stage.pool import RenderPool
from bot.web.html_pages import HtmlPages


class ColdPool(RenderPool):
    """Starts a browser for each clip when it is asked for, and none beforehand, which most tests would throw away."""

    def _prepare(self) -> None:
        pass


@contextmanager
def quick_starts() -> Iterator[None]:
    """Templates are compiled once in a process, and no browser waits for clips; those that wait are in tests/replay
    and tests/journey."""
    with ExitStack() as stack:
        for each in (Messages, NotebookText, HtmlPages):
            stack.enter_context(mock.patch.object(each, "load", cache(each.load)))
        stack.enter_context(mock.patch.object(render_parts, "RenderPool", ColdPool))
        yield
