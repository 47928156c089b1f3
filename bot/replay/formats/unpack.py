"""Bytes as stored -> JSON text: gzip, zlib and several members one after another, within the limits."""

from __future__ import annotations

import zlib
from pathlib import Path

from bot.kernel.errors import Missing, Unfilmable
from bot.replay.formats import file_kinds, size_limits

_ANY_HEADER = 32 + zlib.MAX_WBITS
"""zlib finds out by itself whether a member is gzip or zlib."""
_CHUNK = 1 << 20
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


def _inflate(piece: bytes, room: int) -> bytes:
    """Every member of the piece, joined by line breaks so that two documents never become one."""
    allowed = min(room, max(size_limits.RATIO_MATTERS_FROM, len(piece) * size_limits.MAX_RATIO))
    out = bytearray()
    rest = piece
    while rest:
        member = zlib.decompressobj(_ANY_HEADER)
        rest = _member(member, rest, out, allowed)
        out += b"\n"
        if not _is_compressed(rest):
            break  # padding or a trailer after the last member
    return bytes(out)


def _member(member: zlib._Decompress, packed: bytes, out: bytearray, allowed: int) -> bytes:
    """Appends one member to `out` and returns what follows it. A truncated member gives what it holds."""
    while packed and not member.eof:
        try:
            out += member.decompress(packed, _CHUNK)
        except zlib.error:
            raise Unfilmable(size_limits.CUT_OFF) from None
        if len(out) > allowed:
            raise size_limits.too_large("bytes once unpacked", allowed)
        packed = member.unconsumed_tail
    if not out:
        raise Unfilmable(size_limits.CUT_OFF)
    return member.unused_data


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
            head = file.read(file_kinds.HEAD)
        file_kinds.refuse_other(head)
        file_kinds.refuse_text(head.removeprefix(_BOM))
    if sum(file.stat().st_size for file in files) > size_limits.MAX_STORED_BYTES:
        raise size_limits.too_large("bytes", size_limits.MAX_STORED_BYTES)
    if not files:
        raise Missing("There is no recording in the folder %(path)s.", path=path)
    return [file.read_bytes() for file in files]


def _pieces_of(folder: Path) -> list[Path]:
    segments = folder / "segments"
    inside = sorted(file for file in (segments if segments.is_dir() else folder).iterdir() if file.is_file())
    # Beside each stored segment there may be its decoded twin and its metadata; they would count twice.
    packed = [file for file in inside if file.suffix in {".deflate", ".gz", ".zlib"}]
    files = packed or [file for file in inside if file.suffix in {".json", ".jsonl", ".ndjson"}]
    beside = folder / _RUM_EVENTS
    return [*files, beside] if segments.is_dir() and files and beside.is_file() else files
