"""Recordings as files: `segments/<session>/<n>.<ext>`, each piece as its sender sent it.

Session and view ids are hostile input, so no name on disk holds one: a session's folder is named by a hash. A piece is
named `<time of its first event>-<hash of its view>-<its number>`, so sorting by name is replay order, and a
repeated piece lands on itself. Files appear whole or not at all; a process that never opens the database can read them.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.kernel.errors import Missing

FOLDER = "segments"


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
        """Its path below the segments folder."""
        ending = "deflate" if self.format == "datadog" else "json.gz" if self.data[:2] == b"\x1f\x8b" else "json"
        return f"{folder_of(self.session_id)}/{self.moment_ms:014d}-{_hash(self.view_id, 4)}-{self.seq:06d}.{ending}"


def folder_of(session_id: str) -> str:
    name = _hash(session_id, 16)
    return f"{name[:2]}/{name}"


def _hash(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


class LocalRecordings:
    """Reads what the intake stored; `folder` is the data folder of the bot. Needs no database."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / FOLDER

    async def recording(self, session_id: str) -> Sequence[bytes]:
        """The pieces in replay order, as they were sent. Raises Missing when there are none (any more)."""
        return await asyncio.to_thread(self.read, session_id)

    def read(self, session_id: str) -> list[bytes]:
        pieces = [path.read_bytes() for path in self._files(session_id)]
        if not pieces:
            raise Missing("There is no recording of this session, or it is no longer kept.")
        return pieces

    def size(self, session_id: str) -> tuple[int, int]:
        """How many pieces, and how many bytes they have together."""
        sizes = [path.stat().st_size for path in self._files(session_id)]
        return len(sizes), sum(sizes)

    def _files(self, session_id: str) -> list[Path]:
        """In replay order. A draft begins with a dot and does not count."""
        return sorted(path for path in (self._root / folder_of(session_id)).glob("*.*") if path.name[0] != ".")

    def write(self, piece: RecordingPiece) -> None:
        """On disk when this returns. Another process sees the whole piece or none."""
        path = self._root / piece.file
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with draft.open("wb") as out:
            out.write(piece.data)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)

    def forget(self, session_id: str) -> None:
        shutil.rmtree(self._root / folder_of(session_id), ignore_errors=True)
