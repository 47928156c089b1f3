"""Takes an answer of the replay API apart into pieces that `bot.replay.read_recording` reads.

The bytes tell the form, whatever the content type says: multipart; JSON that lists segments, as objects or as base64,
with or without a paging token; and bytes that are pieces already (zlib and gzip, one member or many; lines of JSON),
which are handed on as they are. Not verified against the live service: nobody outside knows the form.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.kernel.errors import Unfilmable
from bot.providers.datadog.http.client import Body

_BOUNDARY = re.compile(r'boundary="?([^";,]{1,200})"?', re.IGNORECASE)
_TOKENS = ("after", "next", "next_token", "paging", "cursor")
_MOST_NESTED = 6
_MOST_WRAPPED = 2  # base64 inside a part of a multipart body
UNREADABLE = "Datadog’s answer about the replay has a form that Replaybook doesn’t know."


@dataclass(frozen=True, slots=True)
class SegmentPage:
    """Pieces in their order. `after` is the token of the next page, empty on the last one."""

    pieces: list[bytes]
    after: str = ""


def pieces(body: Body, wrapped: int = 0) -> SegmentPage:
    """Returns the pieces in a body. Raises Unfilmable when nothing in it looks like a segment."""
    data = body.data
    if wrapped > _MOST_WRAPPED:
        raise Unfilmable(UNREADABLE)
    if not data.strip():
        return SegmentPage([])
    if data.lstrip()[:2] == b"--":
        return SegmentPage(
            [piece for part in _parts(data, body.kind) for piece in pieces(Body("", part), wrapped + 1).pieces]
        )
    if _packed(data):
        return SegmentPage([data])
    if data.lstrip()[:1] in (b"{", b"["):
        return _json(data)
    decoded = _base64(data)
    if decoded is None:
        raise Unfilmable(UNREADABLE)
    return pieces(Body("", decoded), wrapped + 1)


def _packed(data: bytes) -> bool:
    """Whether this is gzip, or zlib (RFC 1950: method 8, and the two header bytes divide by 31)."""
    return data[:2] == b"\x1f\x8b" or (
        len(data) > 2 and data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    )


def _parts(data: bytes, kind: str) -> Iterator[bytes]:
    """Yields the contents of a multipart body's parts. Without a boundary in the content type the first line has it."""
    named = _BOUNDARY.search(kind)
    boundary = named[1].encode() if named else data.lstrip().split(b"\n", 1)[0].strip()[2:]
    for part in data.split(b"--" + boundary)[1:]:
        head, gap, content = part.partition(b"\r\n\r\n")
        if gap and b'name="event"' not in head:
            yield content.removesuffix(b"\r\n")


def _json(data: bytes) -> SegmentPage:
    """One document that lists segments, or lines of segments, which are a piece as they are."""
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return SegmentPage([data])  # lines, or damaged: reading says which
    if isinstance(document, dict) and "records" in document:
        return SegmentPage([data])
    segments = list(_segments(document, 0))
    if not segments and _holds_anything(document):
        raise Unfilmable(UNREADABLE)
    return SegmentPage(segments, _after(document))


def _segments(node: Any, depth: int) -> Iterator[bytes]:
    """Yields the segments anywhere in a document: objects with records, or base64 of packed ones."""
    if depth > _MOST_NESTED:
        return
    if isinstance(node, dict):
        if "records" in node:
            yield msgspec.json.encode(node)
            return
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from _segments(inner, depth + 1)
    elif isinstance(node, str) and (decoded := _base64(node.encode())) is not None:
        yield decoded


def _base64(text: bytes) -> bytes | None:
    """Returns what a text holds that is base64 of a packed segment or of one in JSON, else None."""
    if len(text) < 16:
        return None
    try:
        decoded = base64.b64decode(
            text.strip(), altchars=b"-_" if b"-" in text or b"_" in text else None, validate=True
        )
    except (binascii.Error, ValueError):
        return None
    return decoded if _packed(decoded) or decoded[:1] in (b"{", b"[") else None


def _after(document: Any, depth: int = 0) -> str:
    """Returns a paging token at the top or below `meta`, `paging`, `page` or `links`."""
    if not isinstance(document, dict) or depth > _MOST_NESTED:
        return ""
    for name in _TOKENS:
        if isinstance(token := document.get(name), str) and token:
            return token
    below = (document.get(name) for name in ("meta", "paging", "page", "links"))
    return next((token for inner in below if (token := _after(inner, depth + 1))), "")


def _holds_anything(document: Any, depth: int = 0) -> bool:
    """Whether some list in the document has an item, or the document is nested too deeply to know."""
    if depth > _MOST_NESTED:
        return True
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    return any((isinstance(node, list) and bool(node)) or _holds_anything(node, depth + 1) for node in inner)
