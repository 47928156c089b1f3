"""What the bench of Slack's deliveries runs beside it: the stand-in for Slack, and Bolt apps that do next to nothing.

`python -m bench.slack_processes workspace PORT BOT FOLDER`, or `… bolt PORT WORKSPACE [REDIS]`: with a Redis the app
acknowledges, writes once and posts one message; without one it acknowledges.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web
from redis.asyncio import Redis
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from standins.slack.seed import demo_seed
from standins.slack.workspace import Workspace
from standins.slack.workspace_config import SeedChannel, WorkspaceConfig

CHANNELS = tuple(f"C0BENCH{n:02}" for n in range(20))
"""Slack takes the messages of a channel one after the other, so people ask in many."""
TOKEN, SECRET = "xoxb-for-the-bench", "signed-for-the-bench"


def workspace(port: int, bot: str, folder: str) -> web.Application:
    seed = demo_seed()
    everyone = tuple(person.id for person in seed.everyone)
    more = tuple(SeedChannel(id, f"inc-{id[-2:]}", everyone) for id in CHANNELS)
    seed = replace(seed, channels=(*seed.channels, *more))
    config = WorkspaceConfig(Path(folder), f"http://127.0.0.1:{port}", f"{bot}/slack/events", TOKEN, SECRET, seed)
    return Workspace(config).application()


def bolt(slack: str, redis_url: str = "") -> web.Application:
    """As in Bolt's guide, over the adapter that it brings for aiohttp."""
    redis = Redis.from_url(redis_url) if redis_url else None

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None, bot_user_id="U0REPLAYBT", bot_token=TOKEN)

    app = AsyncApp(client=AsyncWebClient(TOKEN, base_url=f"{slack}/api/"), signing_secret=SECRET, authorize=authorize)

    async def command(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        if redis:
            await redis.set(f"bolt:{uuid.uuid4().hex}", body["text"], ex=600)
            await client.chat_postMessage(channel=body["channel_id"], text=body["text"])

    async def heard(ack: AsyncAck) -> None:
        await ack()

    app.command("/replay")(command)
    app.event("app_mention")(heard)
    app.event("message")(heard)
    app.action("signals.counted")(heard)

    async def receive(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    application = web.Application()
    application.router.add_post("/slack/events", receive)
    return application


async def main() -> None:
    kind, port, *rest = sys.argv[1:]
    app = workspace(int(port), *rest) if kind == "workspace" else bolt(*rest)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(port)).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
