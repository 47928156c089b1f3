"""Bytes as stored -> JSON text: gzip, zlib and several members one after another, within the limits."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from bot.kernel.errors import Missing, Unfilmable
from bot.replay.formats import file_kinds, size_limits

_ANY_HEADER = 32 + zlib.MAX_WBITS
"""zlib finds out by itself whether a member is gzip or zlib."""
_CHUNK = 1 << 20
_FED_AT_ONCE = 1 << 16
"""What follows a member is copied each time, so that little is given at once."""
MOST_MEMBERS = 10_000
"""In one piece; a member may be 20 bytes and hold nothing, and each costs time."""
_PADDING = b"\0 \t\r\n"
_RUM_EVENTS = "rum-events.ndjson"
_BOM = b"\xef\xbb\xbf"


def unpack(piece: bytes, room: int = size_limits.MAX_UNPACKED_BYTES) -> bytes:
    """The text inside a piece, at most `room` bytes of it. Raises Unfilmable when it is too large or damaged."""
    text = _inflate(piece, room) if _is_compressed(piece) else piece
    if len(text) > room:
        raise size_limits.too_large("bytes", size_limits.MAX_UNPACKED_BYTES)
    return text.removeprefix(_BOM)


def _is_compressed(piece: bytes) -> bool:
    if piece[:2] == b"\x1f\x8b":
        return True
    # RFC 1950: method 8, and the two header bytes divide by 31. No JSON text begins like that ("x" is not JSON).
    return len(piece) > 2 and piece[0] & 0x0F == 8 and int.from_bytes(piece[:2], "big") % 31 == 0


def unpack_whole(piece: bytes, room: int) -> bytes:
    """The same, of a piece that must not lack its end. Raises Unfilmable also for one that was cut off on its way."""
    text = _inflate(piece, room, whole=True) if _is_compressed(piece) else piece
    if len(text) > room:
        raise size_limits.too_large("bytes", room)
    return text.removeprefix(_BOM)


def unpacked_size(piece: bytes, room: int) -> tuple[int, int]:
    """Bytes and line breaks in what `unpack_whole` gives, found out in little memory. Raises Unfilmable as it does."""
    if not _is_compressed(piece):
        return len(piece), piece.count(b"\n")
    size = lines = 0
    for part in _inflated(piece, _allowed(piece, room), whole=True):
        size, lines = size + len(part), lines + part.count(b"\n")
    return size, lines


def _inflate(piece: bytes, room: int, *, whole: bool = False) -> bytes:
    """Every member of the piece, joined by line breaks so that two documents never become one."""
    return b"".join(_inflated(piece, _allowed(piece, room), whole=whole))


def _allowed(piece: bytes, room: int) -> int:
    return min(room, max(size_limits.RATIO_MATTERS_FROM, len(piece) * size_limits.MAX_RATIO))


def _inflated(piece: bytes, allowed: int, *, whole: bool) -> Iterator[bytes]:
    """Yields the text part by part. A truncated last member gives what it holds, unless the `whole` is wanted."""
    size = at = members = 0
    while True:
        member = _Member(piece, at)
        for part in member.parts():
            size += len(part)
            if size > allowed:
                raise size_limits.too_large("bytes once unpacked", allowed)
            yield part
        if not (member.ended if whole else size):
            raise Unfilmable(size_limits.CUT_OFF)
        yield b"\n"
        at, members = member.end, members + 1
        if not _is_compressed(piece[at : at + 3]):
            break  # padding or a trailer after the last member
        if members >= MOST_MEMBERS:
            raise size_limits.too_large("bytes once unpacked", allowed)
    if whole and piece[at:].strip(_PADDING):
        raise Unfilmable(size_limits.CUT_OFF)


class _Member:
    """One member of a piece, which begins at `start`; `end` is where the next one would."""

    def __init__(self, piece: bytes, start: int) -> None:
        self._piece = memoryview(piece)
        self._stream = zlib.decompressobj(_ANY_HEADER)
        self.end = start

    @property
    def ended(self) -> bool:
        """Whether all of it was there, its checksum included."""
        return self._stream.eof

    def parts(self) -> Iterator[bytes]:
        """Yields what it holds, at most a megabyte at once. Raises Unfilmable where it is damaged."""
        while self.end < len(self._piece) and not self._stream.eof:
            fed = self._piece[self.end : self.end + _FED_AT_ONCE]
            yield from self._inflate(fed)
            self.end += len(fed) - len(self._stream.unused_data)

    def _inflate(self, packed: bytes | memoryview) -> Iterator[bytes]:
        part = b""
        while not self._stream.eof and (packed or len(part) == _CHUNK):  # a full part may not be all there is
            try:
                part = self._stream.decompress(packed, _CHUNK)
            except zlib.error:
                raise Unfilmable(size_limits.CUT_OFF) from None
            packed = self._stream.unconsumed_tail
            yield part


def read_path(path: str | Path) -> list[bytes]:
    """The pieces of a recording on disk: a file, or a folder whose files (or `segments/`) are one session, by name.

    Raises Missing when nothing is there and Unfilmable when it is over the limit or a file of another kind.
    """
    start = Path(path)
    if not start.exists():
        raise Missing("There is no recording at %(path)s.", path=path)
    files = [start] if start.is_file() else _pieces_of(start)
    if start.is_file():
        with start.open("rb") as file:
            file_kinds.refuse_file(file.read(file_kinds.HEAD))
    if sum(file.stat().st_size for file in files) > size_limits.MAX_STORED_BYTES:
        raise size_limits.too_large("bytes", size_limits.MAX_STORED_BYTES)
    if not files:
        raise Missing("There is no recording in the folder %(path)s.", path=path)
    pieces = [file.read_bytes() for file in files]
    for piece in pieces:
        file_kinds.refuse_file(piece[: file_kinds.HEAD])
    return pieces


def _pieces_of(folder: Path) -> list[Path]:
    segments = folder / "segments"
    inside = sorted(file for file in (segments if segments.is_dir() else folder).iterdir() if file.is_file())
    # Beside each stored segment there may be its decoded twin and its metadata; they would count twice.
    packed = [file for file in inside if file.suffix in {".deflate", ".gz", ".zlib"}]
    files = packed or [file for file in inside if file.suffix in {".json", ".jsonl", ".ndjson"}]
    beside = folder / _RUM_EVENTS
    return [*files, beside] if segments.is_dir() and files and beside.is_file() else files
