"""The words of a notebook's own cells after somebody was taken out of what they say.

A name of one word is replaced where it stands alone, as in a cell's data, and not within texts; so the bot's own words
are written anew from the data.
"""

from __future__ import annotations

from typing import Any

import msgspec

from bot.notebook.notebook import Notebook, digest
from bot.notebook.notebook_text import NotebookText


def written_anew(before: Any, after: Any, text: NotebookText) -> Any:
    """The notebook's record `after`, in which each cell that nobody edited says what its data say now.

    A record that can't be read as a notebook stays as it is.
    """
    try:
        notebook = msgspec.convert(after, Notebook)
    except msgspec.ValidationError:
        return after
    write, were = text.for_notebook(notebook), {cell.get("id"): cell for cell in before.get("cells", ())}
    cells = []
    for raw, cell in zip(after.get("cells", ()), notebook.cells, strict=True):
        changed = raw.get("data") != were.get(raw.get("id"), {}).get("data")
        if changed and cell.data and not cell.edited:
            markdown = write(cell.data)
            cells.append({**raw, "markdown": markdown, "written": digest(markdown)})
        else:
            cells.append(raw)
    return {**after, "cells": cells}
