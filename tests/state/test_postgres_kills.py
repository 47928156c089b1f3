"""A Postgres that is killed: nothing is left half done, nothing that was answered is lost, and the next one begins."""

from __future__ import annotations

import asyncio
import os
import signal

from bot.kernel.errors import Upstream
from bot.state import keys
from bot.state.postgres.postgres_records import PostgresRecords, opened_postgres
from bot.state.record_indexes import CreationOrder
from bot.state.records import Records
from tests.postgres_server import running_postgres
from tests.record_stores import postgres_settings
from tests.state.test_postgres import Count, one_more


async def test_kills_leave_nothing_half_and_lose_nothing_that_was_answered() -> None:
    """The server is killed again and again, while records count and ids get their places in two orders."""
    with running_postgres() as server:
        async with opened_postgres(postgres_settings(server.url("postgres")), retries=0) as store:
            answered, over = {f"R{n}": 0 for n in range(4)}, asyncio.Event()
            async with asyncio.TaskGroup() as tasks:  # nobody works on where the rest fails
                for id in answered:
                    tasks.create_task(_work(store, id, answered, over))
                for _ in range(5):
                    before = sum(answered.values())
                    while sum(answered.values()) < before + 20:  # noqa: ASYNC110 - four of them count
                        await asyncio.sleep(0.005)
                    server.kill()
                    server.begin()
                    await asyncio.to_thread(server.wait)
                over.set()
            for id, least in answered.items():
                record = await Records(store, Count).get(keys.record("T1", "request", id))
                assert record
                assert record[0].n >= least
                assert record[1] == record[0].n
            everywhere = set(await store.newest("notebook", "all", 10_000, 0))
            assert everywhere == set(await store.newest("notebook", "T1", 10_000, 0))
            assert {f"{id}-{n}" for id, n in answered.items() if n} <= everywhere


async def _work(store: PostgresRecords, id: str, answered: dict[str, int], over: asyncio.Event) -> None:
    counts, order = Records(store, Count), CreationOrder(store, "notebook", former="all:record:notebooks:x", most=9999)
    while not over.is_set():
        try:
            count = await counts.change(keys.record("T1", "request", id), one_more)
            await order.add("T1", f"{id}-{count.n}")
        except Upstream:
            await asyncio.sleep(0)  # some are raised at once, and others have their turn
            continue
        answered[id] = count.n


async def test_a_killed_server_leaves_no_child_that_keeps_the_next_one_from_beginning() -> None:
    with running_postgres() as server:
        async with opened_postgres(postgres_settings(server.url("postgres")), retries=9) as store:
            child = await store.pool.run(lambda connection, _: connection.fetchval("SELECT pg_backend_pid()"))
            os.kill(child, signal.SIGSTOP)
            server.kill()
            server.begin()
            await asyncio.to_thread(server.wait)
            assert await store.pool.run(lambda connection, _: connection.fetchval("SELECT pg_backend_pid()")) != child
