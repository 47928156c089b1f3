"""After a failure a record that is equal to ours may be ours: only where nobody knows what became of the first try."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from bot.state.postgres import postgres_pool
from bot.state.postgres.postgres_pool import PostgresPool


class OneConnection:
    async def acquire(self, **_: Any) -> object:
        return self

    async def release(self, _: object) -> None:
        pass

    async def expire_connections(self) -> None:
        pass


@pytest.mark.parametrize(
    ("failures", "unsure"),
    [
        ([asyncpg.SerializationError()], False),
        ([asyncpg.DeadlockDetectedError(), asyncpg.SerializationError()], False),
        ([asyncpg.ReadOnlySQLTransactionError()], False),
        ([ConnectionResetError()], True),
        ([ConnectionResetError(), asyncpg.SerializationError()], True),
        ([asyncpg.SerializationError(), ConnectionResetError()], True),
    ],
)
async def test_work_is_told_whether_an_earlier_try_may_have_done_it(
    monkeypatch: pytest.MonkeyPatch, failures: list[Exception], unsure: bool
) -> None:
    monkeypatch.setattr(postgres_pool, "PAUSE_S", 0.0)
    left = list(failures)

    async def work(_: object, again: bool) -> bool:
        await asyncio.sleep(0)
        if left:
            raise left.pop(0)
        return again

    assert await PostgresPool(OneConnection(), retries=5).run(work) is unsure
