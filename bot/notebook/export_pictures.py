"""The pictures of a notebook as data addresses, for exports that are one file, as far as there is room."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress

import msgspec

from bot.kernel.errors import Missing
from bot.notebook.export import clips_of, linked_files
from bot.notebook.notebook import Notebook
from bot.notebook.ports import Files
from bot.replay.encode.first_frame import first_frame

MOST_BYTES = 24_000_000
"""Of all pictures of one file together, as they are stored: a third more in the file."""
MOST_MOVING_BYTES = 5_000_000
"""Of one GIF or video that is put in as it is; of a larger one there is a still."""
TYPES = {"gif": "image/gif", "png": "image/png", "mp4": "video/mp4"}


class EmbeddedPicture(msgspec.Struct, frozen=True):
    """A stored file as data addresses: its first picture, and the whole of it where it moves and is small enough."""

    still: str
    moving: str = ""


async def pictures_of(notebook: Notebook, files: Files, *, moving: bool) -> dict[str, EmbeddedPicture]:
    """The pictures of the shown cells by the names of their files, each as far as there is room for it."""
    room, pictures = MOST_BYTES, dict[str, EmbeddedPicture]()
    posters = {clip.file: clip.poster for clip in clips_of(notebook) if clip.poster}
    for name in linked_files(notebook):
        kind = name.rpartition(".")[2]
        try:
            data = await files.get(name)
            still = await _still(files, data, kind, posters.get(name, ""))
        except Missing:
            continue
        whole = data if moving and kind != "png" and len(data) <= min(MOST_MOVING_BYTES, room - len(still)) else b""
        if len(still) + len(whole) <= room:
            room -= len(still) + len(whole)
            pictures[name] = EmbeddedPicture(_address(still, "png"), _address(whole, kind) if whole else "")
    return pictures


async def _still(files: Files, data: bytes, kind: str, poster: str) -> bytes:
    if poster:
        with suppress(Missing):
            return await files.get(poster)
    return await asyncio.to_thread(first_frame, data, kind)


def _address(data: bytes, kind: str) -> str:
    return f"data:{TYPES[kind]};base64,{base64.b64encode(data).decode()}"
