"""A process that hands a message to the outbox and delivers it, for a test that kills it: REDIS_URL SLACK_URL."""

from __future__ import annotations

import asyncio
import sys

from bot.slack.outbox import Outbox
from bot.slack.web_api import Clients, everywhere
from bot.state.connection import connected
from tests.slack.slack_workspace import TOKEN


async def main(redis_url: str, slack_url: str) -> None:
    async with (
        connected(redis_url) as redis,
        Clients.opened(everywhere(TOKEN), slack_url) as clients,
        Outbox(redis, clients).running() as outbox,
    ):
        await outbox.post("m", team="T1", channel="C1", message={"text": "m"})
        await outbox.post("n", team="T1", channel="C1", message={"text": "n"})
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
