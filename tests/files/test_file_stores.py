"""What both engines promise, and what each says when it can't keep it: folders on disk, and a real S3 server."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.files import folder_store
from bot.files.file_areas import file_areas
from bot.files.file_store import FileStore, HashedFiles
from bot.files.folder_store import FolderStore
from bot.kernel.clock import system_clock
from bot.kernel.errors import Missing
from tests.bucket_server import BucketServer

MEGABYTE = 1024 * 1024


async def listed(store: FileStore, folder: str = "") -> list[tuple[str, int]]:
    return [(file.key, file.size) async for file in store.list(folder)]


async def read(store: FileStore, key: str, first: int = 0, stop: int | None = None) -> bytes:
    return b"".join([piece async for piece in store.stream(key, first, stop)])


async def test_what_was_put_is_read_listed_and_deleted(file_store: FileStore) -> None:
    for key, data in (("a/1.bin", b"one"), ("a/b/2.bin", b"two!"), ("c", b"")):
        await file_store.put(key, data)
    assert [await file_store.get(key) for key in ("a/1.bin", "a/b/2.bin", "c")] == [b"one", b"two!", b""]
    assert sorted(await listed(file_store)) == [("a/1.bin", 3), ("a/b/2.bin", 4), ("c", 0)]
    assert await listed(file_store, "a/b") == [("a/b/2.bin", 4)]
    assert await listed(file_store, "a/1") == await listed(file_store, "nothing") == []
    await file_store.delete(["a/1.bin", "never", "a/b/2.bin"])
    assert await listed(file_store) == [("c", 0)]


async def test_a_put_replaces_what_was_there_and_counts_as_new(file_store: FileStore) -> None:
    before = system_clock() - timedelta(seconds=2)
    for data in (b"first", b"second", b"second"):
        await file_store.put("key", data)
    assert await file_store.get("key") == b"second"
    found = await file_store.stat("key")
    assert (found.key, found.size) == ("key", 6)
    assert found.modified >= before.replace(microsecond=0)


@pytest.mark.parametrize("method", ["get", "stat", "stream"])
async def test_a_file_that_is_not_there_is_missing(file_store: FileStore, method: str) -> None:
    await file_store.put("folder/file", b"x")
    for key in ("absent", "folder/absent", "folder", "folder/file/below"):
        with pytest.raises(Missing, match="not kept here any more"):
            await (read(file_store, key) if method == "stream" else getattr(file_store, method)(key))


@pytest.mark.parametrize(
    "key",
    ["", ".", "..", "../x", "a/../../x", "/etc/passwd", "a//b", "a/", ".hidden", "a/.b", "a\0b", "a b", "é", "a" * 600],
)
async def test_what_is_no_key_reaches_no_file(file_store: FileStore, key: str) -> None:
    for asked in (file_store.get(key), file_store.stat(key), file_store.put(key, b"x"), file_store.delete([key])):
        with pytest.raises(Missing, match="no such file"):
            await asked
    with pytest.raises(Missing, match="no such file"):
        await read(file_store, key)
    assert await listed(file_store) == []


@pytest.mark.parametrize(
    ("first", "stop"), [(0, None), (0, 0), (3, 7), (5, None), (9, 10), (10, None), (20, None), (4, 4)]
)
async def test_a_part_is_read(file_store: FileStore, first: int, stop: int | None) -> None:
    await file_store.put("ten", b"0123456789")
    assert await read(file_store, "ten", first, stop) == b"0123456789"[first:stop]


async def pieces_of(size: int) -> AsyncIterator[bytes]:
    for number in range(size // MEGABYTE):
        yield bytes([number]) * MEGABYTE


async def test_a_large_file_goes_in_and_out_in_pieces(file_store: FileStore) -> None:
    await file_store.put("large", pieces_of(24 * MEGABYTE))
    assert (await file_store.stat("large")).size == 24 * MEGABYTE
    digest, largest = hashlib.sha256(), 0
    async for piece in file_store.stream("large"):
        digest.update(piece)
        largest = max(largest, len(piece))
    assert digest.digest() == hashlib.sha256(b"".join(bytes([n]) * MEGABYTE for n in range(24))).digest()
    assert largest < 8 * MEGABYTE
    assert await read(file_store, "large", 20 * MEGABYTE - 1, 20 * MEGABYTE + 1) == b"\x13\x14"


async def broken_off() -> AsyncIterator[bytes]:
    for _ in range(10):
        yield b"x" * MEGABYTE
    raise LookupError("the sender is gone")


@pytest.mark.parametrize("before", [b"", b"as it was"])
async def test_a_file_whose_sender_breaks_off_is_not_there_or_as_before(file_store: FileStore, before: bytes) -> None:
    if before:
        await file_store.put("key", before)
    with pytest.raises(LookupError):
        await file_store.put("key", broken_off())
    assert await listed(file_store) == ([("key", len(before))] if before else [])


async def test_writers_of_one_key_never_mix(file_store: FileStore) -> None:
    written = [bytes([number]) * 300_000 for number in range(8)]
    await asyncio.gather(*(file_store.put("same/key", data) for data in written))
    assert await file_store.get("same/key") in written
    assert len(await listed(file_store)) == 1


async def test_deletions_beside_writers_cost_nobody_a_file(file_store: FileStore) -> None:
    """A folder goes with its last file, while somebody else is about to write into it."""

    async def come_and_go(number: int) -> None:
        for _ in range(15):
            await file_store.put(f"a/b/{number}", b"x")
            await file_store.delete([f"a/b/{number}"])
        await file_store.put(f"a/b/{number}", b"stays")

    await asyncio.gather(*(come_and_go(number) for number in range(6)))
    assert await listed(file_store, "a") == [(f"a/b/{number}", 5) for number in range(6)]


@pytest.mark.parametrize("error", [FileNotFoundError, FileExistsError])
async def test_a_folder_that_goes_between_two_steps_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[OSError]
) -> None:
    """However often: while a folder and those above it are made, and before the file is opened in it."""
    store, made, left = FolderStore(tmp_path), Path.mkdir, iter(range(25))

    def removed_meanwhile(path: Path, *args: Any, **options: Any) -> None:
        if path != tmp_path and next(left, None) is not None:
            raise error
        made(path, *args, **options)

    monkeypatch.setattr(Path, "mkdir", removed_meanwhile)
    await store.put("a/b/c", b"stays")
    assert await store.get("a/b/c") == b"stays"


async def test_many_files_are_listed_and_deleted(file_store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the 1000 of a page of S3's, or of a turn."""
    monkeypatch.setattr(folder_store, "LISTED", 7)
    keys, few = [f"many/{number:04}" for number in range(60 if isinstance(file_store, FolderStore) else 1010)], 50

    async def put(some: list[str]) -> None:
        for key in some:
            await file_store.put(key, b"")

    await asyncio.gather(*(put(keys[first::few]) for first in range(few)))
    assert [key for key, _ in await listed(file_store)] == keys
    await file_store.delete(keys)
    assert await listed(file_store) == []


