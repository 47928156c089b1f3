"""The embedded parts: always there, without an account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.providers import Parts, Setup
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.providers.local.local_source import LocalSource
from bot.providers.local.local_tickets import LocalTracker
from bot.providers.local.segment_files import LocalRecordings


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Parts]:
    yield Parts(
        source=LocalSource(setup.store) if isinstance(setup.store, EventStore) else None,
        recordings=LocalRecordings(setup.settings.data / "rum"),
        notebooks=LocalNotebooks(setup.redis),
        tracker=LocalTracker(setup.redis, base_url=setup.public_url, now=setup.clock),
    )
