"""`replaybook restore`: into whatever the settings name, which need not be what the backup was taken from.

Files come first and records last, so that nothing refers to what isn't there yet. A record marks the place until all
is there: after a kill the same backup is restored again from the beginning, and everything it does may be repeated.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import TypeVar, cast

import msgspec
from redis.asyncio import Redis

from bot.app.backup.backup_file import EFFECTS, RECORDS, BackupReader
from bot.files.file_areas import file_areas
from bot.files.file_store import FileStore
from bot.kernel.clock import Clock, clock_ahead
from bot.kernel.errors import Conflict, Misunderstood
from bot.kernel.settings import Settings
from bot.providers.local import schema
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.event_tables import NAMES, has_events, import_tables
from bot.providers.local.open_local import open_events
from bot.providers.local.provider import LocalSettings
from bot.state import keys
from bot.state.connection import connected
from bot.state.effect_memory import StoredEffect, remember
from bot.state.embedded_server import redis_url
from bot.state.record_archive import RecordArchive, Stored, archive_of
from bot.state.records import Records, RecordStore
from bot.state.redis_records import opened_records

AT_ONCE = 200
MARK = keys.record(keys.ALL, "restore", "running")
Progress = Callable[[str], None]
T = TypeVar("T")


class Restoring(msgspec.Struct, frozen=True):
    """Which backup is being restored, and whether it replaces what was there."""

    backup: str
    replace: bool = False


async def restore_backup(settings: Settings, reader: BackupReader, progress: Progress, *, replace: bool) -> None:
    """Raises Misunderstood for a file that doesn't do, Conflict for a place that isn't empty, and Upstream."""
    progress("checksums")
    reader.check()
    if reader.manifest.events > schema.VERSION:
        raise Misunderstood("The events in this backup were stored by a newer version of Replaybook.")
    in_clickhouse = bool(settings.of(LocalSettings).events)
    if reader.manifest.events and in_clickhouse and replace:
        raise Misunderstood("Events in ClickHouse are not replaced: choose an empty database, or leave out --replace.")
    async with (
        redis_url(settings.redis_url, settings.data) as url,
        connected(url) as redis,
        opened_records(settings, redis) as store,
        _events(settings, wanted=bool(reader.manifest.events)) as events,
    ):
        await _begin(redis, store, events, Restoring(reader.manifest.id, replace))
        await _restore_files(settings, reader, progress)
        if events:
            progress("events")
            await _restore_events(settings, events, reader)
        await _restore_records(redis, archive_of(store), reader, progress)
        await store.delete(MARK, await store.version(MARK))


@asynccontextmanager
async def _events(settings: Settings, *, wanted: bool) -> AsyncIterator[EventStorePort | None]:
    """None where the backup has no events. Raises Conflict while a bot runs on the same folder."""
    if not wanted:
        yield None
        return
    store = await open_events(settings, clock_ahead(settings.clock_ahead_s))
    try:
        yield store
    finally:
        await store.close()


async def _begin(redis: Redis, store: RecordStore, events: EventStorePort | None, wanted: Restoring) -> None:
    """Marks the place, and empties it where it is to be replaced."""
    if await redis.exists(keys.BOTS):
        raise Conflict("A bot runs here, or ended within the last minute; stop every bot and worker first.")
    archive, marks = archive_of(store), Records(store, Restoring)
    begun = await marks.get(MARK)
    again = begun is not None and begun[0].backup == wanted.backup
    used = await archive.count() > (begun is not None) or (events is not None and await has_events(events))
    if used and not wanted.replace and not again:
        raise Conflict("There are records or events here already; `--replace` deletes them first.")
    if wanted.replace or (begun is not None and begun[0].replace and again):
        await archive.clear()
        wanted = Restoring(wanted.backup, replace=True)
    await marks.change(MARK, lambda _: wanted)


async def _restore_files(settings: Settings, reader: BackupReader, progress: Progress) -> None:
    areas = file_areas(settings).by_name
    for name in reader.manifest.members:
        area, _, key = name.partition("/")
        if area in reader.manifest.files and area in areas:
            progress(name)
            await areas[area].put(key, _each(reader.pieces(name)))


async def _each(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def _restore_events(settings: Settings, store: EventStorePort, reader: BackupReader) -> None:
    with tempfile.TemporaryDirectory(prefix="replaybook-restore-") as name:
        folder = Path(name)
        for table in NAMES:
            with (folder / f"{table}.parquet").open("wb") as out:
                out.writelines(reader.pieces(f"events/{table}.parquet"))
        if isinstance(store, EventStore):
            await import_tables(store, folder)
        else:
            await _copy_events(settings, store, folder)


async def _copy_events(settings: Settings, target: EventStorePort, folder: Path) -> None:
    """By way of an embedded store that is thrown away. What is there already isn't copied twice."""
    from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore  # noqa: PLC0415 - needs its extra
    from bot.providers.local.clickhouse.copy_events import copy_events  # noqa: PLC0415

    segments, clock = file_areas(settings).segments, clock_ahead(settings.clock_ahead_s)
    async with _opened(folder / "rum", segments, clock) as embedded:
        await import_tables(embedded, folder)
    async with _opened(folder / "rum", segments, clock) as embedded:
        await copy_events(embedded, cast(ClickHouseStore, target))


@asynccontextmanager
async def _opened(folder: Path, segments: FileStore, clock: Clock) -> AsyncIterator[EventStore]:
    store = await EventStore.open(folder, segments, clock=clock)
    try:
        yield store
    finally:
        await store.close()


async def _restore_records(redis: Redis, archive: RecordArchive, reader: BackupReader, progress: Progress) -> None:
    progress("records")
    for effects in _some(reader.lines(EFFECTS), StoredEffect):
        await remember(redis, effects)
    stored: Iterator[list[Stored]] = _some(reader.lines(RECORDS), Stored)  # type: ignore[arg-type]  # a union of structs is no type to mypy
    for some in stored:
        await archive.put_all(some)


def _some(lines: Iterator[bytes], kind: type[T]) -> Iterator[list[T]]:
    """Yields what the lines hold, a few at a time."""
    decoder = msgspec.json.Decoder(kind)
    while some := [decoder.decode(line) for line in islice(lines, AT_ONCE)]:
        yield some