async def test_a_file_of_a_notebook_is_named_by_what_is_in_it(file_store: FileStore) -> None:
    files = HashedFiles(file_store)
    names = await asyncio.gather(*(files.put(b"GIF89a", "gif") for _ in range(4)))
    assert set(names) == {f"{hashlib.sha256(b'GIF89a').hexdigest()}.gif"}
    assert (await files.get(names[0]), await files.size(names[0])) == (b"GIF89a", 6)
    assert await listed(file_store) == [(names[0], 6)]
    for name in ("../x", "a.gif", "A" * 64 + ".gif", "0" * 64 + ".html", "0" * 64 + ".gif"):
        with pytest.raises(Missing):
            await files.get(name)


async def test_areas_and_prefixes_of_one_bucket_know_nothing_of_each_other(bucket_server: BucketServer) -> None:
    prefix = str(uuid.uuid4())
    one, other = (file_areas(bucket_server.settings(f"{prefix}/{name}")) for name in ("a", "ab"))
    for store in [*one.by_name.values(), *other.by_name.values()]:
        await store.put("key", store.place.encode())
    for areas in (one, other):
        assert [await listed(store) for store in areas.by_name.values()] == [[("key", len(areas.segments.place))]] * 3
    above = file_areas(bucket_server.settings(prefix))
    assert [await listed(store) for store in above.by_name.values()] == [[], [], []]
