"""The port for what is kept in files.

A file is put as a complete one or not at all, under a key that says what is in it, so that putting it again changes
nothing. Keys are made by us, never by senders; whatever else looks like a key names no file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterable, AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.kernel.errors import Missing

_KEY = re.compile(r"(?=.{1,500}$)[A-Za-z0-9_-][A-Za-z0-9._-]{0,150}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,150})*")
FILE_NAME = re.compile(r"[0-9a-f]{64}\.(gif|mp4|png)")


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def checked_key(key: str) -> str:
    """Raises Missing for what can't be the key of a file, such as one that would lead out of its folder."""
    if not is_key(key):
        raise Missing("There is no such file.")
    return key


def not_kept() -> Missing:
    return Missing("This file is not kept here any more.")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it is listed. `size` is in bytes, `modified` by the clock of the engine."""

    key: str
    size: int
    modified: datetime


class FileStore(Protocol):
    """Files by their keys: names of letters, digits, `.`, `_` and `-` in folders that `/` divides.

    Everything raises Upstream with a sentence that names `place`: Unauthorized where a key, a permission or a clock is
    wrong, Unavailable where the engine is away, full or slow.
    """

    place: str
    """What people call it, without any secret: a folder, or `s3://bucket/prefix`."""

    async def put(self, key: str, data: bytes | AsyncIterable[bytes]) -> None:
        """Keeps it before it returns, over what was there. Nobody ever reads a part of it."""

    async def get(self, key: str) -> bytes:
        """Raises Missing."""

    async def stat(self, key: str) -> StoredFile:
        """Raises Missing."""

    def stream(self, key: str, first: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Yields the bytes from `first` up to `stop`, a few at a time. Raises Missing before the first of them."""

    def list(self, folder: str = "") -> AsyncIterator[StoredFile]:
        """Yields the files below a folder, those of one folder in the order of their names."""

    async def delete(self, keys: Collection[str]) -> None:
        """Deletes those that are there."""


class HashedFiles:
    """Keeps the files that notebooks show, each under the hash of what is in it."""

    def __init__(self, store: FileStore) -> None:
        self._store = store

    async def put(self, data: bytes, kind: str) -> str:
        """Keeps a `gif`, `mp4` or `png`, and returns its name. One that was kept already counts as new."""
        name = f"{hashlib.sha256(data).hexdigest()}.{kind}"
        if not FILE_NAME.fullmatch(name):
            raise ValueError(f"no such kind of file: {kind}")
        await self._store.put(name, data)
        return name

    async def get(self, name: str) -> bytes:
        """Raises Missing."""
        return await self._store.get(_checked(name))

    async def size(self, name: str) -> int:
        """In bytes. Raises Missing."""
        return (await self._store.stat(_checked(name))).size

    def stream(self, name: str, first: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Yields the bytes from `first` up to `stop`, a few at a time. Raises Missing."""
        return self._store.stream(_checked(name), first, stop)


def _checked(name: str) -> str:
    if not FILE_NAME.fullmatch(name):
        raise Missing("There is no such file.")
    return name
