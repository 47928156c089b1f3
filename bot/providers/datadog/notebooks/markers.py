"""The bot's mark on a markdown cell: an HTML comment that says what the cell means.

Datadog's ids can't serve for that: those of markdown cells change with every reading.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote, unquote

_MARK = re.compile(r"<!-- replaybook:([\w./%~-]+) -->\n?")


def marked(marker: str, text: str) -> str:
    """Returns the text below its mark. Whatever is in `marker`, it can't end the comment."""
    return f"<!-- replaybook:{quote(marker)} -->\n{text}".rstrip("\n")


def unmarked(text: str) -> tuple[str | None, str]:
    """Returns (what the first mark in a text says or None, the text without that mark)."""
    mark = _MARK.search(text)
    if mark is None:
        return None, text
    return unquote(mark[1]), text[: mark.start()] + text[mark.end() :]


def trace(id: str) -> str:
    """Returns the mark of the cell at the top, by which a notebook is found whose creation was never confirmed.

    The mark is not the id itself: whoever knows that may write on the bot's page of the notebook.
    """
    return f"notebook/{hashlib.sha256(id.encode()).hexdigest()[:16]}"
