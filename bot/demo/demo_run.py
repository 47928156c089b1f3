"""The demo: the bot, a worker in its own process, a private Redis, and the local workspace instead of Slack."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec
from aiohttp import web

from bot.app.base import public_address
from bot.app.serve import serving
from bot.demo.confluence_demo import confluence_stand_in
from bot.demo.datadog_demo import stand_in
from bot.demo.github_demo import github_stand_in
from bot.demo.jira_demo import jira_stand_in
from bot.demo.linear_demo import linear_stand_in
from bot.demo.worker_process import working
from bot.kernel.clock import Clock, clock_ahead, seconds_of
from bot.kernel.data_folder import data_folder
from bot.kernel.setting_values import http_address
from bot.kernel.settings import Secret, Settings
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.registry import providers
from bot.state.embedded_server import redis_url
from bot.web.listening import free_port, up
from standins.shop import shop_routes
from standins.slack.seed import demo_seed
from standins.slack.workspace import Workspace
from standins.slack.workspace_config import Link, WorkspaceConfig

PORT = 8401
CLIENT_ID = "25259531569.11152291"
PAGE_S = 2.0  # that requests to the page get to end
HEARD = frozenset({"app_mention", "app_home_opened", "link_shared", "message", "pin_added", "pin_removed"})
Step = Callable[[str], AbstractContextManager[None]]
TrackerStandIn = Callable[[Settings, Clock], AbstractAsyncContextManager[tuple[Settings, str]]]
TRACKERS: dict[str, TrackerStandIn] = {
    "github": github_stand_in,
    "jira": jira_stand_in,
    "linear": linear_stand_in,
}
"""Gives the settings for a bot whose tickets are there, and the address of its page."""


@dataclass(frozen=True, slots=True)
class StandIns:
    """With `datadog` the bot runs on Datadog's stand-in, which also has these recordings (see `datadog.stand_in`).

    `tracker` is one of TRACKERS, whose stand-in then has the tickets. The bot's pages are open to whoever reaches them
    or, with `sign_in`, for people who sign in with the workspace.
    """

    datadog: Sequence[Path] | None = None
    tracker: str = ""
    sign_in: bool = False


class Keys(msgspec.Struct):
    """What the workspace and the bot know of each other. Made once for a data folder, and of no use elsewhere."""

    token: str
    signing_secret: str


@asynccontextmanager
async def demo(
    settings: Settings,
    step: Step,
    *,
    port: int | None = None,
    show: bool | None = None,
    quiet: bool = False,
    stand_ins: StandIns | None = None,
) -> AsyncIterator[None]:
    """Everything up, sample data loaded, the address printed; down again, and kept, when the body ends.

    `step` says what is being done for as long as its body lasts. With `quiet` the worker logs only what is wrong.
    """
    stand_ins = stand_ins or StandIns()
    datadog, tracker = stand_ins.datadog, stand_ins.tracker
    data_folder(settings.data)
    clock = clock_ahead(settings.clock_ahead_s)
    keys = _keys(settings.data / "workspace" / "keys.json")
    host = settings.host
    page_port = free_port(host, PORT if port is None else port)
    address = http_address(host, page_port)
    settings = _with_workspace(settings, keys, address, sign_in=stand_ins.sign_in)
    async with AsyncExitStack() as stack:
        with step("Redis for its state" if settings.redis_url else "A private Redis, appending every write to disk"):
            # Ours from the start, so that the bot and the worker find it instead of waiting for one another.
            await stack.enter_async_context(redis_url(settings.redis_url, settings.data))
        with step("The workspace that stands in for Slack, and the sample shop"):
            page = web.AppRunner(_workspace(settings, keys, address, clock), shutdown_timeout=PAGE_S)
            await stack.enter_async_context(up(page, host, page_port))
        if datadog is not None:
            with step("Datadog's stand-in, with the sample week up to now"):
                settings = await stack.enter_async_context(stand_in(settings, clock, datadog))
        with step("Confluence's stand-in, for publishing post-mortems"):
            settings = await stack.enter_async_context(confluence_stand_in(settings))
        tickets = ""
        if tracker:
            with step(f"The stand-in of {providers()[tracker].title}, where the tickets are"):
                settings, tickets = await stack.enter_async_context(TRACKERS[tracker](settings, clock))
        with step("The bot" if datadog is not None else "The bot, with a sample week up to now"):
            await stack.enter_async_context(serving(settings, sample=datadog is None, clock=clock))
        with step("A worker that renders clips, in its own process"):
            ready = await stack.enter_async_context(working(settings, quiet=quiet))
            await ready.wait()
        more = _more(settings, stood_in=datadog is not None)
        there = f"  Tickets are at {tickets}, and are gone in the end.\n\n" if tickets else ""
        click.echo(f"\n  Replaybook is running: {address}\n\n{there}{more}\n")
        if show or (show is None and _has_screen()):
            await asyncio.to_thread(webbrowser.open, address)
        yield
        click.echo("\nStopping …")


def _with_workspace(settings: Settings, keys: Keys, address: str, *, sign_in: bool) -> Settings:
    """The settings of a bot whose Slack is the workspace at `address`."""
    return msgspec.structs.replace(
        settings,
        port=free_port(settings.host, settings.port),
        slack_api_url=f"{address}/api/",
        slack_bot_token=Secret(keys.token),
        slack_signing_secret=Secret(keys.signing_secret),
        web_access="signin" if sign_in else "open",
        slack_client_id=CLIENT_ID,
        slack_client_secret=Secret(_client_secret(keys)),
    )


def _more(settings: Settings, *, stood_in: bool) -> str:
    if not stood_in:
        return f"  Ctrl-C ends it; what you made stays in {settings.data}.\n"
    datadog = settings.of(DatadogSettings)
    exports = " ".join(f"{name}={value}" for name, value in datadog.to_env().items())
    return (
        f"  Datadog is a stand-in at {datadog.url}, and forgets everything in the end.\n"
        f"  To look at it from another terminal: export {exports}\n\n"
        f"  Ctrl-C ends it; what you made in the workspace stays in {settings.data}.\n"
    )


def _workspace(settings: Settings, keys: Keys, address: str, clock: Clock) -> web.Application:
    bot_url = http_address(settings.host, settings.port)
    workspace = Workspace(
        WorkspaceConfig(
            folder=settings.data / "workspace",
            base_url=address,
            bot_url=f"{bot_url}/slack/events",
            token=keys.token,
            signing_secret=keys.signing_secret,
            seed=demo_seed(),
            clock=seconds_of(clock),
            events=HEARD,
            unfurl_domains=frozenset({settings.host}),
            client_id=CLIENT_ID,
            client_secret=_client_secret(keys),
            redirect_urls=(f"{public_address(settings)}/signin/slack",),
            links=(Link("Sample shop", f"{address}/shop"), Link("Post-mortems", f"{bot_url}/notebooks")),
        )
    )
    app = workspace.application()
    app.add_routes(shop_routes(intake=bot_url, workspace=address))
    return app


def _keys(path: Path) -> Keys:
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=Keys)
    keys = Keys(f"xoxb-local-{secrets.token_hex(16)}", secrets.token_hex(16))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(keys))
    return keys


def _client_secret(keys: Keys) -> str:
    return hashlib.sha256(f"client of {keys.token}".encode()).hexdigest()


def _has_screen() -> bool:
    return sys.stdout.isatty() and (
        sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    )
