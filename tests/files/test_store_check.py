"""What `replaybook doctor` says of the place of files."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from bot.files import store_check
from bot.files.file_areas import FileAreas, file_areas
from bot.files.file_store import FileStore
from bot.files.folder_store import FolderStore
from bot.files.store_check import checked_files
from bot.kernel.clock import system_clock
from bot.kernel.errors import Unauthorized, Unavailable
from bot.kernel.settings import Secret, Settings
from tests.bucket_server import BUCKET, BucketServer

Usage = namedtuple("Usage", "total used free")


def areas_of(folder: Path) -> FileAreas:
    return file_areas(Settings(data=folder / "data"))


async def keys(areas: FileAreas) -> list[str]:
    return [file.key for store in areas.by_name.values() async for file in store.list()]


async def test_a_folder_that_works_is_named_with_its_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 12_300_000_000))
    areas = areas_of(tmp_path)
    assert await checked_files(areas) == f"in {tmp_path / 'data'}, 12 GB free"
    assert await keys(areas) == []


async def test_a_disk_that_is_nearly_full_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 12_300_000))
    with pytest.raises(Unavailable, match="only 12 MB free"):
        await checked_files(areas_of(tmp_path))


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(Unavailable, match="can’t be used"):
        await checked_files(areas_of(tmp_path))


async def test_a_bucket_that_works_is_named_and_empty_again(bucket_server: BucketServer) -> None:
    areas = file_areas(bucket_server.settings("doctor"))
    assert await checked_files(areas) == f"s3://{BUCKET}/doctor: stored, read, listed and deleted"
    assert await keys(areas) == []


async def test_wrong_keys_and_wrong_clocks_are_said(
    bucket_server: BucketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = bucket_server.settings("doctor")
    wrong = msgspec.structs.replace(settings, files_secret=Secret("wrong"))
    with pytest.raises(Unauthorized, match="AWS_SECRET_ACCESS_KEY"):
        await checked_files(file_areas(wrong))
    monkeypatch.setattr(store_check, "system_clock", lambda: system_clock() + timedelta(minutes=11))
    with pytest.raises(Unauthorized, match=f"s3://{BUCKET}/doctor are 11 minutes apart"):
        await checked_files(file_areas(settings))


class Forgetful(FolderStore):
    """Keeps what it was given, and gives something else back."""

    async def get(self, key: str) -> bytes:
        return (await super().get(key))[:-1]


class Eternal(FolderStore):
    """Deletes nothing, and says that it did."""

    async def delete(self, keys: object) -> None:
        pass


@pytest.mark.parametrize(
    ("kind", "words"), [(Forgetful, "doesn’t give back what was stored"), (Eternal, "keeps what was deleted")]
)
async def test_a_store_that_does_not_do_what_it_says_is_found_out(
    tmp_path: Path, kind: type[FolderStore], words: str
) -> None:
    store: FileStore = kind(tmp_path)
    with pytest.raises((Unavailable, Unauthorized), match=words):
        await checked_files(FileAreas(store, store, store))
