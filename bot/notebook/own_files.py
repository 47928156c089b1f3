"""The stored files that are a notebook's own: those that the bot put there, and not those that somebody's words name.

A file is found by its name. If naming one were enough, whoever has heard of another channel's, or workspace's, would
get it by writing its address into a notebook of their own.
"""

from __future__ import annotations

from bot.notebook.cell_data import Data, StoredClip
from bot.notebook.notebook import Notebook
from bot.notebook.timeline import Timeline


def own_files(notebook: Notebook) -> frozenset[str]:
    """Names of its clips, their stills and its pictures, those of removed cells too."""
    names = {name for cell in notebook.cells for name in (*cell.files, *files_of(cell.data))}
    return frozenset(names)


def files_of(data: Data | None) -> tuple[str, ...]:
    """Names of the files that a managed cell shows."""
    match data:
        case StoredClip():
            return tuple(name for name in (data.file, data.poster) if name)
        case Timeline():
            return tuple(picture.file for entry in data.entries for picture in entry.shown_pictures)
    return ()
