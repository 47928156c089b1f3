"""The whole bot against the local workspace, over HTTP on loopback: what people do goes in, what they see comes out.

Both have one clock, which shows the moment of the run when the house is opened.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
from redis.asyncio import Redis

from bot.app.serve import serving
from bot.app.worker import rendering
from bot.kernel.clock import Clock, seconds_of
from bot.kernel.settings import Secret, Settings
from bot.services.access.policy import Policy
from bot.services.requests.jobs import StepJob
from bot.services.requests.request_clock import look_at
from bot.services.services import Services
from bot.state.connection import connected
from standins.serving import served
from standins.slack.seed import INCIDENT, JISOO, MINA, demo_seed
from standins.slack.workspace import Workspace
from standins.slack.workspace_config import Seed, WorkspaceConfig
from tests.free_ports import free_port
from tests.moments import ahead_of

Json = dict[str, Any]
TOKEN, SECRET = "xoxb-for-tests", "signed-for-tests"
WAIT_S = 120.0
"""For what is sure to come: long enough for the busiest machine, and nobody waits for it who needn't."""
UNHURRIED: Json = {"ack_limit": WAIT_S, "trigger_life": WAIT_S}
"""Slack's three seconds for a bot that shares a busy machine; what must be quick is held by tests of its own."""
LAST_LINES, LINE = 30, 400
SMALL_CLIPS: Json = {"clip_width": 400, "clip_fps": 5}
"""Settings of a bot, of which nobody looks at the clips. Those of the usual size are made in tests/journey."""


@dataclass
class House:
    """`said = await house.ask("…")` posts a command as Mina and waits for the answer's message."""

    root: str
    services: Services
    settings: Settings
    session: aiohttp.ClientSession
    redis: Redis
    clock: Clock
    asked_for: set[str] = field(default_factory=set)
    """Slack's error codes that the test brings about; any other refusal is a fault of the bot's."""

    def rendering(self) -> AbstractAsyncContextManager[None]:
        """A worker beside the bot, for as long as the body lasts."""
        return rendering(self.settings, clock=self.clock)

    async def human(self, what: str, *, user: str = MINA.id, **more: Any) -> Json:
        async with self.session.post(f"{self.root}/_page/{what}", json={"user": user, **more}) as answer:
            return await answer.json()

    async def look(self, what: str, *, user: str = MINA.id, **more: Any) -> Json:
        async with self.session.get(f"{self.root}/_page/{what}", params={"user": user, **more}) as answer:
            return await answer.json()

    async def fault(self, **what: Any) -> None:
        codes = {"ratelimit": "ratelimited", "refuse_block": "invalid_blocks"}
        self.asked_for.add(codes.get(what["kind"]) or what.get("error", ""))
        async with self.session.post(f"{self.root}/_test/faults", json=what) as answer:
            assert answer.status == 200, await answer.text()

    async def journal(self, **what: Any) -> list[Json]:
        async with self.session.get(f"{self.root}/_test/journal", params=what) as answer:
            return (await answer.json())["entries"]

    async def disconnect(self, reason: str, **more: Any) -> None:
        """Ends Socket Mode's connections, as Slack does."""
        async with self.session.post(f"{self.root}/_test/disconnect", json={"reason": reason, **more}) as answer:
            assert answer.status == 200, await answer.text()

    async def switch_on_sockets(self) -> None:
        async with self.session.post(f"{self.root}/_test/sockets", json={"enabled": True}) as answer:
            assert answer.status == 200, await answer.text()

    async def refused(self) -> list[tuple[str, str, Json]]:
        """(method, error, arguments) of every call that the workspace refused without being told to."""
        calls = [it for it in await self.journal(way="api") if not it["ok"] and it["error"] not in self.asked_for]
        return [(it["name"], it["error"], it["args"]) for it in calls]

    async def until(self, found: Callable[[], Awaitable[Any]], wait_s: float = WAIT_S) -> Any:
        """As below. When it never comes, the error has what Slack saw last."""
        try:
            return await until(found, wait_s)
        except AssertionError as error:
            lines = [str(entry)[:LINE] for entry in (await self.journal())[-LAST_LINES:]]
            seen = [it for user in (MINA, JISOO) for it in await self.messages(user=user.id)]
            lines += ["told alone: " + it["text"] for it in seen if it.get("is_ephemeral")]
            raise AssertionError("\n".join((f"{error}; what happened last:", *lines))) from None

    async def say(self, text: str, *, user: str = MINA.id, channel: str = INCIDENT, **more: Any) -> Json:
        return await self.human("post", user=user, channel=channel, text=text, **more)

    async def messages(self, *, user: str = MINA.id, channel: str = INCIDENT) -> list[Json]:
        return (await self.look("history", user=user, channel=channel))["messages"]

    async def replies(self, ts: str, *, user: str = MINA.id) -> list[Json]:
        return (await self.look("thread", user=user, channel=INCIDENT, ts=ts))["replies"]

    async def press(self, message: Json, action: str, *, user: str = MINA.id, value: str | None = None) -> Json:
        block = next(b for b in message["blocks"] for e in b.get("elements", ()) if e.get("action_id") == action)
        return await self.human(
            "press",
            user=user,
            channel=INCIDENT,
            ts=message["ts"],
            block_id=block["block_id"],
            action_id=action,
            value=value,
        )

    async def modal(self, *, user: str = MINA.id, loading: bool = False, wait_s: float = WAIT_S) -> Json:
        """The modal that is open, once it has its content; with `loading` the one that stands there before."""

        async def opened() -> Json | None:
            views = (await self.look("state", user=user))["views"]
            return views[-1] if views and views[-1]["callback_id"].endswith(".loading") == loading else None

        return await self.until(opened, wait_s)

    async def submit(self, view: Json, values: Json, *, user: str = MINA.id) -> Json:
        return await self.human("submit", user=user, view_id=view["id"], values=values)

    async def ask(self, text: str, *, user: str = MINA.id) -> Json:
        """The message that answers, once it has buttons."""
        before = {it["ts"] for it in await self.messages(user=user)}
        await self.say(f"/replay {text}", user=user)
        return await self.message(lambda it: it["ts"] not in before and has(it, "signals.refine"), user=user)

    async def let_others_answer(self) -> None:
        """In the incident's channel, everybody may answer on behalf of whoever was asked."""
        await self.services.access.save_policy("T0NORDIC01", INCIDENT, Policy(answer=("everyone",)), 0)

    async def message(self, fits: Callable[[Json], bool], *, user: str = MINA.id) -> Json:
        async def found() -> Json | None:
            return next((it for it in await self.messages(user=user) if fits(it)), None)

        return await self.until(found)

    async def file_of(self, image: Json) -> bytes:
        """The bytes that an image block shows, as the page gets them."""
        client = self.services.slack.clients.for_team("T0NORDIC01")
        found = await client.files_info(file=image["slack_file"]["id"])
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self.session.get(found["file"]["url_private"], headers=headers) as answer:
            return await answer.read()

    async def reply(self, ts: str, fits: Callable[[Json], bool], *, user: str = MINA.id) -> Json:
        async def found() -> Json | None:
            return next((it for it in await self.replies(ts, user=user) if fits(it)), None)

        return await self.until(found)

    async def whispered(self, words: str = "", *, user: str = MINA.id) -> str:
        """The newest message that only this person sees, in the channel or in a thread of it.

        Waits until it has these words: a test that knows of an earlier one names them.
        """

        async def found() -> str | None:
            seen = await self.messages(user=user)
            threads = [it["ts"] for it in seen if it.get("reply_count")]
            seen += [it for ts in threads for it in await self.replies(ts, user=user)]
            alone = [it for it in seen if it.get("is_ephemeral")]
            return alone[-1]["text"] if alone and words in alone[-1]["text"] else None

        return await self.until(found)


