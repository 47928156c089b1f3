"""What `replaybook doctor` tries: a file is stored, read and deleted in each area; room and clocks are looked at."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from bot.files.file_areas import FileAreas
from bot.files.file_store import FileStore
from bot.files.folder_store import FolderStore
from bot.kernel.clock import system_clock
from bot.kernel.errors import Missing, Unauthorized, Unavailable

FOLDER = "doctor"
LEAST_FREE = 1_000_000_000
"""Bytes below which a disk counts as full: some days of recordings."""
MOST_SKEW = timedelta(minutes=5)
"""S3 refuses what was signed by a clock that is 15 minutes off."""


async def checked_files(areas: FileAreas) -> str:
    """Returns what was found. Raises Upstream with what is to be done."""
    stores = list(areas.by_name.values())
    stored = [await _round_trip(store) for store in stores]
    place = areas.pictures.place
    if not isinstance(areas.pictures, FolderStore):
        _check_skew(place, max(stored), system_clock())
        return f"{place}: stored, read, listed and deleted"
    free = min([await asyncio.to_thread(_free, store.place) for store in stores])
    if free < LEAST_FREE:
        raise Unavailable("There are only %(free)s MB free for files in %(place)s.", free=free // 10**6, place=place)
    return f"in {Path(place).parent}, {free / 1e9:,.0f} GB free"


async def usable_files(areas: FileAreas) -> None:
    """Raises Upstream where files can't be read or written now, as far as can be told without writing one."""
    with suppress(Missing):  # it answers
        await areas.pictures.stat(f"{FOLDER}/none")
    if isinstance(areas.pictures, FolderStore):
        await asyncio.to_thread(_check_folder, Path(areas.pictures.place))


def _check_folder(folder: Path) -> None:
    """A folder that isn't there yet is made with the first file."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        raise Unavailable("The folder %(folder)s can’t be written.", folder=folder)


async def _round_trip(store: FileStore) -> datetime:
    """Returns when the engine says that it stored the file. Raises Upstream."""
    key, data = f"{FOLDER}/{secrets.token_hex(8)}", secrets.token_bytes(64)
    await store.put(key, data)
    try:
        stored = await store.stat(key)
        same = await store.get(key) == data and key in [file.key async for file in store.list(FOLDER)]
    except Missing:
        same = False
    finally:
        await store.delete([key])
    if not same:
        raise Unavailable("%(place)s doesn’t give back what was stored a moment ago.", place=store.place)
    try:
        await store.stat(key)
    except Missing:
        return stored.modified
    raise Unauthorized("%(place)s keeps what was deleted.", place=store.place)


def _check_skew(place: str, stored: datetime, now: datetime) -> None:
    if abs(now - stored) > MOST_SKEW:
        minutes = round(abs(now - stored).total_seconds() / 60)
        raise Unauthorized(
            "The clocks of this machine and of %(place)s are %(minutes)s minutes apart.", place=place, minutes=minutes
        )


def _free(folder: str) -> int:
    return shutil.disk_usage(folder).free
