"""What no record mentions any more is deleted, of both stores of files and both of records; and nothing else is."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.files.file_store import FileStore, HashedFiles
from bot.kernel.clock import system_clock
from bot.kernel.errors import Conflict, Missing
from bot.services.postmortems import unused_files
from bot.services.postmortems.unused_files import MARK, delete_unused, tidy_files_daily
from bot.state import keys
from bot.state.records import Records, RecordStore

LATER, EARLIER = timedelta(minutes=5), timedelta(minutes=-5)


async def put(store: FileStore, *texts: str) -> list[str]:
    return [await HashedFiles(store).put(text.encode(), "gif") for text in texts]


async def names(store: FileStore) -> set[str]:
    return {file.key async for file in store.list()} - {MARK}


async def keep(records: RecordStore, kind: str, id: str, value: Any) -> None:
    kept: Records[Any] = Records(records, object)  # type: ignore[arg-type]
    await kept.put(keys.record("T1", kind, id), value, await kept.version(keys.record("T1", kind, id)))


async def test_what_any_record_mentions_stays_and_the_rest_goes(file_store: FileStore, records: RecordStore) -> None:
    await delete_unused(file_store, records, system_clock())  # the store is empty, so it is ours
    shown, linked, unused, *_ = await put(file_store, "shown", "linked", "unused", "also unused")
    await file_store.put("notes.txt", b"a stranger's")
    await keep(records, "shown", "1", {"clip": {"file": shown}})
    await keep(records, "notebook", "N1", {"cells": [f"![x](https://bot.example/files/{linked}) and text"]})
    assert await delete_unused(file_store, records, system_clock() + EARLIER) == 0
    assert await delete_unused(file_store, records, system_clock() + LATER) == 2
    assert await names(file_store) == {shown, linked, "notes.txt"}
    await keep(records, "shown", "1", {})
    assert await delete_unused(file_store, records, system_clock() + LATER) == 1
    assert await names(file_store) == {linked, "notes.txt"}
    with pytest.raises(Missing):
        await HashedFiles(file_store).get(unused)


async def test_files_that_were_there_before_are_ours_when_a_record_mentions_one(
    file_store: FileStore, records: RecordStore
) -> None:
    known, _ = await put(file_store, "known", "unknown")
    with pytest.raises(Conflict, match="another installation"):
        await delete_unused(file_store, records, system_clock() + LATER)
    assert len(await names(file_store)) == 2
    await keep(records, "notebook", "N1", {"file": known})
    assert await delete_unused(file_store, records, system_clock() + LATER) == 1
    await keep(records, "notebook", "N1", {})
    assert await delete_unused(file_store, records, system_clock() + LATER) == 1
    assert await names(file_store) == set()


async def test_other_records_delete_nothing_of_what_these_keep(file_store: FileStore, records: RecordStore) -> None:
    """A bot for trying things is given the same bucket by mistake, and even mentions one of its files."""
    await file_store.put(MARK, b"of other records")
    known, _ = await put(file_store, "known", "theirs")
    await keep(records, "notebook", "N1", {"file": known})
    with pytest.raises(Conflict, match="another installation"):
        await delete_unused(file_store, records, system_clock() + LATER)
    assert len(await names(file_store)) == 2


async def test_a_file_that_is_put_again_meanwhile_stays(
    file_store: FileStore, records: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await delete_unused(file_store, records, system_clock())
    await put(file_store, "again")
    before, asked = system_clock() + timedelta(seconds=2), type(records).every

    async def every(self: RecordStore) -> Any:
        async for data in asked(self):
            yield data
        await asyncio.sleep(max(0.0, (before - system_clock()).total_seconds()) + 1.1)  # times may be full seconds
        await put(file_store, "again")

    monkeypatch.setattr(type(records), "every", every)
    assert await delete_unused(file_store, records, before) == 0
    assert len(await names(file_store)) == 1


async def test_it_is_done_again_and_again_whatever_happens(
    file_store: FileStore, records: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unused_files, "DAY_S", 0.02)
    known, _ = await put(file_store, "known", "unknown")
    tidying = asyncio.create_task(tidy_files_daily(file_store, records, EARLIER))
    await asyncio.sleep(0.1)  # refused until a record shows whose the files are
    assert len(await names(file_store)) == 2
    await keep(records, "notebook", "N1", {"file": known})
    async with asyncio.timeout(60):
        while await names(file_store) != {known}:  # noqa: ASYNC110 - another task deletes
            await asyncio.sleep(0.02)
    tidying.cancel()
