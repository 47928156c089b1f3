"""Opens the embedded parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from bot.files.file_areas import file_areas
from bot.kernel.clock import Clock, clock_ahead
from bot.kernel.data_folder import data_folder
from bot.kernel.extras import missing_extra
from bot.kernel.settings import Settings
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.providers.local.local_source import LocalSource
from bot.providers.local.local_tickets import LocalTracker
from bot.providers.local.provider import LocalSettings
from bot.providers.local.segment_files import LocalRecordings
from bot.providers.provider import Check, Parts, Setup

if TYPE_CHECKING:
    from bot.providers.local.clickhouse.copy_events import CopiedEvents


@asynccontextmanager
async def open_local(setup: Setup) -> AsyncIterator[Parts]:
    """Gives a source only in the process that owns the store."""
    yield Parts(
        source=LocalSource(cast(EventStorePort, setup.store)) if setup.store is not None else None,
        recordings=LocalRecordings(file_areas(setup.settings).segments),
        notebooks=LocalNotebooks(setup.records),
        tracker=LocalTracker(
            setup.records, base_url=setup.public_url, shared=bool(setup.settings.token_keys), now=setup.clock
        ),
    )


async def open_events(settings: Settings, clock: Clock) -> EventStorePort:
    """Opens the store of events that the settings name: a file in the data folder, or ClickHouse.

    Raises Misunderstood where the extra is missing, the address is wrong or nothing can be kept in the data folder,
    Conflict where another process has the file, and Upstream.
    """
    local, folder, segments = settings.of(LocalSettings), settings.data / "rum", file_areas(settings).segments
    if not local.events:
        await asyncio.to_thread(data_folder, settings.data)
        return await EventStore.open(folder, segments, clock=clock)
    opened = _clickhouse("clickhouse_store:ClickHouseStore.open")
    store: EventStorePort = await opened(local.events, folder, segments, clock=clock, cluster=local.events_cluster)
    return store


def _clickhouse(name: str) -> Any:
    """Returns a part of ClickHouse's code, which is read only where a setting or a command asks for it."""
    try:
        return resolve_name(f"bot.providers.local.clickhouse.{name}")
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("clickhouse_connect"):
            raise
        raise missing_extra("clickhouse", "ClickHouse") from None


def event_checks(settings: Settings) -> Mapping[str, Check]:
    """Checks ClickHouse where events are kept in it."""
    local = settings.of(LocalSettings)
    if not local.events:
        return {}

    async def check() -> str:
        examination: str = await _clickhouse("clickhouse_doctor:examined")(
            local.events, clock_ahead(settings.clock_ahead_s)
        )
        return examination

    return {"ClickHouse": check}


async def migrate_events(settings: Settings, dry_run: bool) -> str | None:
    """Returns what was done to the tables in ClickHouse, or would be; None where events are in a file."""
    local = settings.of(LocalSettings)
    if not local.events:
        return None
    clock = clock_ahead(settings.clock_ahead_s)
    sentence: str = await _clickhouse("clickhouse_migrations:migrated")(
        local.events, local.events_cluster, clock, dry_run=dry_run
    )
    return sentence


async def copied_events(
    settings: Settings, folder: Path, address: str, clock: Clock, progress: Callable[[str, float], None] | None
) -> CopiedEvents:
    """Copies the events of a data folder into ClickHouse. Raises Conflict while a bot has one, and Upstream."""
    opened, copy = _clickhouse("clickhouse_store:ClickHouseStore.open"), _clickhouse("copy_events:copy_events")
    segments = file_areas(replace(settings, data=folder)).segments
    source = await EventStore.open(folder / "rum", segments, clock=clock)
    try:
        cluster = settings.of(LocalSettings).events_cluster
        target = await opened(address, folder / "rum", segments, clock=clock, cluster=cluster)
        try:
            done: CopiedEvents = await copy(source, target, progress)
        finally:
            await target.close()
    finally:
        await source.close()
    return done
