"""A store in ClickHouse whose tables are there."""

from __future__ import annotations

from pathlib import Path

from bot.providers.local import sdk_events
from bot.providers.local.batch import Batch, Surroundings
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_migrations import migrate
from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.clickhouse.clickhouse_tables import Layout
from bot.providers.local.event_store_port import EventStorePort
from tests.providers.local.conftest import later
from tests.providers.local.rumevents import lines


async def opened(url: str, folder: Path) -> ClickHouseStore:
    client = await ClickHouseClient.open(url)
    await migrate(client, Layout(), later)
    await client.close()
    return await ClickHouseStore.open(url, folder, clock=later)


def batch_of(store: EventStorePort, *events: dict[str, object]) -> Batch:
    return store.rows.rum(sdk_events.decode(lines(*events))[0], Surroundings())[0]
