"""The file of a backup: a ZIP with a manifest that says what is in it, and checksums of everything."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from bot.kernel.errors import Misunderstood

FORMAT = 1
MANIFEST = "manifest.json"
RECORDS, EFFECTS = "records.jsonl", "effects.jsonl"
CHUNK = 256 * 1024
# What reading a damaged archive raises: zipfile answers an unknown compression or a password with the last two.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, msgspec.MsgspecError, NotImplementedError, RuntimeError)


class BackupMember(msgspec.Struct, frozen=True):
    """`items` are lines of records and effects, and rows of events."""

    sha256: str
    items: int = 0


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`files` says how many each area has, `events` of which version the tables are; empty where they were left out."""

    format: int = FORMAT
    id: str
    made: datetime
    program: str
    members: dict[str, BackupMember]
    files: dict[str, int] = {}
    events: str = ""


class BackupWriter:
    """Writes beside the file, and gives it its name when it is complete. Nobody else may read it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        self._part.unlink(missing_ok=True)
        self._out = os.fdopen(os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        self._zip = zipfile.ZipFile(self._out, "w", allowZip64=True)
        self.members: dict[str, BackupMember] = {}

    async def add(self, name: str, pieces: AsyncIterator[bytes], *, items: int | None = None, packed: bool) -> int:
        """Returns how many pieces there were. `packed`: what is in it is small already."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        digest, count = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as member:
            async for piece in pieces:
                member.write(piece)
                digest.update(piece)
                count += 1
        self.members[name] = BackupMember(digest.hexdigest(), count if items is None else items)
        return count

    def finish(self, manifest: Manifest) -> None:
        self._zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        self._zip.close()
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        self._part.replace(self._path)

    def abandon(self) -> None:
        with suppress(ValueError, OSError):
            self._zip.close()
        self._out.close()
        self._part.unlink(missing_ok=True)


class BackupReader:
    """Raises Misunderstood for what is no backup, a damaged one, or one of a newer program."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
            raw = self._zip.read(MANIFEST)
            form = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).get("format", msgspec.Raw(b"0"))
            number = msgspec.json.decode(form, type=int)
            if number > FORMAT:
                raise Misunderstood("%(file)s was made by a newer version of Replaybook.", file=path)
            self.manifest = msgspec.json.decode(raw, type=Manifest)
        except (*_DAMAGE, KeyError):
            raise self._damaged() from None

    def _damaged(self) -> Misunderstood:
        return Misunderstood("%(file)s is no backup of Replaybook, or it is damaged.", file=self._path)

    def check(self) -> None:
        """Reads all of it. Raises Misunderstood for anything that is missing or isn't as it was written."""
        names = self._zip.namelist()
        if sorted(names) != sorted([MANIFEST, *self.manifest.members]):
            raise self._damaged()
        for name, member in self.manifest.members.items():
            digest = hashlib.sha256()
            for piece in self.pieces(name):
                digest.update(piece)
            if digest.hexdigest() != member.sha256:
                raise self._damaged()

    def pieces(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(name) as member:
                while piece := member.read(CHUNK):
                    yield piece
        except _DAMAGE:
            raise self._damaged() from None

    def lines(self, name: str) -> Iterator[bytes]:
        if name not in self.manifest.members:
            return
        try:
            with self._zip.open(name) as member:
                yield from (line for line in member if line.strip())
        except _DAMAGE:
            raise self._damaged() from None

    def close(self) -> None:
        self._zip.close()
