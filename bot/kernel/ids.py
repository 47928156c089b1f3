"""Ids that follow from what a thing means, so that the same wish, delivered twice, is the same thing."""

from __future__ import annotations

import hashlib
import uuid


def meaning(*parts: object) -> str:
    """Twelve characters for the parts, in order: `meaning("C1", "1700.1", "ask")`."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()[:12]


def as_uuid(text: str) -> str:
    """Returns an id in the form of a UUID: one as it is, anything else hashed into one, nothing as zeros."""
    if not text:
        return str(uuid.UUID(int=0))
    try:
        return str(uuid.UUID(text))
    except ValueError:
        digest = hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).digest()
        return str(uuid.UUID(bytes=digest))
