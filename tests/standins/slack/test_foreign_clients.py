"""Slack's own clients for JavaScript against the workspace: what they take for Slack's, we may, too."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from standins.slack import Workspace, WorkspaceConfig, demo_seed
from standins.slack.seed import INCIDENT, MINA
from tests.free_ports import free_port
from tests.standins.slack.house import SECRET, TOKEN, UNHURRIED, serving

FOREIGN = Path(__file__).parent / "foreign"
APP_TOKEN = "xapp-here-only"
PATIENCE_S = 240
Json = dict[str, Any]


@asynccontextmanager
async def workspace(folder: Path, **settings: Any) -> AsyncIterator[dict[str, str]]:
    """The variables that a script finds it by. Whoever listens on PORT gets what Slack posts."""
    port, bot = free_port(), free_port()
    root = f"http://127.0.0.1:{port}"
    config = WorkspaceConfig(
        folder, root, f"http://127.0.0.1:{bot}/slack/events", TOKEN, SECRET, demo_seed(), **{**UNHURRIED, **settings}
    )
    async with serving(Workspace(config).application(), port):
        yield {
            "ROOT": root,
            "TOKEN": TOKEN,
            "SECRET": SECRET,
            "APP_TOKEN": config.app_token,
            "PORT": str(bot),
            "CHANNEL": INCIDENT,
            "USER": MINA.id,
        }


async def judged(script: str, variables: dict[str, str]) -> list[str]:
    """What the script found right, line by line. Fails with what it says when it doesn't end well."""
    pipe = asyncio.subprocess.PIPE
    environment = {**os.environ, **variables}
    node = await asyncio.create_subprocess_exec(
        "node", FOREIGN / script, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, env=environment
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            out, errors = await node.communicate()
    finally:
        if node.returncode is None:
            node.kill()
            await node.wait()
    assert node.returncode == 0, f"{out.decode()}\n{errors.decode()}"
    return out.decode().splitlines()


async def test_the_web_api_client_finds_everything_as_at_slacks(tmp_path: Path) -> None:
    async with workspace(tmp_path) as variables:
        assert len(await judged("web_api.mjs", variables)) == 11


async def test_an_app_on_bolt_has_its_journey_over_http(tmp_path: Path) -> None:
    async with workspace(tmp_path) as variables:
        assert await judged("bolt_app.mjs", variables) == ["ok the journey"]


async def test_an_app_on_bolt_has_its_journey_in_socket_mode(tmp_path: Path) -> None:
    async with workspace(tmp_path, app_token=APP_TOKEN) as variables:
        assert await judged("bolt_app.mjs", variables) == ["ok the journey", "ok after a refresh"]


async def test_the_socket_client_finds_everything_as_at_slacks(tmp_path: Path) -> None:
    again: Json = {"ack_limit": 3.0, "retry_delays": (0.0, 0.1, 0.1)}  # of a message that is not acknowledged at first
    async with workspace(tmp_path, app_token=APP_TOKEN, **again) as variables:
        assert len(await judged("socket_client.mjs", variables)) == 3
