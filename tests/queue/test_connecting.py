"""A worker that is told to end while it connects does so, and logs no error: nothing went wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.queue.job import Job
from tests.queue.queue_bench import Bench, note


@asynccontextmanager
async def answering_the_first(url: str, folder: Path, connections: int) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Yields the URL of what stands in front of a server. Later connections hear nothing; the event tells of one."""
    made, waiting = 0, asyncio.Event()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(65536):
                writer.write(piece)
        writer.close()

    async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal made
        made += 1
        if made > connections:
            waiting.set()
            await reader.read()
            writer.close()
            return
        theirs, ours = await asyncio.open_unix_connection(url.removeprefix("unix://"))
        await asyncio.gather(pass_on(reader, ours), pass_on(theirs, writer))

    server = await asyncio.start_unix_server(taken, folder / "front")
    async with server:
        yield f"unix://{folder / 'front'}", waiting


@pytest.mark.parametrize("connections", [0, 1, 2])
async def test_a_connection_that_is_given_up_is_no_error(
    redis_server: str, tmp_path: Path, connections: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with answering_the_first(redis_server, tmp_path, connections) as (url, waiting):
        async with Bench(url).worker({"note": Job(note)}).working():
            await waiting.wait()
        said = [each for each in caplog.records if each.levelno >= logging.ERROR and each.name != "asyncio"]
        assert [each.getMessage() for each in said] == [], "what a process leaves out of its log is asyncio's alone"


def test_what_goes_wrong_is_logged_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("coredis").error("Connection attempt failed unexpectedly!", exc_info=ConnectionResetError())
    assert len(caplog.records) == 1
