"""Our mark on a markdown cell: an HTML comment that says what the cell means.

Datadog's ids can't serve: those of markdown cells change with every reading.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote, unquote

_MARK = re.compile(r"<!-- replaybook:([\w./%~-]+) -->\n?")


def marked(marker: str, text: str) -> str:
    """The text below its mark. Whatever is in `marker`, it can't end the comment."""
    return f"<!-- replaybook:{quote(marker)} -->\n{text}".rstrip("\n")


def unmarked(text: str) -> tuple[str | None, str]:
    """(what the first mark in a text says, the text without that mark); None when it has none."""
    found = _MARK.search(text)
    if found is None:
        return None, text
    return unquote(found[1]), text[: found.start()] + text[found.end() :]


def trace(id: str) -> str:
    """Marks the cell at the top of a notebook, so that one whose creation was never confirmed is found again.

    Not the id itself: whoever knows that may write on the bot's page of the notebook.
    """
    return f"notebook/{hashlib.sha256(id.encode()).hexdigest()[:16]}"
