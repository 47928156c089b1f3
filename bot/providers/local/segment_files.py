"""Recordings as files: `<session>/<n>.<ext>`, each piece as its sender sent it.

Session and view ids are hostile input, so no name holds one: a session's folder is named by a hash. A piece is
named `<time of its first event>-<hash of its view>-<its number>`, so sorting by name is replay order, and a
repeated piece lands on itself. A process that never opens the database, on another machine too, can read them.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.files.file_store import FileStore, StoredFile
from bot.kernel.errors import Missing

READ_AT_ONCE = 8
_PIECE = re.compile(r"\d{14}-")


@dataclass(frozen=True, slots=True)
class RecordingPiece:
    """One stored piece. `moment_ms` and `last_ms` are epoch milliseconds of its first and last event."""

    session_id: str
    view_id: str
    seq: int
    moment_ms: int
    last_ms: int
    events: int
    full_snapshot: bool
    format: str
    data: bytes

    @property
    def file(self) -> str:
        """Its key in the area of segments."""
        ending = "deflate" if self.format == "datadog" else "json.gz" if self.data[:2] == b"\x1f\x8b" else "json"
        return f"{folder_of(self.session_id)}/{self.moment_ms:014d}-{_hash(self.view_id, 4)}-{self.seq:06d}.{ending}"


def folder_of(session_id: str) -> str:
    name = _hash(session_id, 16)
    return f"{name[:2]}/{name}"


def _hash(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


class LocalRecordings:
    """Reads what the intake stored, which needs no database: `store` is the area of segments."""

    def __init__(self, store: FileStore) -> None:
        self._store = store

    async def recording(self, session_id: str) -> Sequence[bytes]:
        """The pieces in replay order, as they were sent. Raises Missing when there are none (any more)."""
        files = await self._files(session_id)
        if not files:
            raise Missing("There is no recording of this session, or it is no longer kept.")
        few = asyncio.Semaphore(READ_AT_ONCE)

        async def read(file: StoredFile) -> bytes:
            async with few:
                return await self._store.get(file.key)

        return await asyncio.gather(*map(read, files))

    async def size(self, session_id: str) -> tuple[int, int]:
        """How many pieces, and how many bytes they have together."""
        files = await self._files(session_id)
        return len(files), sum(file.size for file in files)

    async def _files(self, session_id: str) -> list[StoredFile]:
        """In replay order."""
        files = [file async for file in self._store.list(folder_of(session_id))]
        return sorted(files, key=lambda file: file.key)

    async def write(self, piece: RecordingPiece) -> None:
        """Stored when this returns. Another process sees the complete piece or none."""
        await self._store.put(piece.file, piece.data)

    async def forget(self, session_id: str) -> None:
        await self._store.delete([file.key for file in await self._files(session_id)])

    async def forget_before(self, edge: datetime, spared: Collection[str] = ()) -> int:
        """Deletes the recordings whose last piece begins before `edge`, whether or not an event is left of them.

        Returns how many. `spared` are the folders of recordings that stay.
        """
        count, oldest = 0, f"{int(edge.timestamp() * 1000):014d}"
        async for folder, keys in self._by_session():
            newest = max(key.rpartition("/")[2] for key in keys)
            if _PIECE.match(newest) and newest < oldest and folder not in spared:
                await self._store.delete(keys)
                count += 1
        return count

    async def _by_session(self) -> AsyncIterator[tuple[str, list[str]]]:
        """Yields folders with the keys in them; engines list what is in one folder together."""
        folder, keys = "", list[str]()
        async for file in self._store.list():
            if file.key.rpartition("/")[0] != folder:
                if keys:
                    yield folder, keys
                folder, keys = file.key.rpartition("/")[0], []
            keys.append(file.key)
        if keys:
            yield folder, keys
