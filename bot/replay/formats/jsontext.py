"""JSON from outside: read fast where it is sound, repaired where browsers are known to break it, refused elsewhere."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from bot.kernel.errors import Unfilmable
from bot.replay.formats import size_limits

Slice = bytes | msgspec.Raw
"""A JSON value as text; a Raw is a view into the piece it came from, so that nothing is copied."""

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""An escape of JSON: two halves of a character, one half alone (the group), or any other, of which `\\\\` is one."""


def parse(text: Slice) -> Any:
    """The value of a JSON text. Raises Unfilmable when there is none."""
    try:
        return _parsed(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            return _parsed(repaired(bytes(text)))
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Unfilmable(size_limits.CUT_OFF) from None


def _parsed(text: Slice) -> Any:
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        raise Unfilmable(size_limits.TOO_DEEP) from None


def repaired(text: bytes) -> bytes:
    """The text without halves of emoji (cut by masks and length limits) and without bytes that are not UTF-8."""
    return _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], text.decode("utf-8", "replace").encode())


def as_document(text: bytes) -> msgspec.Raw | None:
    """Returns the text as one JSON document, or None when it is not one. Nothing in it is decoded."""
    try:
        return msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError:
        return None
    except RecursionError:
        raise Unfilmable(size_limits.TOO_DEEP) from None


def items(array: Slice) -> list[msgspec.Raw]:
    """The elements of a JSON array, none decoded."""
    try:
        return msgspec.json.decode(array, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        raise Unfilmable(size_limits.CUT_OFF) from None


def documents(text: bytes) -> list[msgspec.Raw | None]:
    """The documents of a text: one JSON value, or one a line. A line that is no JSON gives None."""
    document = as_document(text)
    if document is not None:
        return [document]
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and as_document(lines[0]) is not None:
        return _lines(lines)
    return [as_document(repaired(text))] if text.strip() else []


def _lines(lines: list[bytes]) -> list[msgspec.Raw | None]:
    # One pass over an array is several times faster than one call a line; broken lines force the slow way.
    joined = as_document(b"[" + b",".join(lines) + b"]")
    if joined is not None:
        return list(items(joined))
    return [as_document(line) or as_document(repaired(line)) for line in lines]


def first_byte(text: Slice) -> bytes:
    """Returns the first byte that is not white space; by `{`, `[` or `"` a document is recognised."""
    start = bytes(memoryview(text)[:1])
    return bytes(text).lstrip()[:1] if start.isspace() else start
