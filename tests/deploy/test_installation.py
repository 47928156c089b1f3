"""The processes of the installation beyond one machine, as its compose file starts them, on engines that run."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession

from bench.local_source import rum_body
from bot.kernel import child_process
from bot.kernel.clock import system_clock
from bot.web.ask_api import RunningBot
from tests.bucket_server import BUCKET, KEY, SECRET, BucketServer
from tests.deploy.manifests import COMPOSE, image_port, ours
from tests.free_ports import free_port
from tests.polling import until

EVENTS = 40
CLICKS = 12  # three of ten events, each a dead click
SLACK = {"SLACK_BOT_TOKEN": "xoxb-none", "SLACK_SIGNING_SECRET": "none", "REPLAYBOOK_INTAKE_KEYS": "a-key"}


def environment(name: str, engines: dict[str, str]) -> dict[str, str]:
    """What the file gives the process, with the engines of the tests in the place of its containers."""
    given = ours(COMPOSE[1])[name]["environment"]
    assert given.keys() == engines.keys()
    for variable in ("DATABASE_URL", "REPLAYBOOK_EVENTS", "REPLAYBOOK_FILES"):
        assert given[variable].partition("://")[0] == engines[variable].partition("://")[0]
    return engines | SLACK


@asynccontextmanager
async def process(name: str, engines: dict[str, str], folder: Path) -> AsyncIterator[str]:
    """The address of a process that runs; it has a folder of its own, and ends cleanly when it is told to."""
    port, own = free_port("127.0.0.1"), folder / uuid.uuid4().hex
    own.mkdir()
    command = [str(port) if word == str(image_port()) else word for word in ours(COMPOSE[1])[name]["command"]]
    known = {key: os.environ[key] for key in ("PATH", "HOME", "REPLAYBOOK_BROWSER") if key in os.environ}
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", child_process.__file__, str(os.getpid()), sys.executable, "-m", "bot", *command,
        env=known | environment(name, engines) | {"REPLAYBOOK_DATA": str(own), "REPLAYBOOK_PORT": str(port)},
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}"
        running.send_signal(signal.SIGTERM)
        assert await running.wait() == 0
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


async def _ready(client: ClientSession, address: str) -> bool:
    try:
        async with client.get(f"{address}/readyz?exclude=slack&exclude=clips") as answer:
            return answer.status == 200
    except ClientError:
        return False


async def _asked(client: ClientSession, bot: str, now: datetime, folder: Path) -> Any:
    """As the command line of the bot's machine does, which can read its folder."""
    [own] = await asyncio.to_thread(
        lambda: [path.parent for path in folder.glob("*/address") if path.read_text() == bot]
    )
    question = {"text": "frustration signals in the last 24 hours", "now": now.isoformat()}
    async with client.post(f"{bot}/api/ask", json=question, headers=RunningBot.of(own).headers) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def test_what_one_intake_takes_every_bot_answers(
    redis: object,
    redis_server: str,
    postgres_url: str,
    clickhouse: str,
    bucket_server: BucketServer,
    tmp_path: Path,
) -> None:
    engines = {
        "REPLAYBOOK_PUBLIC_URL": "https://bot.example",
        "REDIS_URL": redis_server,
        "DATABASE_URL": postgres_url,
        "REPLAYBOOK_EVENTS": clickhouse,
        "REPLAYBOOK_FILES": f"s3://{BUCKET}/{uuid.uuid4().hex}",
        "AWS_ENDPOINT_URL": bucket_server.url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }
    migrating = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *ours(COMPOSE[1])["migrate"]["command"],
        env={"PATH": os.environ["PATH"], "REPLAYBOOK_DATA": str(tmp_path)} | environment("migrate", engines),
    )  # fmt: skip
    assert await migrating.wait() == 0
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(ClientSession())
        names = ("bot", "bot", "intake", "worker")
        addresses = [await stack.enter_async_context(process(name, engines, tmp_path)) for name in names]
        for address in addresses:
            await until(lambda address=address: _ready(client, address), seconds=120)  # type: ignore[misc]
        *bots, intake, _ = addresses
        body = rum_body(0, EVENTS, system_clock() - timedelta(hours=1))
        for _ in range(2):  # once more, as after an answer that got lost
            where = f"{intake}/intake/datadog?ddforward=%2Fapi%2Fv2%2Frum%3Fdd-api-key%3Da-key"
            async with client.post(where, data=body) as taken:
                assert taken.status == 202, await taken.text()
        now = system_clock()
        first, second = [await _asked(client, bot, now, tmp_path) for bot in bots]
        assert first == second
        assert first["answer"]["exposed"] == {"actions": CLICKS, "people": 1, "sessions": 1}
        assert first["answer"]["signals"] == CLICKS
