"""Messages of the DevTools protocol in CBOR (RFC 8949), as Chromium reads and writes it: pictures come as bytes.

Chromium's own dialect: every map and list has no length and lies in an envelope (tag 24) whose length has four bytes;
text beyond ASCII may come in UTF-16, as a byte string without a tag; bytes have tag 22.
"""

from __future__ import annotations

import struct
from typing import Any

import cbor2

Message = dict[str, Any]

ENVELOPE, BINARY = 24, 22
_HEADER = b"\xd8\x18\x5a"  # tag 24, a byte string with four bytes of length
_LIST, _MAP, _END = b"\x9f", b"\xbf", b"\xff"
HEADER_BYTES = len(_HEADER) + 4


class UnreadableMessage(Exception):
    """What came is no message in this dialect."""


def encode(value: Any) -> bytes:
    """Returns a message, or a part of one: maps with texts as keys, lists, texts, numbers, booleans, None."""
    if isinstance(value, dict):
        return _enveloped(_MAP + b"".join(cbor2.dumps(key) + encode(inner) for key, inner in value.items()) + _END)
    if isinstance(value, list | tuple):
        return _enveloped(_LIST + b"".join(map(encode, value)) + _END)
    return cbor2.dumps(value)


def _enveloped(content: bytes) -> bytes:
    return _HEADER + struct.pack(">I", len(content)) + content


def length_of(begun: bytes | bytearray) -> int:
    """Returns how many bytes a message has of which the first `HEADER_BYTES` are given. Raises UnreadableMessage."""
    if not begun.startswith(_HEADER):
        raise UnreadableMessage
    return HEADER_BYTES + int(struct.unpack_from(">I", begun, len(_HEADER))[0])


def decode(message: bytes) -> Message:
    """Returns a message; what is binary in it as memoryview. Raises UnreadableMessage."""
    try:
        read = cbor2.loads(message, tag_hook=_untagged)
    except cbor2.CBORDecodeError as broken:
        raise UnreadableMessage from broken
    if not isinstance(read, dict):
        raise UnreadableMessage
    return read


def _untagged(tag: cbor2.CBORTag, _immutable: bool = False) -> Any:
    if tag.tag == BINARY:
        return memoryview(tag.value)
    if tag.tag != ENVELOPE:
        raise UnreadableMessage
    value = cbor2.loads(tag.value, tag_hook=_untagged)
    if isinstance(value, dict):
        return {key: _text(inner) for key, inner in value.items()}
    return [_text(inner) for inner in value]


def _text(value: Any) -> Any:
    """A string of UTF-16 as text; halves of letters, which a page may hold, become marks for what can't be read."""
    return value.decode("utf-16-le", "replace") if isinstance(value, bytes) else value
