"""Stores of either engine, and records, in which a person is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.app.erasure.forget_person import ErasureContext
from bot.files.folder_store import FolderStore
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_migrations import migrate
from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.clickhouse.clickhouse_tables import Layout
from bot.providers.local.event_store import EventStore
from bot.state.redis_records import RedisRecords
from tests.erasure.person_data import (
    fill,
    remember,
)
from tests.providers.local.conftest import later


@pytest.fixture
async def duckdb(tmp_path: Path) -> AsyncIterator[EventStore]:
    store = await EventStore.open(tmp_path / "rum", clock=later)
    await fill(store)
    yield store
    await store.close()


@pytest.fixture
async def clickhouse_store(clickhouse: str, tmp_path: Path) -> AsyncIterator[ClickHouseStore]:
    client = await ClickHouseClient.open(clickhouse)
    await migrate(client, Layout(), later)
    await client.close()
    store = await ClickHouseStore.open(clickhouse, tmp_path / "other", clock=later)
    await fill(store)
    yield store
    await store.close()


@pytest.fixture
async def context(redis: Redis, duckdb: EventStore, tmp_path: Path) -> ErasureContext:
    context = ErasureContext(RedisRecords(redis), redis, FolderStore(tmp_path / "files"), duckdb, later)
    await remember(context)
    return context
