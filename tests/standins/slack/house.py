"""A workspace on loopback, with a Bolt app beside it: real HTTP both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from standins.serving import served
from standins.slack import Workspace, WorkspaceConfig, demo_seed
from standins.slack.seed import INCIDENT, JISOO, MINA
from tests.free_ports import free_port

TOKEN, SECRET = "xoxb-here-only", "a-signing-secret"
Json = dict[str, Any]
UNHURRIED: Json = {"ack_limit": 120.0, "trigger_life": 120.0}
"""Slack's three seconds on a machine that is busy with other things; tests that mean a limit set it."""


@asynccontextmanager
async def serving(app: web.Application, port: int) -> AsyncIterator[None]:
    async with served(app, port=port, shutdown_s=0.2):
        yield


@dataclass
class House:
    """The workspace and the bot. `act(…)` is what a person does, `client` what the bot may do."""

    config: WorkspaceConfig
    workspace: Workspace
    bolt: AsyncApp
    session: aiohttp.ClientSession
    requests: list[Json] = field(default_factory=list)

    @property
    def client(self) -> AsyncWebClient:
        return AsyncWebClient(token=TOKEN, base_url=f"{self.config.root}/api/")

    async def act(self, name: str, /, *, user: str = MINA.id, **what: Any) -> Json:
        body = {"user": user, **what}
        async with self.session.post(f"{self.config.root}/_page/{name}", json=body) as answer:
            return await answer.json()

    async def read(self, name: str, /, *, user: str = MINA.id, **what: Any) -> Json:
        async with self.session.get(f"{self.config.root}/_page/{name}", params={"user": user, **what}) as answer:
            return await answer.json()

    async def say(self, text: str, *, channel: str = INCIDENT, **what: Any) -> Json:
        return await self.act("post", channel=channel, text=text, **what)

    async def fault(self, **what: Any) -> None:
        async with self.session.post(f"{self.config.root}/_test/faults", json=what) as answer:
            assert answer.status == 200, await answer.text()

    async def journal(self, **what: Any) -> list[Json]:
        async with self.session.get(f"{self.config.root}/_test/journal", params=what) as answer:
            return (await answer.json())["entries"]

    async def messages(self, user: str = MINA.id) -> list[Json]:
        return (await self.read("history", user=user, channel=INCIDENT))["messages"]


async def until(true: Callable[[], Awaitable[Any]], seconds: float = 120) -> Any:
    """What `true` gives once it gives something."""
    async with asyncio.timeout(seconds):
        while not (found := await true()):  # noqa: ASYNC110 - the other side is another server
            await asyncio.sleep(0.01)
        return found


@asynccontextmanager
async def living(folder: Path, bolt: AsyncApp | None = None, **settings: Any) -> AsyncIterator[House]:
    port, bot_port = free_port(), free_port()
    config = WorkspaceConfig(
        folder=folder,
        base_url=f"http://127.0.0.1:{port}",
        bot_url=f"http://127.0.0.1:{bot_port}/slack/events",
        token=TOKEN,
        signing_secret=SECRET,
        seed=settings.pop("seed", demo_seed()),
        retry_delays=settings.pop("retry_delays", (0.0, 0.02, 0.02)),
        **{**UNHURRIED, **settings},
    )
    client = AsyncWebClient(token=TOKEN, base_url=f"{config.root}/api/")
    bolt = bolt or AsyncApp(client=client, signing_secret=SECRET)
    workspace = Workspace(config)
    requests: list[Json] = []

    async def events(request: web.Request) -> web.Response:
        requests.append({"headers": dict(request.headers), "body": await request.text()})
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(workspace.application(), port))
        bot = web.Application()
        bot.router.add_post("/slack/events", events)
        await stack.enter_async_context(serving(bot, bot_port))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield House(config, workspace, bolt, session, requests)


__all__ = ["INCIDENT", "JISOO", "MINA", "SECRET", "TOKEN", "UNHURRIED", "House", "living", "until"]
