"""Files in a folder on disk. A file is written under another name first, so that nobody reads a part of it."""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import time
from collections.abc import AsyncIterable, AsyncIterator, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from bot.files.file_store import StoredFile, checked_key, is_key, not_kept
from bot.kernel.errors import ReplaybookError, Unauthorized, Unavailable

CHUNK = 256 * 1024
"""Bytes that are read at once of a file that is streamed."""
LISTED = 1000
"""Files that are looked at in one turn of a thread."""
DRAFT_S = 24 * 3600.0
"""When a draft belongs to no writer any more."""
ATTEMPTS = 40
"""To write into a folder that is removed again and again: a second at most."""
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class FolderStore:
    """The FileStore of one machine. Without `sync` a file may be lost with the machine, not with the process."""

    def __init__(self, folder: Path, *, sync: bool = True) -> None:
        self._folder = folder
        self._sync = sync
        self.place = str(folder)

    async def put(self, key: str, data: bytes | AsyncIterable[bytes]) -> None:
        path = self._folder / checked_key(key)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with _explained(self.place, writing=True):
            try:
                if isinstance(data, bytes):
                    await asyncio.to_thread(self._write, draft, path, data)
                else:
                    await self._write_stream(draft, path, data)
            except BaseException:
                with suppress(OSError):
                    draft.unlink()
                raise

    def _write(self, draft: Path, path: Path, data: bytes) -> None:
        with _created(self._folder, draft) as out:
            out.write(data)
            self._finish(out)
        draft.replace(path)

    async def _write_stream(self, draft: Path, path: Path, data: AsyncIterable[bytes]) -> None:
        with await asyncio.to_thread(_created, self._folder, draft) as out:
            async for piece in data:
                await asyncio.to_thread(out.write, piece)
            await asyncio.to_thread(self._finish, out)
        await asyncio.to_thread(draft.replace, path)

    def _finish(self, out: BinaryIO) -> None:
        out.flush()
        if self._sync:
            os.fsync(out.fileno())

    async def get(self, key: str) -> bytes:
        with _explained(self.place):
            return await asyncio.to_thread((self._folder / checked_key(key)).read_bytes)

    async def stat(self, key: str) -> StoredFile:
        with _explained(self.place):
            path = self._folder / checked_key(key)
            if not await asyncio.to_thread(path.is_file):
                raise FileNotFoundError
            return await asyncio.to_thread(_entry, key, path)

    async def stream(self, key: str, first: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        with _explained(self.place):
            source = await asyncio.to_thread((self._folder / checked_key(key)).open, "rb")
        with source, _explained(self.place):
            source.seek(first)
            left = CHUNK if stop is None else stop - first
            while left > 0 and (piece := await asyncio.to_thread(source.read, min(CHUNK, left))):
                yield piece
                left -= 0 if stop is None else len(piece)

    async def list(self, folder: str = "") -> AsyncIterator[StoredFile]:
        entries = _entries(self._folder, checked_key(folder) if folder else "")
        with _explained(self.place):
            while batch := await asyncio.to_thread(lambda: [*islice(entries, LISTED)]):
                for entry in batch:
                    yield entry

    async def delete(self, keys: Collection[str]) -> None:
        with _explained(self.place, writing=True):
            await asyncio.to_thread(self._delete, [checked_key(key) for key in keys])

    def _delete(self, keys: Collection[str]) -> None:
        for key in keys:
            with suppress(*_ABSENT):
                (self._folder / key).unlink()
        for folder in {self._folder / key for key in keys}:
            self._remove_empty(folder.parent)

    def _remove_empty(self, folder: Path) -> None:
        """Folders that hold nothing go up to the root; one that is written to at this moment stays."""
        while folder != self._folder:
            try:
                folder.rmdir()
            except FileNotFoundError:
                pass
            except OSError:
                return
            folder = folder.parent


def _created(root: Path, draft: Path) -> BinaryIO:
    """Opens a draft that nobody else may read. Its folder may be removed by a deletion between two steps."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for attempt in range(ATTEMPTS):
        time.sleep(attempt / 1000)
        try:
            draft.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        except (FileNotFoundError, FileExistsError):  # `mkdir` says so of what was there and is gone when it looks
            if attempt == ATTEMPTS - 1 or draft.parent.is_file():
                raise
    raise AssertionError("the last attempt returns or raises")


def _entry(key: str, path: Path) -> StoredFile:
    status = path.stat()
    return StoredFile(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


def _entries(root: Path, folder: str) -> Iterator[StoredFile]:
    """Blocking. Yields the files below a folder; drafts begin with a dot, and old ones are removed on the way."""
    try:
        names = sorted(os.scandir(root / folder), key=lambda each: each.name)
    except _ABSENT:
        return
    for each in names:
        key = f"{folder}/{each.name}" if folder else each.name
        with suppress(FileNotFoundError):  # deleted meanwhile
            if each.is_dir(follow_symlinks=False):
                yield from _entries(root, key)
            elif is_key(key):
                yield _entry(key, Path(each.path))
            elif each.name.startswith(".") and time.time() - each.stat().st_mtime > DRAFT_S:
                Path(each.path).unlink(missing_ok=True)


@contextmanager
def _explained(place: str, *, writing: bool = False) -> Iterator[None]:
    """Raises Missing for a file that isn't there, and Upstream for a disk that refuses."""
    try:
        yield
    except OSError as error:
        if isinstance(error, _ABSENT) and not writing:
            raise not_kept() from error
        raise _refused(error, place) from error


def _refused(error: OSError, place: str) -> ReplaybookError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable("There is no room left for files in %(place)s.", place=place)
    if error.errno == errno.EROFS:
        return Unauthorized("%(place)s is read-only: nothing can be stored there.", place=place)
    if error.errno in (errno.EACCES, errno.EPERM):
        return Unauthorized("The bot may not read or write %(place)s.", place=place)
    return Unavailable("%(place)s can’t be used: %(reason)s.", place=place, reason=error.strerror or "unknown error")
