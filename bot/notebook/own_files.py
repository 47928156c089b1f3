"""The stored files that are a notebook's own: those that the bot put there, and not those that somebody's words name.

A file is found by its name. If naming one were enough, whoever has heard of another channel's, or workspace's, would
get it by writing its address into a notebook of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.notebook.cell_data import Data, StoredClip
from bot.notebook.notebook import Cell, Notebook
from bot.notebook.timeline import Timeline


def own_files(notebook: Notebook) -> frozenset[str]:
    """Names of its clips, their stills and its pictures, those of removed cells too."""
    return _own(notebook.cells)


def with_files_that_people_show(before: Sequence[Cell], after: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """The cells after a change: a clip that has a newer one by now stays the notebook's where a text names it.

    What no text names is not kept: a clip may be made again because it showed too much.
    """
    clips = {name for cell in before if isinstance(cell.data, StoredClip) for name in files_of(cell.data)}
    if not (gone := sorted(clips - _own(after))):
        return after
    return tuple(_noting(cell, [name for name in gone if name in cell.markdown]) for cell in after)


def _noting(cell: Cell, names: Sequence[str]) -> Cell:
    return msgspec.structs.replace(cell, files=(*cell.files, *names)) if names else cell


def _own(cells: Sequence[Cell]) -> frozenset[str]:
    return frozenset(name for cell in cells for name in (*cell.files, *files_of(cell.data)))


def files_of(data: Data | None) -> tuple[str, ...]:
    """Names of the files that a managed cell shows."""
    match data:
        case StoredClip():
            return tuple(name for name in (data.file, data.poster) if name)
        case Timeline():
            return tuple(picture.file for entry in data.entries for picture in entry.shown_pictures)
    return ()
