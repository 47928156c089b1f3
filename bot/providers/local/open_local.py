"""Opens the embedded parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.files.file_areas import file_areas
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.providers.local.local_source import LocalSource
from bot.providers.local.local_tickets import LocalTracker
from bot.providers.local.segment_files import LocalRecordings
from bot.providers.provider import Parts, Setup


@asynccontextmanager
async def open_local(setup: Setup) -> AsyncIterator[Parts]:
    """Gives a source only in the process that owns the store."""
    yield Parts(
        source=LocalSource(setup.store) if isinstance(setup.store, EventStore) else None,
        recordings=LocalRecordings(file_areas(setup.settings).segments),
        notebooks=LocalNotebooks(setup.records),
        tracker=LocalTracker(setup.records, base_url=setup.public_url, now=setup.clock),
    )
