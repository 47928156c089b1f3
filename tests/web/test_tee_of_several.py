"""What one process took and could not send, others send, each of it once."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import msgspec
from aiohttp.test_utils import unused_port
from redis.asyncio import Redis

from bot.files.file_store import FileStore
from bot.state.locks import on_duty
from bot.web.tee import Pauses, Tee, forwarded_headers
from tests.waiting import settled
from tests.web.test_tee import QUICK, RUM, Datadog, serving, spool, waiting


async def test_what_an_earlier_version_left_in_the_folder_is_sent(tmp_path: Path) -> None:
    datadog = Datadog()
    (tmp_path / "forward").mkdir()
    left = msgspec.json.encode(forwarded_headers("/api/v2/rum?n=1", "text/plain", "", "")) + b"\n" + RUM
    (tmp_path / "forward" / f"{time.time_ns() - 5 * 10**9:020d}-0.waiting").write_bytes(left)
    (tmp_path / "forward" / f"{time.time_ns():020d}-1.draft").write_bytes(left[:20])
    async with serving(datadog) as base, Tee.opened(spool(tmp_path), base, QUICK):
        await datadog.wait_for(1)
        await settled(lambda: len(waiting(tmp_path)) == 1)
    assert [(path, body) for path, body, _ in datadog.got] == [("/api/v2/rum?n=1", RUM)]


async def test_what_a_killed_process_left_is_sent_once_by_the_one_that_has_the_duty(
    file_store: FileStore, redis: Redis
) -> None:
    """Three processes share one store; the one that took the deliveries never comes back."""
    datadog, port = Datadog(), unused_port()
    base, duty = f"http://127.0.0.1:{port}", partial(on_duty, redis, "tee")
    async with Tee.opened(file_store, base, Pauses(0.02, 0.05, fresh_s=0.1, left_s=3600.0, look_s=0.05)) as taken:
        for number in range(12):
            assert await taken.take(forwarded_headers(f"/api/v2/rum?n={number}", "text/plain", "", ""), RUM)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(datadog, port))
        for _ in range(3):
            await stack.enter_async_context(Tee.opened(file_store, base, QUICK, duty))
        await datadog.wait_for(12)
        async with asyncio.timeout(60):
            while [file async for file in file_store.list()]:  # noqa: ASYNC110 - other tasks delete
                await asyncio.sleep(0.02)
    assert sorted(path for path, _, _ in datadog.got) == sorted(f"/api/v2/rum?n={number}" for number in range(12))


async def test_what_this_process_is_sending_is_left_alone_by_the_others(file_store: FileStore, redis: Redis) -> None:
    datadog, duty = Datadog(), partial(on_duty, redis, "tee")
    datadog.answers.clear()
    patient = Pauses(0.02, 0.05, look_s=0.02)
    async with (
        serving(datadog) as base,
        Tee.opened(file_store, base, patient, duty) as one,
        Tee.opened(file_store, base, patient, duty),
    ):
        await one.take(forwarded_headers("/api/v2/rum", "text/plain", "", ""), RUM)
        for _ in range(20):  # both have looked at the store again and again
            await asyncio.sleep(0.02)
        datadog.answers.set()
        await datadog.wait_for(1)
    assert len(datadog.got) == 1


async def test_one_that_datadog_never_takes_holds_up_no_other(tmp_path: Path) -> None:
    datadog = Datadog()
    datadog.poison = b"never taken"
    async with serving(datadog) as base:
        async with Tee.opened(spool(tmp_path), base, Pauses(0.02, 0.05, fresh_s=0.05, left_s=3600.0)) as tee:
            for number in range(6):
                await tee.take(forwarded_headers("/api/v2/rum", "text/plain", "", ""), b"never taken")
                await tee.take(forwarded_headers(f"/api/v2/rum?n={number}", "text/plain", "", ""), RUM)
        async with Tee.opened(spool(tmp_path), base, QUICK):
            await datadog.wait_for(6)
    assert {body for _, body, _ in datadog.got} == {RUM}
