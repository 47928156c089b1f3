"""Notebooks and their files are kept once, and nobody's change is lost."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.kernel.errors import Missing
from bot.notebook.edits import add_cell
from bot.notebook.merge import merge
from bot.notebook.notebook_text import NotebookText
from bot.notebook.ports import change
from bot.notebook.timeline import Entry
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.state.record_indexes import FormerIndex
from bot.state.records import Records, RecordStore
from bot.state.redis_records import RedisRecords
from tests.notebook.examples import EVERYTHING, NOON, opened

WORDS = NotebookText.load()


@pytest.fixture
def store(records: RecordStore) -> LocalNotebooks:
    return LocalNotebooks(records)


async def test_a_notebook_is_read_as_it_was_saved(store: LocalNotebooks) -> None:
    notebook = merge(opened(WORDS), EVERYTHING, WORDS.for_notebook(opened(WORDS)))
    saved = await store.create(notebook)
    assert saved == msgspec.structs.replace(notebook, version=1)
    assert await store.get(notebook.id) == saved
    assert await store.find("T1", "C1") == saved
    assert await store.find("T2", "C1") is None


async def test_of_many_changes_at_once_none_is_lost(store: LocalNotebooks) -> None:
    saved = await store.create(opened(WORDS))
    write = WORDS.for_notebook(saved)
    entries = [Entry(f"m{n}", NOON, f"entry {n}") for n in range(8)]
    await asyncio.gather(
        *(change(store, saved.id, lambda it, entry=entry: merge(it, [entry], write)) for entry in entries),
        *(
            change(store, saved.id, lambda it, n=n: add_cell(it, markdown=f"p{n}", after="", author="P"))
            for n in range(4)
        ),
    )
    now = await store.get(saved.id)
    assert set(now.timeline) == set(entries)
    assert {f"p{n}" for n in range(4)} <= {cell.markdown for cell in now.cells}
    assert now.version == 13


async def test_the_one_record_that_held_every_notebook_before_is_read_once(redis: Redis) -> None:
    records = RedisRecords(redis)
    store, written = LocalNotebooks(records), [("T1", "C0"), ("T2", "C1"), ("T1", "C2")]
    made = [
        await store.create(msgspec.structs.replace(opened(WORDS), team=team, channel=channel))
        for team, channel in written
    ]
    for key in await redis.keys("*:order:*"):
        await redis.delete(key)
    former = FormerIndex({notebook.id: notebook.team for notebook in made})
    await Records(records, FormerIndex).put("all:record:notebooks:shelf", former)
    now = LocalNotebooks(records)
    assert [notebook.channel for notebook in await now.list("T1")] == ["C2", "C0"]
    assert [await now.find(team, channel) for team, channel in written] == made
    fresh = await now.create(msgspec.structs.replace(opened(WORDS), channel="C3"))
    assert await now.list() == [fresh, *reversed(made)]
    assert not await redis.exists("all:record:notebooks:shelf")


async def test_a_file_is_kept_under_its_hash_and_only_once(tmp_path: Path) -> None:
    files = HashedFiles(FolderStore(tmp_path / "files"))
    names = await asyncio.gather(*(files.put(b"GIF89a", "gif") for _ in range(4)))
    assert set(names) == {f"{hashlib.sha256(b'GIF89a').hexdigest()}.gif"}
    assert await files.get(names[0]) == b"GIF89a"
    assert [path.name for path in (tmp_path / "files").iterdir()] == [names[0]]


@pytest.mark.parametrize("name", ["../secret", "a.gif", "A" * 64 + ".gif", "a" * 64 + ".html", "a" * 64 + ".gif"])
async def test_no_other_file_can_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("s")
    with pytest.raises(Missing):
        await HashedFiles(FolderStore(tmp_path / "files")).get(name)


async def test_a_kind_of_file_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="html"):
        await HashedFiles(FolderStore(tmp_path)).put(b"x", "html")
