"""`replaybook backup`: while bots run, and consistent enough to go on from.

What was done already is read first, then the records as they are at one moment, then the files, then the events. So a
record that is in the backup has its files in it (they are kept before a record names them), and an effect whose record
isn't in it may happen again but is never left out.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, suppress
from importlib.metadata import version
from pathlib import Path

from bot.app.backup.backup_file import EFFECTS, RECORDS, BackupWriter, Manifest
from bot.files.file_areas import file_areas
from bot.kernel.clock import clock_ahead
from bot.kernel.errors import Conflict, Missing
from bot.kernel.settings import Settings
from bot.providers.local import schema
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_tables import NAMES, export_tables
from bot.providers.local.provider import LocalSettings
from bot.services.access.audit_log import AuditLog, by_operator
from bot.state.connection import connected
from bot.state.effect_memory import remembered
from bot.state.embedded_server import redis_url
from bot.state.record_archive import archive_of
from bot.state.redis_records import opened_records
from bot.web.events_api import export_by_running_bot

AREAS = ("files", "segments")
"""Of the areas of files; what only waits to be sent on isn't taken."""
Progress = Callable[[str], None]


async def take_backup(settings: Settings, path: Path, without: Collection[str], progress: Progress) -> Manifest:
    """Writes the file, complete or not at all. `without`: `files`, `events`. Raises ReplaybookError."""
    writer = BackupWriter(path)
    try:
        await _add_records(settings, writer, progress)
        files = (
            {} if "files" in without else {area: await _add_files(settings, writer, area, progress) for area in AREAS}
        )
        events = "" if "events" in without else await _add_events(settings, writer, progress)
        manifest = Manifest(
            id=secrets.token_hex(8),
            made=clock_ahead(settings.clock_ahead_s)(),
            program=version("replaybook"),
            members=writer.members,
            files=files,
            events=events,
        )
        writer.finish(manifest)
    except BaseException:
        writer.abandon()
        raise
    return manifest


async def _add_records(settings: Settings, writer: BackupWriter, progress: Progress) -> None:
    async with (
        redis_url(settings.redis_url, settings.data) as url,
        connected(url) as redis,
        opened_records(settings, redis) as store,
    ):
        progress("records")
        await writer.add(EFFECTS, _lines(remembered(redis)), packed=False)
        await writer.add(RECORDS, _lines(archive_of(store).everything()), packed=False)
        clock = clock_ahead(settings.clock_ahead_s)
        await AuditLog(store, clock).note(by_operator("backup.made", "backup", ""), clock().isoformat())


async def _lines(items: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for item in items:
        yield item + b"\n"


async def _add_files(settings: Settings, writer: BackupWriter, area: str, progress: Progress) -> int:
    """Returns how many there are. What is deleted meanwhile is left out."""
    store, count = file_areas(settings).by_name[area], 0
    async for file in store.list():
        pieces = store.stream(file.key)
        first: list[bytes] = []
        with suppress(StopAsyncIteration):
            try:
                first.append(await anext(pieces))
            except Missing:
                continue
        progress(f"{area}/{file.key}")
        await writer.add(f"{area}/{file.key}", _chained(first, pieces), items=0, packed=True)
        count += 1
    return count


async def _chained(first: list[bytes], rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for piece in first:
        yield piece
    async for piece in rest:
        yield piece


async def _add_events(settings: Settings, writer: BackupWriter, progress: Progress) -> str:
    """Returns the version of the tables; empty where events are in another engine, or nowhere."""
    if settings.of(LocalSettings).events or not (settings.data / "rum" / "signals.duckdb").exists():
        return ""
    progress("events")
    clock = clock_ahead(settings.clock_ahead_s)
    async with AsyncExitStack() as stack:
        folder = settings.data / f"export-{secrets.token_hex(4)}"
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            store = await EventStore.open(settings.data / "rum", file_areas(settings).segments, clock=clock)
        except Conflict:
            rows = await export_by_running_bot(settings.data, folder.name)
        else:
            stack.push_async_callback(store.close)
            rows = await export_tables(store, folder)
        for name in NAMES:
            await writer.add(f"events/{name}.parquet", _read(folder / f"{name}.parquet"), items=rows[name], packed=True)
    return schema.VERSION


async def _read(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as source:
        while piece := source.read(1024 * 1024):
            yield piece