def has(message: Json, action: str) -> bool:
    elements = (it for block in message.get("blocks", ()) for it in block.get("elements", ()))
    return any(it.get("action_id") == action for it in elements)


async def until(found: Callable[[], Awaitable[Any]], wait_s: float = WAIT_S) -> Any:
    """The first true result, looked for less and less often. Raises AssertionError when it never comes."""
    began = asyncio.get_running_loop().time()
    while not (result := await found()):
        waited = asyncio.get_running_loop().time() - began
        assert waited < wait_s, "it never came"
        await asyncio.sleep(min(0.02 + waited / 10, 0.25))
    return result


@asynccontextmanager
async def open_house(
    folder: Path,
    sample: Path | None,
    redis_url: str,
    clock: Clock,
    *,
    worker: bool = False,
    seed: Seed | None = None,
    **more: Any,
) -> AsyncIterator[House]:
    """The bot and its workspace, with data in `folder`, begun from a copy of the sample if any; `more` is settings."""
    page, port = free_port(), free_port()
    root, bot = f"http://127.0.0.1:{page}", f"http://127.0.0.1:{port}"
    if sample and not (folder / "rum").exists():
        shutil.copytree(sample, folder / "rum")
    settings = Settings(
        **{**SMALL_CLIPS, "web_access": "open", **more},
        data=folder,
        redis_url=Secret(redis_url),
        port=port,
        slack_api_url=f"{root}/api/",
        slack_bot_token=Secret(TOKEN),
        slack_signing_secret=Secret(SECRET),
        clock_ahead_s=ahead_of(clock),
    )
    config = WorkspaceConfig(
        folder / "workspace",
        root,
        f"{bot}/slack/events",
        TOKEN,
        SECRET,
        seed or demo_seed(),
        app_token=settings.slack_app_token or "",
        unfurl_domains=frozenset({"127.0.0.1"}),
        clock=seconds_of(clock),
        retry_delays=(0.0, 0.1, 0.2),
        **UNHURRIED,
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(living(Workspace(config), page))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        services = await stack.enter_async_context(serving(settings, clock=clock))
        if worker:
            await stack.enter_async_context(rendering(settings, clock=clock))
        redis = await stack.enter_async_context(connected(redis_url))
        house = House(root, services, settings, session, redis, clock)
        yield house
        assert await house.refused() == []


@asynccontextmanager
async def living(workspace: Workspace, port: int) -> AsyncIterator[None]:
    async with served(workspace.application(), port=port, shutdown_s=0.2):
        yield


def at(house: House, clock: Callable[[], datetime]) -> Services:
    """The same services at another time."""
    return replace(house.services, requests=replace(house.services.requests, clock=clock))


async def tick(services: Services) -> None:
    """The clock's round at the time of these services, done here and not by the bot's worker, which has its own."""
    requests = services.requests
    for team, id in await requests.records.due.due(requests.clock()):
        await look_at(requests, StepJob(team=team, request=id))


__all__ = ["INCIDENT", "JISOO", "MINA", "House", "at", "has", "open_house", "tick", "until"]
