"""Processes are killed, Redis is killed: nothing is lost and nothing happens twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Unavailable
from bot.queue.job import Job, JobFailure
from bot.queue.job_worker import Worker
from bot.queue.queue import Lane
from bot.slack.outbox import Outbox
from bot.slack.web_api import Clients, everywhere
from bot.state.connection import connected
from bot.state.embedded_server import private_redis
from tests.slack.slack_workspace import TOKEN, slack_workspace
from tests.waiting import settled


async def test_a_process_killed_between_posting_and_recording_has_posted_once(
    redis: Redis, redis_server: str, tmp_path: Path
) -> None:
    async with slack_workspace(tmp_path) as slack:
        command = [sys.executable, "-m", "tests.slack.outbox_process", redis_server, slack.url]
        slack.fault("held_response")
        process = await asyncio.create_subprocess_exec(*command)
        try:
            await settled(lambda: slack.count("chat.postMessage") == 1)
        finally:
            process.kill()
            await process.wait()
        async with Clients.opened(everywhere(TOKEN), slack.url) as clients, Outbox(redis, clients).running() as box:
            assert await box.ts("n", team="T1") == slack.messages("C1")[1]["ts"]
            assert await box.ts("m", team="T1") == slack.messages("C1")[0]["ts"]
        assert slack.texts("C1") == ["m", "n"]


class Note(msgspec.Struct, frozen=True):
    n: int


async def test_queue_worker_and_outbox_go_on_after_redis_was_killed_and_started_again(tmp_path: Path) -> None:
    runs: list[int] = []
    failures: list[JobFailure] = []

    async def job(_: None, payload: Note) -> None:
        runs.append(payload.n)

    async def report(failure: JobFailure) -> None:
        failures.append(failure)

    async with (
        slack_workspace(tmp_path) as slack,
        Server(tmp_path) as server,
        connected(server.url) as redis,
        Clients.opened(everywhere(TOKEN), slack.url) as clients,
        Lane.opened(server.url) as queue,
        Outbox(redis, clients).running() as outbox,
    ):
        await queue.put("job", Note(1), id="1", delay=1)
        await outbox.post("before", team="T1", channel="C1", message={"text": "before"})
        await outbox.ts("before", team="T1")
        async with Worker(server.url, {"job": Job(job)}, None, report=report, idle=1.0).working():
            await server.kill()
            with pytest.raises(Unavailable):
                await queue.put("job", Note(2), id="2")
            await server.start()
            await queue.put("job", Note(3), id="3")
            await outbox.post("after", team="T1", channel="C1", message={"text": "after"})
            await outbox.ts("after", team="T1")
            await settled(lambda: sorted(runs) == [1, 3])
        assert slack.texts("C1") == ["before", "after"]
        assert not failures


class Server:
    """A private Redis that can be killed and started again in the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""

    async def __aenter__(self) -> Server:
        await self.start()
        return self

    async def start(self) -> None:
        self._context = private_redis(self.folder)
        self.url = await self._context.__aenter__()

    async def kill(self) -> None:
        async with connected(self.url) as redis:
            number = int((await redis.info("server"))["process_id"])
        os.kill(number, signal.SIGKILL)
        await self._context.__aexit__(None, None, None)

    async def __aexit__(self, *_: object) -> None:
        await self._context.__aexit__(None, None, None)
