"""What the local source, the intake and the commands want of a store of events, whichever engine keeps it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.kernel.clock import Clock
from bot.providers.local.batch import Batch, Row
from bot.providers.local.commit import Columns
from bot.providers.local.derive import Deriver
from bot.providers.local.dialect import Dialect
from bot.providers.local.retention import Forgotten
from bot.providers.local.rows import Rows
from bot.providers.local.schema import Table
from bot.providers.local.segment_files import LocalRecordings, RecordingPiece


class EventStorePort(Protocol):
    """`dialect` says in which SQL its questions are asked; `rows` turns RUM events into batches."""

    clock: Clock
    dialect: Dialect
    recordings: LocalRecordings
    rows: Rows
    deriver: Deriver
    newest: datetime | None
    """When anything last arrived since the store was opened."""

    async def write(self, batch: Batch) -> None:
        """Returns when the batch is kept. Repeating a batch changes nothing. Raises Upstream."""

    async def keep(self, pieces: Sequence[RecordingPiece], batch: Batch) -> None:
        """Stores pieces of recordings with their batch; sessions without signals of their own are searched soon."""

    async def query(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        """Returns the rows of one statement. Times are naive UTC."""

    def pages(self, sql: str, values: Mapping[str, Any] | None = None) -> AsyncIterator[Sequence[Row]]:
        """Yields the same, some rows at a time, for answers that are too large to be held."""

    async def meta(self, name: str) -> str | None:
        """Returns what is noted about the store under this name."""

    async def fill(self, made: Sequence[tuple[Table, Columns]], notes: Mapping[str, str]) -> None:
        """Adds generated rows of the sample, and notes about the store with them."""

    async def forget_sample(self, notes: Sequence[str]) -> None:
        """Deletes the rows of the sample, and these notes."""

    async def settle(self, within: float | None = None) -> bool:
        """Returns whether every piece that was accepted before has been searched, after `within` seconds at most."""

    async def tidy(self, keep: timedelta, now: datetime) -> Forgotten:
        """Deletes what is older than `keep`, recordings too."""

    async def sessions_of(self, who: str) -> list[str]:
        """Returns the sessions of whoever the sender calls so: by user, browser, session, or an attribute's value."""

    async def erase(self, sessions: Sequence[str]) -> int:
        """Deletes everything of these sessions, recordings first; returns how many events that were. Repeatable."""

    async def close(self) -> None:
        """Finishes what was accepted."""
