"""The demo: the bot, a worker in its own process, a private Redis, and the local workspace instead of Slack."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
from aiohttp import web

from bot.app import serving
from bot.runtime.settings import Secret, Settings, variable
from bot.web.listening import free_port
from bot.workspace.config import Link, WorkspaceConfig
from bot.workspace.seed import demo_seed
from bot.workspace.server import Workspace
from bot.workspace.shop import shop_routes

PORT = 8401
HEARD = frozenset({"app_mention", "app_home_opened", "message", "pin_added", "pin_removed"})
STOP_S = 10.0


class Keys(msgspec.Struct):
    """What the workspace and the bot know of each other. Made once for a data folder, and of no use elsewhere."""

    token: str
    signing_secret: str


@asynccontextmanager
async def demo(settings: Settings, *, port: int | None = None, show: bool | None = None) -> AsyncIterator[None]:
    """Everything up, sample data loaded, the address printed; down again, and kept, when the body ends."""
    settings.data.mkdir(parents=True, exist_ok=True)
    keys = _keys(settings.data / "workspace" / "keys.json")
    host = settings.host
    page_port = free_port(host, PORT if port is None else port)
    address = f"http://{host}:{page_port}"
    settings = msgspec.structs.replace(
        settings,
        port=free_port(host, settings.port),
        slack_api_url=f"{address}/api/",
        slack_bot_token=Secret(keys.token),
        slack_signing_secret=Secret(keys.signing_secret),
    )
    bot_url = f"http://{host}:{settings.port}"
    workspace = Workspace(
        WorkspaceConfig(
            folder=settings.data / "workspace",
            base_url=address,
            bot_url=f"{bot_url}/slack/events",
            token=keys.token,
            signing_secret=keys.signing_secret,
            seed=demo_seed(),
            events=HEARD,
            links=(Link("Sample shop", f"{address}/shop"), Link("Post-mortems", f"{bot_url}/notebooks")),
        )
    )
    app = workspace.application()
    app.add_routes(shop_routes(intake=bot_url, workspace=address))
    async with _listening(app, host, page_port), serving(settings, sample=True), _worker(settings):
        click.echo(
            f"\n  Replaybook is running: {address}\n\n  Ctrl-C ends it; what you made stays in {settings.data}.\n"
        )
        if show or (show is None and _has_screen()):
            await asyncio.to_thread(webbrowser.open, address)
        yield
        click.echo("\nStopping …")


def _keys(path: Path) -> Keys:
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=Keys)
    keys = Keys(f"xoxb-local-{secrets.token_hex(16)}", secrets.token_hex(16))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(keys))
    return keys


@asynccontextmanager
async def _listening(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _worker(settings: Settings) -> AsyncIterator[None]:
    """`replaybook worker` as a child, started again if it dies."""
    stopping = asyncio.Event()
    current: list[asyncio.subprocess.Process] = []

    async def keep() -> None:
        while not stopping.is_set():
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "worker", env={**os.environ, **_environment(settings)}
            )
            current[:] = [child]
            await child.wait()
            if not stopping.is_set():
                await asyncio.sleep(1)

    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        stopping.set()
        await _stopped(current)
        await keeping


async def _stopped(current: list[asyncio.subprocess.Process]) -> None:
    for child in current:
        if child.returncode is not None:
            continue
        child.terminate()
        try:
            await asyncio.wait_for(child.wait(), STOP_S)
        except TimeoutError:
            child.kill()


def _environment(settings: Settings) -> dict[str, str]:
    names = ("data", "host", "port", "slack_api_url", "slack_bot_token", "slack_signing_secret")
    values: dict[str, Any] = {name: getattr(settings, name) for name in names}
    return {variable(name): str(value) for name, value in values.items() if value is not None}


def _has_screen() -> bool:
    return sys.stdout.isatty() and (
        sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    )
