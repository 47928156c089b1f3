"""A store in a folder of its own, and a way to put RUM events into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.providers.local import sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store import EventStore
from tests.providers.local.rumevents import lines

Send = Callable[..., Awaitable[int]]


LATER = datetime(2026, 12, 1, 12, tzinfo=UTC)
"""After everything that the tests send: the store leaves out what lies in the future."""


def later() -> datetime:
    return LATER


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[EventStore]:
    store = await EventStore.open(tmp_path / "data", clock=later)
    yield store
    await store.close()


@pytest.fixture
def send(store: EventStore) -> Send:
    """Stores events as one delivery; returns how many were left out."""

    async def send(*events: dict[str, Any], around: Surroundings | None = None) -> int:
        decoded, broken = sdk_events.decode(lines(*events))
        batch, skipped = store.rows.rum(decoded, around or Surroundings())
        await store.write(batch)
        return broken + skipped

    return send
