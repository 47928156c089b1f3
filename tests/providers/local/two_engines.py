"""The same events in DuckDB and in ClickHouse, and the same questions to both."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from bot.kernel.clock import Clock
from bot.providers.local import sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_migrations import migrate
from bot.providers.local.clickhouse.clickhouse_notes import SALT, StoreNotes
from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.clickhouse.clickhouse_tables import Layout
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.local_source import LocalSource
from bot.signals.answer import Answer
from tests.providers.local.rumevents import lines


@dataclass(frozen=True)
class TwoEngines:
    """Blocking, so that hypothesis can ask; both stores know people by the same keyed hash."""

    runner: asyncio.Runner
    duckdb: EventStore
    clickhouse: ClickHouseStore

    @classmethod
    def open(cls, runner: asyncio.Runner, url: str, folder: Path, clock: Clock) -> TwoEngines:
        """`folder/rum` may hold a store already; ClickHouse's recordings are in `folder/other`."""
        return runner.run(cls._open(runner, url, folder, clock))

    @classmethod
    async def _open(cls, runner: asyncio.Runner, url: str, folder: Path, clock: Clock) -> TwoEngines:
        duckdb = await EventStore.open(folder / "rum", clock=clock)
        client = await ClickHouseClient.open(url)
        await migrate(client, Layout(), clock)
        await StoreNotes(client, clock).put(SALT, str(await duckdb.meta("salt")))
        await client.close()
        return cls(runner, duckdb, await ClickHouseStore.open(url, folder / "other", clock=clock))

    def close(self) -> None:
        self.runner.run(self.clickhouse.close())
        self.runner.run(self.duckdb.close())

    def deliver(self, *deliveries: Sequence[dict[str, Any]]) -> None:
        """Stores each as a delivery of its own."""
        self.runner.run(self._deliver(deliveries))

    async def _deliver(self, deliveries: Sequence[Sequence[dict[str, Any]]]) -> None:
        for events in deliveries:
            for store in (self.duckdb, self.clickhouse):
                await delivered(store, events)

    def asked(self, name: str, *asked: Any, at: datetime | None = None) -> tuple[str, str]:
        """Returns what both sources answer, encoded. In answers the query is left out, which is each engine's own."""
        clock = at.timestamp if at else None
        sources = (LocalSource(store, clock) for store in (self.duckdb, self.clickhouse))
        first, second = (self.runner.run(getattr(source, name)(*asked)) for source in sources)
        return encoded(first), encoded(second)


async def delivered(store: EventStorePort, events: Sequence[dict[str, Any]]) -> None:
    """Stores events as one delivery."""
    decoded, _ = sdk_events.decode(lines(*events))
    await store.write(store.rows.rum(decoded, Surroundings())[0])


def encoded(answered: Any) -> str:
    """Returns it as JSON in ASCII: what was asked may hold half a pair of surrogates."""
    if isinstance(answered, Answer):
        answered = replace(answered, query="")
    return json.dumps(msgspec.to_builtins(answered))
